"""What the expert room tells the bedrock: what the record must explain, and what falls due as the clock moves."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from experts.models import Draw, Expert, Invitation, PoolRoot
from platform_site import clock
from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from platform_site.sealing.canonical import digest


def certificates_unchanged() -> Iterator[Finding]:
    """Every draw whose certificate is not the one the record last held for it."""
    told: dict[str, str] = {}
    found = Entry.objects.filter(event__in=("draw.drawn", "draw.replaced", "draw.extended")).order_by("recorded_at")
    for subject, facts in found.values_list("subject", "facts"):
        told[subject] = facts["certificate"]
    for draw in Draw.objects.filter(state="drawn").iterator():
        if digest(draw.certificate) != told.get(draw.ledger_ref):
            yield Finding("file", "the certificate differs from the record", subject=draw.ledger_ref)


class InvitationsDue:
    """The moving clock's view of the invitations: told again, given up, each at its own moment."""

    def next_due(self, *, after: datetime | None, until: datetime) -> datetime | None:
        """The earliest step of the schedule in (after, until]. One query."""
        rows = Invitation.objects.filter(state="invited", next_check__lte=until).order_by("next_check")
        return (rows.filter(next_check__gt=after) if after else rows).values_list("next_check", flat=True).first()

    def run_due(self, moment: datetime) -> None:
        """Every step due by `moment` is done."""
        from experts.services import invitations_tick

        invitations_tick(until=moment)


class PoolRootDue:
    """The moving clock's view of the pool: a root at the beginning of every day there is a pool."""

    def next_due(self, *, after: datetime | None, until: datetime) -> datetime | None:
        """Midnight in China after the last root, where it lies in (after, until]. Two queries at most."""
        last = PoolRoot.objects.order_by("-day").values_list("day", flat=True).first()
        if last is None or not Expert.objects.in_pool().exists():
            return None
        due = datetime.combine(last + timedelta(days=1), time(), clock.CHINA)
        return due if due <= until and (after is None or due > after) else None

    def run_due(self, moment: datetime) -> None:
        """The root of the moment's day stands."""
        from experts.services import pool_root_publish

        with clock.at(moment):
            pool_root_publish()
