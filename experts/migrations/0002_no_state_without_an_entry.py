from django.db import migrations

from platform_site.ledger.operations import GuardState


class Migration(migrations.Migration):
    """COMMIT refuses a draw, expert or invitation whose state moved without its ledger entry."""

    dependencies = [("experts", "0001_experts_and_draws"), ("ledger", "0002_doors")]
    operations = [
        GuardState("draw", "state", "'draw:' || NEW.id"),
        GuardState("expert", "state", "'expert:' || NEW.public_id"),
        GuardState("invitation", "state", "'draw:' || NEW.draw_id"),
    ]
