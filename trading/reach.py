"""How far an operator's duty reaches: the lots of the own centre and of every centre below it (A8)."""

from collections.abc import Iterable

from credit import centres
from platform_site.accounts.actors import Actor
from trading.models import Lot

OPERATOR = frozenset({"operator"})


def reached(lot: Lot, actor: Actor) -> bool:
    """Whether the person's centre hosts the lot or stands above the one that does; a lot without a centre is
    everybody's. At most one query, none where the own centre hosts it."""
    host = lot.tender.centre
    if host is None or host.code == actor.subject_code:
        return True
    return host.code in centres.reach(actor.subject_code)


def duties_over(lot: Lot, actor: Actor, wanted: Iterable[str] = OPERATOR) -> frozenset[str]:
    """Those of the platform duties that count over this lot: an operator's only within reach. At most one query."""
    held = actor.duties & frozenset(wanted)
    return held if "operator" not in held or reached(lot, actor) else held - OPERATOR
