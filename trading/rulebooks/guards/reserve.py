"""Guards on the reserve price 底价: sealed before the notice, opened after the end, and the deal that rests on it."""

from dataclasses import replace

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts


def guarded(facts: Facts, book: Book, rule: str) -> Violation | None:
    """A notice that speaks of a reserve goes out with it sealed to trustees who have bound their keys.

    Decided before the notice (LND-04), so that nobody sets it knowing who has come: a listing never starts without.
    """
    if not facts.values.get("reserve"):
        return None
    if not facts.values.get("key_set"):
        return book.violation("fact.missing", rule, fact="key_set")
    if gaps := facts.values.get("key_set_gaps"):
        return replace(gaps[0], rule=rule, article=book.article(rule))
    return None if facts.values.get("reserve_sealed") else book.violation("reserve.unsealed", rule)


def stated(facts: Facts, book: Book, rule: str) -> Violation | None:
    """A reserve is sealed where the notice says there is one."""
    return None if facts.values.get("reserve") else book.violation("reserve.none", rule)


def openable(facts: Facts, book: Book, rule: str) -> Violation | None:
    """Opened once, when its owner's key or k of the trustees' are in."""
    if not facts.values.get("reserve_sealed"):
        return book.violation("reserve.none", rule)
    waiting = facts.values.get("waiting") or ()
    return book.violation("reserve.waiting", rule, missing=tuple(waiting)) if waiting else None


def settled(facts: Facts, book: Book, rule: str) -> Violation | None:
    """No deal and no failure before the reserve is open."""
    return book.violation("reserve.closed", rule) if facts.values.get("reserve_sealed") else None


def not_reached(facts: Facts, book: Book, rule: str) -> Violation | None:
    """No deal below the reserve price, and none where it cannot be read by no fault of who sealed it."""
    if facts.values.get("reserve_lost"):
        return book.violation("reserve.lost", rule)
    return None if facts.values.get("reserve_reached") else book.violation("reserve.not_reached", rule)


def reached(facts: Facts, book: Book, rule: str) -> Violation | None:
    """With the reserve reached a sale may not be declared failed."""
    if facts.values.get("reserve_lost"):
        return None
    return book.violation("reserve.reached", rule) if facts.values.get("reserve_reached") else None


@guard("LND-04")
def reserve_guarded(facts: Facts, book: Book) -> Violation | None:
    """Land: `guarded`."""
    return guarded(facts, book, "LND-04")


@guard("LND-04")
def reserve_stated(facts: Facts, book: Book) -> Violation | None:
    """Land: `stated`."""
    return stated(facts, book, "LND-04")


@guard("LND-04")
def reserve_openable(facts: Facts, book: Book) -> Violation | None:
    """Land: `openable`."""
    return openable(facts, book, "LND-04")


@guard("LND-09")
def reserve_settled(facts: Facts, book: Book) -> Violation | None:
    """Land: `settled`."""
    return settled(facts, book, "LND-09")


@guard("LND-09")
def reserve_reached(facts: Facts, book: Book) -> Violation | None:
    """Land: `not_reached`."""
    return not_reached(facts, book, "LND-09")


@guard("LND-09")
def reserve_missed(facts: Facts, book: Book) -> Violation | None:
    """Land: `reached`."""
    return reached(facts, book, "LND-09")


@guard("MIN-09")
def mining_reserve_guarded(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `guarded`."""
    return guarded(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_stated(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `stated`."""
    return stated(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_openable(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `openable`."""
    return openable(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_settled(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `settled`."""
    return settled(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_reached(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `not_reached`."""
    return not_reached(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_missed(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `reached`."""
    return reached(facts, book, "MIN-09")
