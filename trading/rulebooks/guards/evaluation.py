"""Guards on committee, evaluation and report."""

from fractions import Fraction

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts


def _composed(facts: Facts, book: Book, rule_id: str, least: str = "members") -> Violation | None:
    rule = book.rule(rule_id)
    size, experts = facts.values.get("members", 0), facts.values.get("experts", 0)
    need, share = int(rule[least].amount), Fraction(rule["experts"].amount)
    enough = experts >= size * share
    if size >= need and size % 2 == 1 and enough:
        return None
    return book.violation("committee.composition", rule_id, members=size, experts=experts, need=need, share=str(share))


@guard("ENG-28")
def committee_composed(facts: Facts, book: Book) -> Violation | None:
    """评标委员会: five or more, odd, experts at least two thirds."""
    return _composed(facts, book, "ENG-28")


@guard("GP-14")
def inquiry_group_composed(facts: Facts, book: Book) -> Violation | None:
    """询价小组: three or more, odd, experts at least two thirds."""
    return _composed(facts, book, "GP-14")


@guard("EXP-03")
def drawn_at_random(facts: Facts, book: Book) -> Violation | None:
    """Experts come from a draw whose nonces were committed beforehand; nobody is named by hand."""
    return None if facts.values.get("drawn") else book.violation("draw.missing", "EXP-03")


@guard("ENG-29")
def no_conflict(facts: Facts, book: Book) -> Violation | None:
    """回避: a member with an interest in a bidder or from a supervising body does not sit."""
    if conflicts := facts.values.get("conflicts"):
        return book.violation("committee.conflict", "ENG-29", members=tuple(conflicts))
    return None


@guard("GP-15")
def no_supplier_interest(facts: Facts, book: Book) -> Violation | None:
    """回避: whoever works for a supplier, or did within the rule's years, does not review what it offers."""
    if conflicts := facts.values.get("conflicts"):
        return book.violation("committee.conflict", "GP-15", members=tuple(conflicts))
    return None


@guard("ENG-30", effect="warn")
def members_kept(facts: Facts, book: Book) -> Violation | None:
    """A member was replaced: supervision sees the reason."""
    if reason := facts.values.get("replaced"):
        return book.violation("committee.replaced", "ENG-30", reason=reason)
    return None


@guard("ENG-30")
def time_granted(facts: Facts, book: Book) -> Violation | None:
    """More than the rule's share of the members found the time too short: the report waits until it was extended."""
    asking, members = facts.values.get("asked_more_time", 0), facts.values.get("members", 0)
    if asking > members * Fraction(book.rule("ENG-30")["share"].amount) and not facts.values.get("time_extended"):
        return book.violation("committee.time_short", "ENG-30", asking=asking, members=members)
    return None


def _unlisted(facts: Facts, book: Book, rule: str) -> Violation | None:
    """Every score belongs to a criterion of the document and stays within its points."""
    if unknown := facts.values.get("unlisted"):
        return book.violation("score.unlisted", rule, items=tuple(unknown))
    if over := facts.values.get("out_of_range"):
        return book.violation("score.range", rule, items=tuple(over))
    return None


@guard("ENG-31")
def listed_criteria_only(facts: Facts, book: Book) -> Violation | None:
    """Engineering: `_unlisted`."""
    return _unlisted(facts, book, "ENG-31")


@guard("GP-19")
def purchase_criteria_only(facts: Facts, book: Book) -> Violation | None:
    """Procurement, where what the document does not say is no ground either: `_unlisted`."""
    return _unlisted(facts, book, "GP-19")


@guard("ENG-32")
def rejections_grounded(facts: Facts, book: Book) -> Violation | None:
    """A rejection names one of the seven grounds; a bid above the maximum price is not ranked."""
    grounds = int(book.rule("ENG-32")["grounds"].amount)
    if any(not 1 <= int(g) <= grounds for g in facts.values.get("grounds", ())):
        return book.violation("rejection.ground", "ENG-32", grounds=grounds)
    if over := facts.values.get("over_ceiling_ranked"):
        return book.violation("rejection.over_ceiling", "ENG-32", bids=tuple(over))
    return None


@guard("ENG-33")
def asked_by_committee(facts: Facts, book: Book) -> Violation | None:
    """A bid is clarified only in answer to the committee's written question."""
    return None if facts.values.get("asked") else book.violation("clarification.unasked", "ENG-33")


@guard("ENG-34", effect="warn")
def low_price_explained(facts: Facts, book: Book) -> Violation | None:
    """A price far below the others is asked about before the report."""
    if bids := facts.values.get("low_unexplained"):
        return book.violation("price.low", "ENG-34", bids=tuple(bids))
    return None


@guard("ENG-35", effect="warn")
def competition_left(facts: Facts, book: Book) -> Violation | None:
    """Fewer than three valid bids: the committee says whether there is still competition."""
    need = int(book.rule("ENG-35")["valid"].amount)
    have = facts.values.get("valid_count", need)
    return book.violation("bids.few_valid", "ENG-35", have=have, need=need) if have < need else None


def _few_left(facts: Facts, book: Book, rule: str, name: str) -> Violation | None:
    """The committee may end it all only with fewer valid bids than the rule's number."""
    need, have = int(book.rule(rule)[name].amount), facts.values.get("valid_count", 0)
    return book.violation("bids.enough_valid", rule, have=have, need=need) if have >= need else None


@guard("ENG-35")
def few_valid(facts: Facts, book: Book) -> Violation | None:
    """否决全部投标: `_few_left`."""
    return _few_left(facts, book, "ENG-35", "valid")


@guard("GP-18")
def few_responsive(facts: Facts, book: Book) -> Violation | None:
    """废标: `_few_left`."""
    return _few_left(facts, book, "GP-18", "suppliers")


@guard("GP-18")
def enough_responsive(facts: Facts, book: Book) -> Violation | None:
    """No report, and so no award, with fewer responsive bids than the rule's number."""
    need, have = int(book.rule("GP-18")["suppliers"].amount), facts.values.get("valid_count", 0)
    return None if have >= need else book.violation("bids.too_few_valid", "GP-18", have=have, need=need)


@guard("GP-13")
def tender_committee_composed(facts: Facts, book: Book) -> Violation | None:
    """评标委员会 of a procurement: five or more, seven from the large budget on; odd, experts at least two thirds."""
    budget = facts.values.get("budget_cny")
    large = budget is not None and budget >= book.rule("GP-13")["large_budget"].amount
    return _composed(facts, book, "GP-13", "large_members" if large else "members")


@guard("GP-17")
def enough_qualified(facts: Facts, book: Book) -> Violation | None:
    """No evaluation with fewer qualified bidders than the rule's number."""
    need, have = int(book.rule("GP-17")["suppliers"].amount), facts.values.get("bid_count", 0)
    return None if have >= need else book.violation("bids.too_few_valid", "GP-17", have=have, need=need)


@guard("ENG-36")
def report_complete(facts: Facts, book: Book) -> Violation | None:
    """At most three ranked candidates; every member has signed or dissented in writing."""
    cap = int(book.rule("ENG-36")["candidates"].amount)
    if (listed := facts.values.get("candidates", 0)) > cap:
        return book.violation("candidates.too_many", "ENG-36", listed=listed, cap=cap)
    if unsigned := facts.values.get("unsigned"):
        return book.violation("report.unsigned", "ENG-36", members=unsigned)
    return None


@guard("ENG-25")
def consortia_apart(facts: Facts, book: Book) -> Violation | None:
    """Bids of one lot that share a party are void, all of them, and not ranked."""
    if bids := facts.values.get("twice_ranked"):
        return book.violation("consortium.twice", "ENG-25", names=tuple(bids))
    return None


@guard("ENG-22")
def related_not_ranked(facts: Facts, book: Book) -> Violation | None:
    """Bids of related units that the committee confirmed are void and not ranked."""
    if bids := facts.values.get("related_ranked"):
        return book.violation("bidders.related", "ENG-22", pairs=tuple(bids))
    return None
