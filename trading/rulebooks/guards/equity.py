"""Guards on the transfer of state-owned equity: what is disclosed, how many came forward, the deal, the money."""

from decimal import Decimal

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts
from trading.kernel.time import counted
from trading.rulebooks.guards.bidding import under_floor
from trading.rulebooks.guards.document import over_share, shorter_than
from trading.rulebooks.guards.result import differing
from trading.rulebooks.vocabulary import WAYS


@guard("SOE-02")
def approved(facts: Facts, book: Book) -> Violation | None:
    """The owner's decision or the government's approval has a number."""
    return None if facts.values.get("approval_number") else book.violation("fact.missing", "SOE-02", fact="approval")


@guard("SOE-03")
def price_not_below_valuation(facts: Facts, book: Book) -> Violation | None:
    """The first disclosed price is at least the share of the approved valuation."""
    price, valuation = facts.values.get("start_price_cny"), facts.values.get("valuation_cny")
    for name, amount in (("start_price_cny", price), ("valuation_cny", valuation)):
        if not amount:
            return book.violation("fact.missing", "SOE-03", fact=name)
    floor = (valuation * book.rule("SOE-03")["share"].amount).quantize(Decimal("0.01"))
    if price >= floor:
        return None
    return book.violation(
        "amount.under_floor", "SOE-03", {"field": "start_price_cny", "value": floor}, amount=price, floor=floor
    )


@guard("SOE-04")
def disclosed_long_enough(facts: Facts, book: Book) -> Violation | None:
    """正式披露 lasts the rule's working days."""
    return shorter_than(facts, book, "SOE-04", "notice_at", "disclosure_until", what="信息披露")


@guard("SOE-12")
def way_of_bidding_said(facts: Facts, book: Book) -> Violation | None:
    """The notice says how takers will bid, and when; no other way is taken afterwards."""
    if facts.values.get("way") not in WAYS:
        return book.violation("fact.missing", "SOE-12", fact="way")
    if not facts.values.get("increment_cny"):
        return book.violation("fact.missing", "SOE-12", fact="increment_cny")
    begins, ends = facts.values.get("bidding_from"), facts.values.get("disclosure_until")
    if begins is None or (ends is not None and begins < ends):
        return book.violation("fact.missing", "SOE-12", fact="bidding_from")
    return None


@guard("SOE-14", effect="warn")
def deposit_within_share(facts: Facts, book: Book) -> Violation | None:
    """交易保证金 within the usual share of the disclosed price."""
    return over_share(facts, book, "SOE-14", "bond_cny", "start_price_cny")


def _count(facts: Facts) -> int:
    return int(facts.values.get("takers", 0))


@guard("SOE-13")
def no_taker(facts: Facts, book: Book) -> Violation | None:
    """Failed only where nobody came forward."""
    have, need = _count(facts), int(book.rule("SOE-13")["single"].amount)
    return None if have < need else book.violation("takers.other", "SOE-13", have=have)


@guard("SOE-13")
def one_taker(facts: Facts, book: Book) -> Violation | None:
    """By agreement only with the one who came forward."""
    have, need = _count(facts), int(book.rule("SOE-13")["single"].amount)
    return None if have == need else book.violation("takers.other", "SOE-13", have=have)


@guard("SOE-13")
def several_takers(facts: Facts, book: Book) -> Violation | None:
    """Two or more bid against each other (企业国有资产法 第五十四条)."""
    have, need = _count(facts), int(book.rule("SOE-13")["bidding"].amount)
    return None if have >= need else book.violation("takers.other", "SOE-13", have=have)


@guard("SOE-13")
def offer_high_enough(facts: Facts, book: Book) -> Violation | None:
    """Not less than the disclosed price, then each increment."""
    return under_floor(facts, book, "SOE-13")


@guard("SOE-13")
def taken(facts: Facts, book: Book) -> Violation | None:
    """A deal needs an offer."""
    return None if facts.values.get("reserve_reached") else book.violation("offer.none", "SOE-13")


@guard("SOE-13")
def untaken(facts: Facts, book: Book) -> Violation | None:
    """With an offer that reaches the price a transfer may not be declared failed."""
    return book.violation("reserve.reached", "SOE-13") if facts.values.get("reserve_reached") else None


@guard("SOE-01")
def contract_equals_deal(facts: Facts, book: Book) -> Violation | None:
    """产权交易合同 says what the deal says."""
    return differing(facts, book, "SOE-01")


@guard("SOE-15")
def priority_answered(facts: Facts, book: Book) -> Violation | None:
    """Where other shareholders have a right of first refusal: not before they answered or their time is over."""
    if not facts.values.get("priority_holders"):
        return None
    number = book.rule("SOE-15")["days"]
    until = counted(facts.moments["notice_at"], int(number.amount), number.unit, "least")
    if facts.now >= until:
        return None
    return book.violation("priority.waiting", "SOE-15", until=until, days=int(number.amount))


@guard("SOE-16")
def paid_in_full(facts: Facts, book: Book) -> Violation | None:
    """交易凭证 only after the whole price came in through the exchange."""
    paid, price = facts.values.get("paid_cny"), facts.values.get("contract_cny")
    if paid == price:
        return None
    return book.violation("payment.short", "SOE-16", paid=paid, price=price)
