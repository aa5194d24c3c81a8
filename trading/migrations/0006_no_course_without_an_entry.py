from django.db import migrations

from platform_site.ledger.operations import GuardState

LOT = (
    "(SELECT 'lot:' || t.reference || '/' || l.number FROM trading_lot l"
    " JOIN trading_tender t ON t.id = l.tender_id WHERE l.id = {lot})"
)
CONTRACT = "(SELECT c.lot_id FROM trading_contract c WHERE c.id = NEW.contract_id)"


class Migration(migrations.Migration):
    """COMMIT refuses an award or a milestone whose state moved without an entry about its lot."""

    dependencies = [("trading", "0005_course_and_performance"), ("ledger", "0002_doors")]
    operations = [
        GuardState("award", "state", LOT.format(lot="NEW.lot_id")),
        GuardState("milestone", "state", LOT.format(lot=CONTRACT)),
    ]
