"""A hold is placed and released only together with its entry on the record."""

from django.db import migrations

from platform_site.ledger.operations import GuardState


class Migration(migrations.Migration):
    dependencies = [("holds", "0001_holds"), ("ledger", "0002_doors")]

    operations = [GuardState("hold", "ended_at", "NEW.ref")]
