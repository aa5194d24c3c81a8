from django.db import migrations

from platform_site.ledger.operations import GuardState


class Migration(migrations.Migration):
    """COMMIT refuses a final quote whose state moved without a ledger entry."""

    dependencies = [("trading", "0020_final_quotes"), ("ledger", "0002_doors")]
    operations = [GuardState("quote", "state")]
