"""A plot announced with its reserve sealed, for tests of what becomes of it; each test rolls its own changes back."""

import pytest
from django.db import transaction

from platform_site.accounts.refusals import Refused
from tests.trading.course_world import lived
from tests.trading.stage import Scene
from trading.models import Reserve
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.casting import trustees_of
from trading.rehearsal.land_listing import bid
from trading.services import listings, reserves, ticks


@pytest.fixture(scope="module")
def announced(django_db_setup, django_db_blocker, tmp_path_factory):
    """The notice is out, the reserve sealed, the listing has not started."""
    with lived(django_db_blocker, tmp_path_factory.mktemp("reserve"), "announced", "happy", "land.listing") as scene:
        yield scene


@pytest.fixture
def scene(announced, db, at):
    at(announced.stage.now)
    return announced


def seal(scene: Scene, who: str = "grantor", offer=None, **changes) -> Reserve:
    """A reserve sealed by somebody; `changes` of what the browser sends."""
    made = sealed.reserve_prepared(scene.cast, scene.again(), scene.cast[who], offer or {"reserve_cny": "60000000.00"})
    return reserves.reserve_seal(**{**made, **changes})


def refused(code: str, call, *args, **named) -> Refused:
    """It is refused for this."""
    with pytest.raises(Refused) as found, transaction.atomic():
        call(*args, **named)
    assert found.value.violations[0].code == code, found.value.violations
    return found.value


def closed(scene: Scene, at, price: str = "") -> None:
    """The listing has gone by, with one offer where a price is given."""
    for who in ("bidder1", "bidder2"):
        listings.sign_up(lot_id=scene.lot.pk, actor=scene.cast[who].actor)
    lot = scene.again()
    run(at, lot.recorded["listing_from"])
    if price:
        bid(lot, scene.cast["bidder1"], price)
    run(at, lot.recorded["listing_until"])
    run(at, scene.again().recorded["call_ends"])
    assert scene.again().state == "closed"


def run(at, moment) -> None:
    """Legal time stands there and everything due has happened."""
    at(moment)
    ticks.tick(until=moment)


def give_keys(scene: Scene) -> None:
    """As many trustees as it takes have released."""
    for trustee in trustees_of(scene.cast)[1:3]:
        shared.release(scene.cast, scene.lot, str(trustee.id))
