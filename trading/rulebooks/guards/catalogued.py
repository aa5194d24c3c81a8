"""Guards of the categories that live by the catalogue: numbers and article are those of the row (PLT-18 to 20)."""

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts
from trading.rulebooks.guards.bidding import under_floor
from trading.rulebooks.guards.document import shorter_than
from trading.rulebooks.guards.reserve import guarded, not_reached, openable, reached, settled, stated
from trading.rulebooks.guards.result import differing


@guard("PLT-18")
def catalogued_notice_period(facts: Facts, book: Book) -> Violation | None:
    """From the notice to the start of the listing, as the row says."""
    return shorter_than(facts, book, "PLT-18", "notice_at", "listing_from", what="公告")


@guard("PLT-19")
def catalogued_listing_period(facts: Facts, book: Book) -> Violation | None:
    """The listing stays up for the row's days."""
    return shorter_than(facts, book, "PLT-19", "listing_from", "listing_until", what="挂牌时间")


@guard("PLT-20")
def catalogued_notice_whole(facts: Facts, book: Book) -> Violation | None:
    """The notice says what is sold, from which price, in which steps."""
    for name in ("scope", "start_price_cny", "increment_cny"):
        if not facts.values.get(name):
            return book.violation("fact.missing", "PLT-20", fact=name)
    return None


@guard("PLT-20")
def catalogued_offer(facts: Facts, book: Book) -> Violation | None:
    """`under_floor`."""
    return under_floor(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_guarded(facts: Facts, book: Book) -> Violation | None:
    """A notice that states a reserve goes out with it sealed: `guarded`."""
    return guarded(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_stated(facts: Facts, book: Book) -> Violation | None:
    """Sealed where the notice states one: `stated`."""
    return stated(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_openable(facts: Facts, book: Book) -> Violation | None:
    """Opened once, when the keys are in: `openable`."""
    return openable(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_settled(facts: Facts, book: Book) -> Violation | None:
    """Neither deal nor failure before it is open: `settled`."""
    return settled(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_reached(facts: Facts, book: Book) -> Violation | None:
    """No deal below the reserve price."""
    return not_reached(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_reserve_missed(facts: Facts, book: Book) -> Violation | None:
    """With the reserve reached a sale may not be declared failed."""
    return reached(facts, book, "PLT-20")


@guard("PLT-20")
def catalogued_contract_equals_deal(facts: Facts, book: Book) -> Violation | None:
    """The contract says what the deal says: `differing`."""
    return differing(facts, book, "PLT-20")
