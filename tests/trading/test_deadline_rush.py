"""Twenty connections file, replace and withdraw around one deadline: nothing late in, nothing on time lost."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, connections

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.clock.models import ClockOffset
from platform_site.ledger.models import Entry
from trading.models import Bid, Lot, Opening
from trading.rehearsal import sealed
from trading.rehearsal.casting import add_trader
from trading.rehearsal.people import invented_code
from trading.rehearsal.repertoire import cast_for
from trading.services import bids, ticks

pytestmark = pytest.mark.chaos
BIDDERS = 20
RUSH_SECONDS = 6


@dataclass
class Log:
    """What each bidder was told, in his own order: (what, when asked, answer)."""

    told: dict[str, list[tuple[str, object, str]]] = field(default_factory=dict)


def test_twenty_connections_around_the_deadline(fresh_db, play_until):
    # Legal time may only run ahead, so this tender is announced today and its deadline lies weeks ahead.
    start = clock.machine()
    cast = cast_for(start=start)
    names = [f"bidder{n}" for n in range(1, 6)]
    with clock.at(start):
        for n in range(6, BIDDERS + 1):
            name = f"云泽第{n}建筑工程有限公司"
            add_trader(cast, f"bidder{n}", f"经办{n}", invented_code(name), name, ("bidder",))
            names.append(f"bidder{n}")
    play_until(cast, "amended", start=start)
    lot = Lot.objects.get()
    # Legal time runs from here with the wall: the deadline is half way through the rush.
    ClockOffset.objects.update_or_create(
        pk=1, defaults={"offset": lot.recorded["bid_deadline"] - clock.machine() - timedelta(seconds=RUSH_SECONDS / 2)}
    )
    deadline, over = lot.recorded["bid_deadline"], threading.Event()
    log = Log({name: [] for name in names})
    workers = [threading.Thread(target=_rush, args=(cast, lot.pk, name, log.told[name], over)) for name in names]
    clockwork = threading.Thread(target=_tick_until, args=(over,))
    for thread in [*workers, clockwork]:
        thread.start()
    while clock.now() < deadline + timedelta(seconds=RUSH_SECONDS / 2):
        time.sleep(0.05)
    over.set()
    for thread in [*workers, clockwork]:
        thread.join(60)
        assert not thread.is_alive()
    ticks.tick()

    filed = list(Bid.objects.select_related("subject", "envelope"))
    assert filed, "nobody filed before the deadline"
    assert all(b.arrived_at < deadline for b in filed), "a late bid is in"
    for name, told in log.told.items():
        mine = [b for b in filed if b.subject.code == cast[name].code]
        accepted = [answer for what, _, answer in told if what == "file" and answer.startswith("bid:")]
        assert sorted(accepted) == sorted(f"bid:{b.id}" for b in mine), f"{name} was told otherwise than what stands"
        refused = [(asked, answer) for what, asked, answer in told if what == "file" and not answer.startswith("bid:")]
        assert all(asked >= deadline for asked, _ in refused), f"{name}: on time and lost: {refused}"
        assert len([b for b in mine if b.state not in ("replaced", "withdrawn")]) <= 1
        assert _last_word(told) == {str(b.id) for b in mine if b.state not in ("replaced", "withdrawn")}
    lot.refresh_from_db()
    standing = {str(b.id) for b in filed if b.state not in ("replaced", "withdrawn")}
    if lot.state == "opening":
        assert {row["bid"] for row in Opening.objects.get(lot=lot).roll} == standing
    else:
        assert lot.state == "failed"
        assert len([b for b in filed if b.state == "returned"]) < 3
    assert Entry.objects.filter(event="bid.filed").count() == len(filed)


def _last_word(told: list[tuple[str, object, str]]) -> set[str]:
    """The bid that stands by what the bidder was told: the last one filed, none after a withdrawal."""
    standing: set[str] = set()
    for what, _, answer in told:
        if what == "file" and answer.startswith("bid:"):
            standing = {answer.removeprefix("bid:")}
        elif what == "withdraw" and answer == "done":
            standing = set()
    return standing


def _rush(cast, lot_id, name, told, over) -> None:
    dice = random.Random(name)
    try:
        while not over.is_set():
            time.sleep(dice.random() * 0.5)
            lot = Lot.objects.get(pk=lot_id)
            if dice.random() < 0.75:
                _file(cast, lot, name, told)
            else:
                _withdraw(cast, lot, name, told)
    finally:
        connections.close_all()


def _file(cast, lot, name, told) -> None:
    made = sealed.prepare(cast, lot, cast[name], sealed.offer(cast[name], "1000000"))
    with bids.arriving(lot.pk) as asked:
        try:
            bid = bids.bid_file(**made, arrived_at=asked)
        except Refused as refused:
            told.append(("file", asked, refused.violations[0].code))
        else:
            told.append(("file", asked, f"bid:{bid.id}"))


def _withdraw(cast, lot, name, told) -> None:
    from django.core.exceptions import PermissionDenied

    asked = clock.now()
    try:
        bids.bid_withdraw(lot_id=lot.pk, actor=cast[name].actor)
    except (Refused, PermissionDenied) as refused:
        told.append(("withdraw", asked, repr(refused)))
    else:
        told.append(("withdraw", asked, "done"))


def _tick_until(over) -> None:
    try:
        while not over.is_set():
            ticks.tick()
            time.sleep(0.05)
    finally:
        connection.close()
