"""Qualifications and doubts about them begin and end only together with their entry on the record."""

from django.db import migrations

from platform_site.ledger.operations import GuardState

SUBJECT = "(SELECT 'subject:' || code FROM credit_subject WHERE id = NEW.subject_id)"
DOUBTED = (
    "(SELECT 'subject:' || s.code FROM credit_subject s JOIN credit_qualification q ON q.subject_id = s.id"
    " WHERE q.id = NEW.qualification_id)"
)


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_qualifications"), ("ledger", "0002_doors")]

    operations = [
        GuardState("qualification", "withdrawn_at", SUBJECT),
        GuardState("qualificationdoubt", "ended_at", DOUBTED),
    ]
