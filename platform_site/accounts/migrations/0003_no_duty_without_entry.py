"""A duty begins and ends only together with its entry on the record."""

from django.db import migrations

from platform_site.ledger.operations import GuardState


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_duty_exclusions"), ("ledger", "0002_doors")]

    operations = [
        GuardState("dutygrant", "until", "(SELECT 'user:' || public_id FROM accounts_user WHERE id = NEW.user_id)"),
    ]
