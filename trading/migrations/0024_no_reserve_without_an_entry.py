from django.db import migrations

from platform_site.ledger.operations import GuardState


class Migration(migrations.Migration):
    """COMMIT refuses a reserve price whose state moved without a ledger entry."""

    dependencies = [("trading", "0023_sealed_reserve"), ("ledger", "0002_doors")]
    operations = [GuardState("reserve", "state")]
