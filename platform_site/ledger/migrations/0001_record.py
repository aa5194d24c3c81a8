import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=20)),
                ("facts", models.JSONField()),
                ("private", models.JSONField(default=dict)),
                ("sealed", models.BooleanField(default=False)),
                ("legal_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("leaf_hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "ledger_entry",
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("leaf_hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "ledger_position",
            },
        ),
        migrations.CreateModel(
            name="Private",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                ("openings", models.JSONField()),
            ],
            options={
                "db_table": "ledger_private",
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["subject", "event"], name="ledger_entry_subject"),
        ),
        migrations.AddField(
            model_name="position",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="place", to="ledger.entry"
            ),
        ),
    ]
