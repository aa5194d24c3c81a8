from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0018_factor_draws"),
    ]

    operations = [
        migrations.AddField(
            model_name="tender",
            name="shared_document",
            field=models.BooleanField(default=False),
        ),
    ]
