"""Guards on the reserve price 底价: sealed before the notice, opened after the end, and the deal that rests on it."""

from dataclasses import replace

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts


def _guarded(facts: Facts, book: Book, rule: str) -> Violation | None:
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


def _stated(facts: Facts, book: Book, rule: str) -> Violation | None:
    """A reserve is sealed where the notice says there is one."""
    return None if facts.values.get("reserve") else book.violation("reserve.none", rule)


def _openable(facts: Facts, book: Book, rule: str) -> Violation | None:
    """Opened once, when its owner's key or k of the trustees' are in."""
    if not facts.values.get("reserve_sealed"):
        return book.violation("reserve.none", rule)
    waiting = facts.values.get("waiting") or ()
    return book.violation("reserve.waiting", rule, missing=tuple(waiting)) if waiting else None


def _settled(facts: Facts, book: Book, rule: str) -> Violation | None:
    """No deal and no failure before the reserve is open."""
    return book.violation("reserve.closed", rule) if facts.values.get("reserve_sealed") else None


def _not_reached(facts: Facts, book: Book, rule: str) -> Violation | None:
    """No deal below the reserve price, and none where it cannot be read by no fault of who sealed it."""
    if facts.values.get("reserve_lost"):
        return book.violation("reserve.lost", rule)
    return None if facts.values.get("reserve_reached") else book.violation("reserve.not_reached", rule)


def _reached(facts: Facts, book: Book, rule: str) -> Violation | None:
    """With the reserve reached a sale may not be declared failed."""
    if facts.values.get("reserve_lost"):
        return None
    return book.violation("reserve.reached", rule) if facts.values.get("reserve_reached") else None


@guard("LND-04")
def reserve_guarded(facts: Facts, book: Book) -> Violation | None:
    """Land: `_guarded`."""
    return _guarded(facts, book, "LND-04")


@guard("LND-04")
def reserve_stated(facts: Facts, book: Book) -> Violation | None:
    """Land: `_stated`."""
    return _stated(facts, book, "LND-04")


@guard("LND-04")
def reserve_openable(facts: Facts, book: Book) -> Violation | None:
    """Land: `_openable`."""
    return _openable(facts, book, "LND-04")


@guard("LND-09")
def reserve_settled(facts: Facts, book: Book) -> Violation | None:
    """Land: `_settled`."""
    return _settled(facts, book, "LND-09")


@guard("LND-09")
def reserve_reached(facts: Facts, book: Book) -> Violation | None:
    """Land: `_not_reached`."""
    return _not_reached(facts, book, "LND-09")


@guard("LND-09")
def reserve_missed(facts: Facts, book: Book) -> Violation | None:
    """Land: `_reached`."""
    return _reached(facts, book, "LND-09")


@guard("MIN-09")
def mining_reserve_guarded(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_guarded`."""
    return _guarded(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_stated(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_stated`."""
    return _stated(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_openable(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_openable`."""
    return _openable(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_settled(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_settled`."""
    return _settled(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_reached(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_not_reached`."""
    return _not_reached(facts, book, "MIN-09")


@guard("MIN-09")
def mining_reserve_missed(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `_reached`."""
    return _reached(facts, book, "MIN-09")
