import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0017_notice_settlement"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactorDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("commitments", models.JSONField(default=dict)),
                ("sealed_nonces", models.JSONField(default=dict)),
                ("certificate", models.JSONField(blank=True, null=True)),
                ("drawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="factor_draw", to="trading.lot"
                    ),
                ),
            ],
        ),
    ]
