from django.db import migrations

from platform_site.ledger.sqlfiles import run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_record")]

    operations = [run("append")]
