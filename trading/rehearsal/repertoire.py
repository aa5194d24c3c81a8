"""What can be rehearsed, and one rehearsal from an empty database to its numbered acts."""

import time
from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any

from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.clock import CHINA
from platform_site.ledger import audit, publishing
from trading.rehearsal import (
    catalogued_listing,
    engineering_ways,
    equity_transfer,
    land_listing,
    mining_listing,
    procurement_consultation,
    procurement_inquiry,
    procurement_open,
)
from trading.rehearsal.casting import LOT_KEYS, assemble
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Played, Stage, number, play

SCRIPTS: dict[str, ModuleType] = {
    "engineering.open": engineering_ways,
    "land.listing": land_listing,
    "mining.listing": mining_listing,
    "equity.transfer": equity_transfer,
    "procurement.open": procurement_open,
    "procurement.consultation": procurement_consultation,
    "procurement.inquiry": procurement_inquiry,
    "catalogued.listing": catalogued_listing,
}
# A Tuesday morning whose following month knows no festival.
START = datetime(2026, 3, 10, 8, 0, tzinfo=CHINA)

VERIFY_SHOWN = 3  # findings of a verify that a failed rehearsal prints


def cast_for(names: Mapping[str, str] | None = None, *, start: datetime = START, plays: int = 1) -> Cast:
    """The cast stands in the database at the start of the play.

    Args:
        plays: how many it will play; none of them asks a trustee for more than four keys (two lots, and both again).
    """
    with clock.at(start):
        return assemble(dict(names or {}), lot_keys=max(LOT_KEYS, 4 * plays))


def rehearse(
    procedure: str, variant: str, cast: Cast, *, draft: Mapping[str, Any] | None = None, start: datetime = START
) -> Played:
    """The variant was played through the real services; `ok` says whether every step went as the script says.

    Raises:
        KeyError: no such procedure or variant.
    """
    module, played, began = SCRIPTS[procedure], Played(procedure, variant), time.monotonic()
    if variant not in module.VARIANTS:
        raise KeyError(variant)
    try:
        stage = Stage(start)
        play(stage, module.script(stage, cast, variant, draft=draft), played)
    except (Refused, AssertionError) as failed:
        played.ok = False
        played.error = "; ".join([str(failed), *getattr(failed, "__notes__", [])])
    ledger.sequence_once()
    number(played)
    played.books.clear()  # what was looked up; a play goes from process to process without it
    played.seconds = time.monotonic() - began
    return played


def verified(plays: list[Played]) -> list[Played]:
    """The record the plays share is published and verified with every row, file and proof; each `ok` says so too.

    Once for all of them: a verify reads the whole record, and what it finds tells against every play in it.
    """
    publishing.publish()
    if bad := audit.verify().bad:
        found = [f"ledger verify: {one.why}" for one in bad[:VERIFY_SHOWN]]
        more = [f"and {len(bad) - VERIFY_SHOWN} more"] if len(bad) > VERIFY_SHOWN else []
        for played in plays:
            played.ok = False
            played.error = "; ".join([*filter(None, [played.error]), *found, *more])
    return plays
