import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0014_agency_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediaOutlet",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("suite", models.CharField(default="ed25519", max_length=20)),
                ("public_key", models.CharField(max_length=64)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MediaPost",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("sent", "已送达，等待发布"), ("posted", "已发布"), ("differs", "发布内容不一致")],
                        default="sent",
                        max_length=8,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("said_digest", models.CharField(blank=True, max_length=64)),
                ("url", models.URLField(blank=True, max_length=300)),
                ("overdue_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="trading.notice"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="trading.mediaoutlet"
                    ),
                ),
            ],
            options={
                "ordering": ("sent_at", "outlet__name"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("overdue_told_at__isnull", True), ("posted_at__isnull", True)),
                        fields=["due_at"],
                        name="post_overdue",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("notice", "outlet"), name="post_once")],
            },
        ),
    ]
