"""When the portal's own door was seen to answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0002_heartbeats"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServedSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("at", models.DateTimeField(db_index=True)),
                ("offset", models.DurationField()),
            ],
        ),
    ]
