"""Was the portal being served? It asks at its own door, as a browser does, and remembers since when it answered.

The clock's process asks while a round nears its end; what it saw decides whether the round may end (a late server
re-plans rather than running unfairly). A process that is down asks nothing, and a door that is shut does not answer:
either leaves the same gap.
"""

import logging
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from platform_site import clock
from platform_site.clock.models import ClockOffset
from platform_site.web.models import ServedSpan

log = logging.getLogger(__name__)
# Two answers further apart than this leave a gap between them. The clock asks every second.
GAP = timedelta(seconds=6)
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Wall time between two answers of the door, or before the first; `until` None: it has not answered since."""

    since: datetime
    until: datetime | None


def look(path: str) -> bool:
    """Whether the door answers now; an answer is remembered. Two statements, after one request of at most two seconds.

    Any answer but a server's error counts: the door need not like the question.

    Args:
        path: a page of the process that matters; another face's page would tell of another process.
    """
    request = urllib.request.Request(f"{settings.DOOR}{path}", headers={"Host": settings.ORIGIN.split("://")[-1]})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            pass
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            return False
    except (OSError, ValueError) as error:
        log.warning("the door does not answer: %s", error)
        return False
    answered(clock.machine())
    return True


def answered(at: datetime) -> None:
    """The door answered at `at` (wall time): the span in which it has goes on, or a new one begins."""
    offset = ClockOffset.current()
    going = ServedSpan.objects.filter(offset=offset, at__gte=at - GAP).order_by("-at").values_list("pk", flat=True)
    if not ServedSpan.objects.filter(pk__in=list(going[:1])).update(at=at):
        ServedSpan.objects.create(since=at, at=at, offset=offset)


def up() -> bool:
    """Whether the door has answered just now. One query."""
    return ServedSpan.objects.filter(at__gte=clock.machine() - GAP).exists()


def gap_before(end: datetime, stretch: timedelta) -> Gap | None:
    """The gap that leaves `end` (legal time) unserved within the `stretch` before it. Up to three queries.

    None: served to its end; or nothing was ever watched under the clock as it is set, so nothing is known: a clock that
    somebody moved is no outage.
    """
    offset = ClockOffset.current()
    ended = end - offset
    began = ended - stretch
    spans = ServedSpan.objects.filter(offset=offset)
    last = spans.filter(since__lte=ended).order_by("-since").first()
    if last is None:
        return None
    if last.at < ended - GAP:
        following = spans.filter(since__gt=ended).order_by("since").values_list("since", flat=True).first()
        return Gap(max(last.at, began), following)
    if last.since > began + GAP and spans.filter(since__lt=began).exists():
        return Gap(began, last.since)
    return None
