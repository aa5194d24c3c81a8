"""Guards on candidates, award, contract and archive."""

from decimal import Decimal

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts


@guard("ENG-39")
def objection_in_publicity(facts: Facts, book: Book) -> Violation | None:
    """An objection to the result falls inside the publicity period; the gate's clock says so, the filer is a bidder or
    another interested party."""
    return None if facts.values.get("interested", True) else book.violation("objection.stranger", "ENG-39")


@guard("ENG-40")
def first_ranked(facts: Facts, book: Book) -> Violation | None:
    """State-controlled: the first-ranked candidate wins; a later one only for a recorded lawful reason."""
    rank, allowed = facts.values.get("rank"), int(book.rule("ENG-40")["rank"].amount)
    if rank is None:
        return book.violation("award.not_candidate", "ENG-40")
    if rank == allowed or facts.values.get("passed_over") or not facts.values.get("state_controlled", True):
        return None
    return book.violation("award.not_first", "ENG-40", rank=rank)


def _untold(facts: Facts, book: Book, rule: str) -> Violation | None:
    """The award notice and the result to every loser leave in one act."""
    untold = facts.values.get("untold", 0)
    return book.violation("award.losers_untold", rule, untold=untold) if untold else None


@guard("ENG-42")
def losers_told(facts: Facts, book: Book) -> Violation | None:
    """Engineering: `_untold`."""
    return _untold(facts, book, "ENG-42")


@guard("GP-33")
def purchase_losers_told(facts: Facts, book: Book) -> Violation | None:
    """Procurement, whose result is announced with the notice: `_untold`."""
    return _untold(facts, book, "GP-33")


@guard("ENG-14", effect="warn")
def inside_validity(facts: Facts, book: Book) -> Violation | None:
    """The award falls inside the bid validity."""
    end = facts.values.get("validity_until")
    return book.violation("validity.over", "ENG-14", until=end) if end and facts.now > end else None


def differing(facts: Facts, book: Book, rule: str) -> Violation | None:
    """Subject, price, quality and term of the contract equal the announcement and what won."""
    found = [n for n in ("price", "period", "quality", "subject") if facts.values.get(f"differs_{n}")]
    return book.violation("contract.mismatch", rule, differing=tuple(found)) if found else None


@guard("ENG-44")
def contract_equals_bid(facts: Facts, book: Book) -> Violation | None:
    """Engineering: `differing`."""
    return differing(facts, book, "ENG-44")


@guard("GP-34")
def purchase_contract_equals_bid(facts: Facts, book: Book) -> Violation | None:
    """政府采购合同, on the terms the procurement document settled (政府采购法 第四十六条): `differing`."""
    return differing(facts, book, "GP-34")


@guard("LND-11")
def land_contract_equals_deal(facts: Facts, book: Book) -> Violation | None:
    """出让合同 says what 成交确认书 says: `differing`."""
    return differing(facts, book, "LND-11")


@guard("MIN-07")
def mining_contract_equals_deal(facts: Facts, book: Book) -> Violation | None:
    """矿业权出让合同 says what the deal says: `differing`."""
    return differing(facts, book, "MIN-07")


@guard("ENG-25")
def joined_by_all(facts: Facts, book: Book) -> Violation | None:
    """联合体各方应当共同与招标人签订合同: every member has signed this very text."""
    if names := facts.values.get("unjoined"):
        return book.violation("contract.unjoined", "ENG-25", names=tuple(names))
    return None


@guard("ENG-25")
def text_in_force(facts: Facts, book: Book) -> Violation | None:
    """A member signs the text that was last sent to all of them, no other."""
    return None if facts.values.get("in_force") else book.violation("contract.other_text", "ENG-25")


@guard("ENG-46")
def performance_bond(facts: Facts, book: Book) -> Violation | None:
    """履约保证金 within the share of the contract price; 质量保证金 within its share of the settlement price."""
    price = facts.values.get("contract_cny") or Decimal(0)
    for name, share in (("performance_bond_cny", "share"), ("retention_cny", "retention")):
        amount = facts.values.get(name)
        cap = (price * book.rule("ENG-46")[share].amount).quantize(Decimal("0.01"))
        if amount is not None and amount > cap:
            return book.violation(
                "amount.over_cap",
                "ENG-46",
                {"field": name, "value": cap},
                amount=amount,
                cap=cap,
                base=price,
                share=book.rule("ENG-46")[share].amount,
            )
    return None


@guard("ELE-09")
def record_whole(facts: Facts, book: Book) -> Violation | None:
    """What is archived is what was recorded: every digest matches."""
    if broken := facts.values.get("broken"):
        return book.violation("record.broken", "ELE-09", items=tuple(broken))
    return None


@guard("ENG-48", effect="warn")
def main_work_kept(facts: Facts, book: Book) -> Violation | None:
    """Only non-main, non-key work may be subcontracted, and nothing twice."""
    if named := facts.values.get("subcontract_main"):
        return book.violation("contract.subcontract", "ENG-48", works=tuple(named))
    return None


@guard("ENG-50", effect="warn")
def payment_term(facts: Facts, book: Book) -> Violation | None:
    """Payment to a small or medium enterprise: a public body within its days, longer only to the contract's maximum; a
    large enterprise within its own."""
    days, rule = facts.values.get("payment_days"), book.rule("ENG-50")
    if days is None or not facts.values.get("payee_is_sme", True):
        return None
    if facts.values.get("payer") == "enterprise":
        name = "large"
    else:
        name = "public_contract" if facts.values.get("payment_agreed") else "public"
    limit = int(rule[name].amount)
    return book.violation("payment.too_long", "ENG-50", days=days, limit=limit) if days > limit else None


@guard("ENG-50", effect="warn")
def late_interest(facts: Facts, book: Book) -> Violation | None:
    """Where nothing was agreed the statutory daily rate runs; a contract that states another one is told."""
    rate, statutory = facts.values.get("late_rate"), book.rule("ENG-50")["late_interest"].amount
    if rate is None or facts.values.get("late_rate_agreed") or rate == statutory:
        return None
    return book.violation("payment.low_rate", "ENG-50", rate=rate, least=statutory)


@guard("ENG-19")
def refunds_stated(facts: Facts, book: Book) -> Violation | None:
    """A termination says why and how fees and bonds go back with interest."""
    for name in ("reason", "refund"):
        if not facts.values.get(name):
            return book.violation("fact.missing", "ENG-19", fact=name)
    return None
