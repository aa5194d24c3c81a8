import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import platform_site.accounts.encrypted
from experts.classification import shipped
from platform_site.ledger.operations import GuardState

# What the shipped names were read from.
SOURCE = "发改法规〔2018〕316号（一级和部分二级，据公开平台的目录）"


def load(apps, schema_editor):
    """The names the project ships; a whole annex replaces them later."""
    model = apps.get_model("experts", "Specialty")
    model.objects.bulk_create(model(code=code, name=name, source=SOURCE) for code, name in shipped())


class Migration(migrations.Migration):
    dependencies = [
        ("experts", "0003_draw_listed_ids"),
        ("ledger", "0002_doors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="born",
            field=platform_site.accounts.encrypted.EncryptedTextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="expert",
            name="employers_past",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name="Specialty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=7)),
                ("name", models.CharField(max_length=80)),
                ("complete", models.BooleanField(default=False)),
                ("source", models.CharField(max_length=120)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("code",), name="specialty_one_in_force"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[ABC][0-9]{2}([0-9]{2}){0,2}$")), name="specialty_shape"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待审核"),
                            ("admitted", "准予入库"),
                            ("rejected", "不予入库"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                ("specialties", models.JSONField()),
                ("region_code", models.CharField(max_length=6)),
                ("employer_code", models.CharField(blank=True, default="", max_length=18)),
                ("employer_name", models.CharField(max_length=200)),
                ("employers_past", models.JSONField(blank=True, default=list)),
                ("title", models.CharField(max_length=60)),
                ("senior", models.BooleanField()),
                ("years", models.PositiveSmallIntegerField()),
                ("born", platform_site.accounts.encrypted.EncryptedTextField()),
                ("submitted_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expert_applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["submitted_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "submitted")), fields=("user",), name="application_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("submitted", "admitted", "rejected", "withdrawn"))),
                        name="application_known_state",
                    ),
                ],
            },
        ),
        GuardState("application", "state", "'application:' || NEW.id"),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
