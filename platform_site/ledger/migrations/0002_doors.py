from django.db import migrations

from platform_site.ledger.sqlfiles import run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_record")]

    operations = [run("01_append"), run("02_sequence"), run("03_protect")]
