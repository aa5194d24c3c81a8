from django.db import migrations

from platform_site.ledger.operations import GuardState

LOT = "('lot:' || (SELECT reference FROM trading_tender WHERE id = NEW.tender_id) || '/' || NEW.number)"


class Migration(migrations.Migration):
    """COMMIT refuses a lot, notice or bid whose state moved without its ledger entry."""

    dependencies = [("trading", "0001_the_trade"), ("ledger", "0002_doors")]
    operations = [
        GuardState("lot", "state", LOT),
        GuardState("notice", "state"),
        GuardState("bid", "state"),
    ]
