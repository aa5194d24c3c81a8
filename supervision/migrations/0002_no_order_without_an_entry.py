from django.db import migrations

from platform_site.ledger.operations import GuardState

LOT = (
    "(SELECT 'lot:' || t.reference || '/' || l.number FROM trading_lot l"
    " JOIN trading_tender t ON t.id = l.tender_id WHERE l.id = NEW.lot_id)"
)


class Migration(migrations.Migration):
    """COMMIT refuses an order that was issued or lifted without an entry about its lot."""

    dependencies = [("supervision", "0001_orders"), ("ledger", "0002_doors")]
    operations = [GuardState("order", "state", LOT)]
