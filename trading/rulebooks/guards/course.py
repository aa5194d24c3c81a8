"""Guards on what interrupts a tender and on what comes after the award: succession, overturned results, re-tender,
changes of the contract, acceptance and payment."""

from decimal import Decimal

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts

# 招标投标法实施条例 第五十五条: why the winner's place may fall vacant.
VACANCIES = {
    "refused": "放弃中标或者无正当理由不订立合同",
    "force_majeure": "因不可抗力不能履行合同",
    "no_bond": "不按照招标文件要求提交履约保证金",
    "unlawful": "被查实存在影响中标结果的违法行为",
}


@guard("ENG-11")
def later_deadline(facts: Facts, book: Book) -> Violation | None:
    """A postponement moves the deadline on, never back."""
    was, asked = facts.values["was"], facts.values["bid_deadline"]
    return book.violation("deadline.earlier", "ENG-11", was=was, asked=asked) if asked <= was else None


@guard("ELE-07")
def remedy_published(facts: Facts, book: Book) -> Violation | None:
    """An outage moves the deadlines of lots whose document says so: the remedy (补救方案) was known to everybody."""
    return None if facts.values.get("outage_clause") else book.violation("outage.no_clause", "ELE-07")


@guard("ELE-07")
def inside_the_outage(facts: Facts, book: Book) -> Violation | None:
    """What is moved fell due while the platform could not be used, and nothing else."""
    if facts.values.get("inside"):
        return None
    return book.violation("outage.nothing_inside", "ELE-07")


@guard("ENG-54")
def mistake_stands_there(facts: Facts, book: Book) -> Violation | None:
    """What is corrected stands in the notice as published, and is corrected to something else."""
    if facts.values.get("found"):
        return None
    return book.violation("correction.not_there", "ENG-54", before=facts.values.get("before", ""))


@guard("ENG-39")
def no_upheld_objection(facts: Facts, book: Book) -> Violation | None:
    """No award on a result against which an objection was upheld that touches the result."""
    if number := facts.values.get("upheld_objection"):
        return book.violation("result.objection_upheld", "ENG-39", number=number)
    return None


@guard("ENG-40")
def vacancy_grounded(facts: Facts, book: Book) -> Violation | None:
    """The winner loses his place for one of the regulation's four reasons, and each is shown."""
    ground = facts.values.get("ground")
    if ground not in VACANCIES:
        return book.violation("fact.missing", "ENG-40", fact="ground")
    due = facts.values.get("contract_due")
    if ground == "refused" and not facts.values.get("given_up") and not (due and facts.now >= due):
        return book.violation("award.not_given_up", "ENG-43", due=due)
    if ground == "unlawful" and not facts.values.get("decision"):
        return book.violation("decision.missing", "ENG-51")
    return None


@guard("ENG-40")
def next_in_order(facts: Facts, book: Book) -> Violation | None:
    """依次: the first candidate of the list who has not lost the place; never one outside the list, none twice."""
    rank, following = facts.values.get("rank"), facts.values.get("next_rank")
    if rank is None or following is None:
        return book.violation("award.not_candidate", "ENG-40", rank=rank)
    bound = facts.values.get("state_controlled", True)
    if rank in facts.values.get("spent", ()) or (bound and rank != following):
        return book.violation(
            "award.not_next", "ENG-40", {"field": "rank", "value": following}, rank=rank, next=following
        )
    return None


@guard("ENG-51")
def decided(facts: Facts, book: Book) -> Violation | None:
    """An award is set aside only under a decision of the supervising authority that stands on the record."""
    return None if facts.values.get("decision") else book.violation("decision.missing", "ENG-51")


@guard("ENG-51")
def overturned(facts: Facts, book: Book) -> Violation | None:
    """A published result falls only with an upheld objection, a decision, or a winner who lost the place."""
    if facts.state == "vacated" or facts.values.get("upheld_objection") or facts.values.get("decision"):
        return None
    return book.violation("result.standing", "ENG-51")


@guard("ENG-26")
def failed_before(facts: Facts, book: Book) -> Violation | None:
    """重新招标 follows a failure, once."""
    if successor := facts.values.get("successor"):
        return book.violation("retender.done", "ENG-26", successor=successor)
    return None if facts.values.get("failed") else book.violation("retender.not_failed", "ENG-26")


@guard("ENG-52")
def failed_again(facts: Facts, book: Book) -> Violation | None:
    """Going without a tender takes two failures for want of bidders, and the approving body's consent."""
    have, need = facts.values.get("failures", 0), int(book.rule("ENG-52")["failures"].amount)
    if have < need:
        return book.violation("retender.first_failure", "ENG-52", have=have, need=need)
    if facts.values.get("needs_approval") and not facts.values.get("approval"):
        return book.violation("fact.missing", "ENG-52", fact="approval_number")
    return None


@guard("ENG-53")
def change_said(facts: Facts, book: Book) -> Violation | None:
    """A change of the contract changes something and says why."""
    if not facts.values.get("reason"):
        return book.violation("fact.missing", "ENG-53", fact="reason")
    return None if facts.values.get("changed") else book.violation("contract.unchanged", "ENG-53")


@guard("ENG-53")
def additions_within(facts: Facts, book: Book) -> Violation | None:
    """Work added up to the size that must be tendered needs the exception of 第九条第四项."""
    added = facts.values.get("added_cny") or Decimal(0)
    name = {"works": "works", "goods": "goods", "epc": "works"}.get(facts.values.get("kind") or "works", "services")
    limit = Decimal(book.rule("ENG-01")[name].amount)
    if not facts.values.get("mandatory", True) or added < limit or facts.values.get("needed"):
        return None
    return book.violation("contract.addition_over", "ENG-53", added=added, limit=limit)


@guard("ENG-44")
def milestones_within(facts: Facts, book: Book) -> Violation | None:
    """What the milestones are paid adds up to no more than the contract."""
    together, price = facts.values["milestones_cny"], facts.values["contract_cny"]
    if together <= price:
        return None
    return book.violation("milestone.over_contract", "ENG-44", together=together, contract=price)


@guard("ENG-44")
def paid_within(facts: Facts, book: Book) -> Violation | None:
    """No more is paid for a milestone than it is worth; interest for being late comes on top and is stated apart."""
    amount, open_cny = facts.values["amount_cny"], facts.values["open_cny"]
    return book.violation("payment.over", "ENG-44", amount=amount, open=open_cny) if amount > open_cny else None


@guard("ENG-55", effect="warn")
def accepted_in_time(facts: Facts, book: Book) -> Violation | None:
    """Acceptance inside its agreed term."""
    due = facts.values.get("acceptance_due")
    return book.violation("acceptance.late", "ENG-55", due=due) if due and facts.now >= due else None


@guard("ENG-50", effect="warn")
def paid_in_time(facts: Facts, book: Book) -> Violation | None:
    """Payment inside its term; the interest owed for every day after it is stated."""
    days = facts.values.get("late_days", 0)
    if not days:
        return None
    return book.violation("payment.late", "ENG-50", days=days, interest=facts.values.get("interest_cny"))
