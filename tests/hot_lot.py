"""A land listing in its timed round with many bidders in it: for the bench and for the chaos test."""

from datetime import timedelta

from platform_site import clock
from platform_site.clock.models import ClockOffset
from trading.models import Lot
from trading.rehearsal import land_listing
from trading.rehearsal.casting import add_trader
from trading.rehearsal.people import Cast, Person, invented_code
from trading.rehearsal.repertoire import cast_for
from trading.rehearsal.stage import Played, Stage, play
from trading.services import listings


def hot_lot(bidders: int) -> tuple[Lot, Cast, list[Person]]:
    """The lot, everybody, and those who may offer. Legal time runs with the wall from the round's first second on."""
    start = clock.machine()
    cast = cast_for(start=start)
    with clock.at(start):
        names = [_bidder(cast, number) for number in range(bidders)]
    stage = Stage(start)
    play(stage, land_listing.script(stage, cast, "low_offer"), Played("land.listing", "low_offer"), stop_at="offered")
    lot = Lot.objects.get()
    with clock.at(stage.now):
        for name in names:
            listings.sign_up(lot_id=lot.pk, actor=cast[name].actor)
    stage.to(lot.recorded["listing_until"])
    with clock.at(stage.now):
        listings.bidding_continue(lot_id=lot.pk, actor=cast["bidder1"].actor)
    ClockOffset.objects.update_or_create(pk=1, defaults={"offset": stage.now - clock.machine() + timedelta(seconds=1)})
    return Lot.objects.get(), cast, [cast[name] for name in names]


def _bidder(cast: Cast, number: int) -> str:
    name = f"云泽第{number}置业有限公司"
    add_trader(cast, f"offerer{number}", f"经办{number}", invented_code(name), name, ("bidder",))
    return f"offerer{number}"
