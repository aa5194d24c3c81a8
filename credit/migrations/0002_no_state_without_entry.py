"""Registrations, memberships, keys and sanctions change only together with their entry on the record."""

from django.db import migrations

from platform_site.ledger.operations import GuardState

SUBJECT = "(SELECT 'subject:' || code FROM credit_subject WHERE id = NEW.subject_id)"


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_subjects"), ("ledger", "0002_doors")]

    operations = [
        GuardState("subject", "state", "'subject:' || NEW.code"),
        GuardState("membership", "until", SUBJECT),
        GuardState("subjectkey", "revoked_at", SUBJECT),
        GuardState("sanction", "lifted_on", "'sanction:' || NEW.id"),
    ]
