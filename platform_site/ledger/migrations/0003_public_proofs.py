from django.db import migrations

from platform_site.ledger.sqlfiles import run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_doors")]

    operations = [run("04_public_proofs")]
