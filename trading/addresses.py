"""Where the pages stand that messages, mails and papers send people to.

An address on a paper is a promise for decades, and this room may not name the routes of a higher one: the public
addresses are therefore written here, as text, and a test opens every one of them.
"""

from django.conf import settings

from platform_site.web.papers import verify_code
from trading.models import Instrument, Letter, Lot, Notice, TenderPlan


def trade(lot: Lot) -> str:
    """The lot's public page."""
    return f"/trades/{lot.reference}/"


def notice(found: Notice, *, suffix: str = "/") -> str:
    """A published notice: its page, or with suffix ".pdf" its paper."""
    return f"{trade(found.lot)}notices/{found.pk}{suffix}"


def plan(found: TenderPlan) -> str:
    """A tender plan's public page."""
    return f"/plans/{found.reference}/"


def work(lot: Lot) -> str:
    """The initiator's and the agency's bench for the lot."""
    return f"/work/lots/{lot.reference}/"


def bid(lot: Lot) -> str:
    """The lot as a bidder sees it."""
    return f"{work(lot)}bid/"


def room(lot: Lot) -> str:
    """The opening room."""
    return f"{work(lot)}opening/"


def hall(lot: Lot) -> str:
    """The hall of a live auction."""
    return f"{work(lot)}hall/"


def factor(lot: Lot) -> str:
    """Binding and drawing of the lot's factor, for both sides that bind it and whoever looks on."""
    return f"{work(lot)}factor/"


def questions(lot: Lot) -> str:
    """The committee's questions to the bidder who reads them."""
    return f"{work(lot)}questions/"


def results(lot: Lot) -> str:
    """From the report to the archive, for the initiator's side."""
    return f"{work(lot)}results/"


def performance(lot: Lot) -> str:
    """Changes, milestones and payments of the contract, for both its sides."""
    return f"{work(lot)}performance/"


def letter(found: Letter, *, suffix: str = "/") -> str:
    """A letter, for its addressee and the side that sent it: its page, or with suffix ".pdf" its paper."""
    return f"{work(found.lot)}letters/{found.pk}{suffix}"


def instrument(found: Instrument, *, suffix: str = "/") -> str:
    """A report or a cover, for whom it is: its page, or with suffix ".pdf" its paper."""
    return f"{work(found.lot)}instruments/{found.pk}{suffix}"


def verification(digest: str) -> str:
    """Absolute: what the code square of a paper says. Short, so that a phone reads it off 21 mm of print."""
    return f"{settings.ORIGIN}/verify/{verify_code(digest)}/"
