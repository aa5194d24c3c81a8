"""One tender lived to its contract, with an objection on the way, and its record sealed: papers are made of it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.test import Client, override_settings

from platform_site import clock, ledger
from tests.trading.stage import START, assembled, signed_in
from trading.models import Letter, Lot, Notice
from trading.rehearsal import engineering_open
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Played, Stage, play

WINNER, LOSER = "bidder1", "bidder3"


@dataclass
class Life:
    """The cast, the stage's clock and the lot."""

    cast: Cast
    stage: Stage
    lot: Lot

    def notice(self, kind: str) -> Notice:
        """The lot's first published notice of a kind."""
        return self.lot.notices.filter(kind=kind, state="published").select_related("lot__tender").first()

    def letter(self, username: str) -> Letter:
        """The letter to somebody's subject."""
        found = Letter.objects.select_related("lot__tender", "subject", "paper")
        return found.get(lot=self.lot, subject__code=self.cast[username].code)

    def browser(self, username: str) -> Client:
        """A browser in which somebody is signed in."""
        return signed_in(self.cast, username)


def lived(until: str = "contracted", variant: str = "objection", *, sealed: bool = True) -> Life:
    """The lot stands at the milestone; with `sealed` a checkpoint covers everything."""
    cast, stage = assembled(), Stage(START)
    play(stage, engineering_open.script(stage, cast, variant), Played("engineering.open", variant), stop_at=until)
    if sealed:
        with clock.at(stage.now):
            ledger.sequence_once()
    return Life(cast, stage, Lot.objects.select_related("tender").get())


@contextlib.contextmanager
def kept(blocker, folder, **given) -> Iterator[Life]:
    """A life for a whole module, rolled back after it; its files lie in `folder`."""
    own = {"MEDIA_ROOT": folder / "files", "LEDGER_DIR": folder / "ledger", "KEYS_DIR": folder / "keys"}
    with override_settings(**own), blocker.unblock(), transaction.atomic():
        yield lived(**given)
        transaction.set_rollback(True)
