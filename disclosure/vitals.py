"""How the platform is doing: jobs, the record, witnesses, declared outages. The same for everybody.

Only what is public anyway or runs whether anybody trades or not: no queue, no size, no count of a lot (design §7).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from disclosure.models import Projection
from disclosure.projecting.cursor import RECORD
from platform_site import clock
from platform_site.ledger import selectors as record
from platform_site.ledger.genesis import CHECKPOINT_SECONDS
from platform_site.ledger.models import Cosignature, Entry
from platform_site.ledger.notes import Verifier
from platform_site.web import heartbeats
from platform_site.web.heartbeats import Job

MOST_OUTAGES = 10
SELDOM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the status page and the metrics say.

    Attributes:
        size, checkpoint_at: the newest checkpoint's leaves and when it was closed; 0 and None before the first.
        behind: public entries the public pages have not read yet.
        witnesses: (name, leaves of the newest checkpoint it signed).
    """

    jobs: list[Job]
    size: int
    checkpoint_at: datetime | None
    behind: int
    witnesses: list[tuple[str, int]]

    @property
    def checkpoint_age(self) -> timedelta | None:
        """How long ago the newest checkpoint was closed."""
        return max(clock.machine() - self.checkpoint_at, timedelta(0)) if self.checkpoint_at else None

    @property
    def sequencer(self) -> str:
        """running | late | stopped: a checkpoint closes every ten seconds, filed or not."""
        age, every = self.checkpoint_age, timedelta(seconds=CHECKPOINT_SECONDS)
        if age is None or age > 12 * every:
            return "stopped"
        return "late" if age > 3 * every else "running"

    @property
    def well(self) -> bool:
        """The record grows and every job runs; one that runs seldom may still wait for its first time."""
        waits = [job.state == "waiting" and job.every >= SELDOM for job in self.jobs]
        running = [job.state == "running" for job in self.jobs]
        return self.sequencer == "running" and all(a or b for a, b in zip(waits, running, strict=True))


def vitals() -> Vitals:
    """How things stand now. Six queries, one more for each witness."""
    newest = record.newest_checkpoint()
    size = newest.size if newest else 0
    closed = Entry.objects.filter(place__position=size).values_list("recorded_at", flat=True).first()
    read = Projection.objects.filter(name=RECORD).values_list("position", flat=True).first() or 0
    return Vitals(
        jobs=heartbeats.jobs(),
        size=size,
        checkpoint_at=closed,
        behind=max(record.last_position() - read, 0),
        witnesses=[_seen(Verifier.parse(key).name) for key in settings.LEDGER_WITNESSES],
    )


def _seen(name: str) -> tuple[str, int]:
    newest = Cosignature.objects.filter(witness=name).order_by("-checkpoint_id")
    return name, newest.values_list("checkpoint_id", flat=True).first() or 0


def outages() -> list[dict[str, Any]]:
    """The newest declared outages as the record tells them: from, until (None: lasting), failed. Two queries."""
    public = Entry.objects.filter(sealed=False, place__isnull=False)
    declared = list(public.filter(event="outage.declared").order_by("-place__position")[:MOST_OUTAGES])
    ends = public.filter(event="outage.ended", subject__in=[one.subject for one in declared])
    ended = dict(ends.values_list("subject", "facts__until"))
    return [
        {
            "failed": one.facts["failed"],
            "since": datetime.fromisoformat(one.facts["from"]),
            "until": datetime.fromisoformat(until) if until else None,
        }
        for one in declared
        for until in [ended.get(one.subject) or one.facts["until"]]
    ]


def metrics() -> str:
    """The vitals in Prometheus' text form."""
    found, lines = vitals(), []

    def gauge(name: str, words: str, *rows: tuple[str, float]) -> None:
        lines.append(f"# HELP portal_{name} {words}")
        lines.append(f"# TYPE portal_{name} gauge")
        lines.extend(f"portal_{name}{labels} {value:g}" for labels, value in rows)

    ran = [job for job in found.jobs if job.age is not None]
    gauge("up", "This process answers.", ("", 1))
    gauge("job_up", "Whether a job ended well lately.", *((_label(job), job.state == "running") for job in found.jobs))
    gauge(
        "job_age_seconds",
        "Since a job last ended well.",
        *((_label(job), job.age.total_seconds()) for job in ran if job.age is not None),
    )
    age = found.checkpoint_age
    gauge("checkpoint_age_seconds", "Since the newest checkpoint.", *([("", age.total_seconds())] if age else []))
    gauge("checkpoint_leaves", "Leaves under the newest checkpoint.", ("", found.size))
    gauge("public_pages_behind", "Public entries the public pages have not read.", ("", found.behind))
    gauge(
        "witness_leaves",
        "Leaves of the newest checkpoint a witness signed.",
        *((f'{{witness="{name}"}}', size) for name, size in found.witnesses),
    )
    return "\n".join(lines) + "\n"


def _label(job: Job) -> str:
    return f'{{job="{job.name}"}}'
