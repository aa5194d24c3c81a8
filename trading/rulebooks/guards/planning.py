"""Guards on a tender plan, and on the notice that follows it."""

from datetime import datetime

from platform_site import workdays
from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts
from trading.rulebooks.guards.document import missing


@guard("ENG-56")
def plan_complete(facts: Facts, book: Book) -> Violation | None:
    """A plan says what will be tendered, for about how much, where and when."""
    return missing(facts, book, "ENG-56", "title", "scope", "estimate_cny", "notice_month", "region_name")


@guard("ENG-56")
def plan_ahead(facts: Facts, book: Book) -> Violation | None:
    """The month in which the notice is expected has not passed."""
    month, this = facts.values.get("notice_month"), facts.values.get("this_month")
    return book.violation("plan.past", "ENG-56", month=month, now=this) if month and this and month < this else None


@guard("ENG-56")
def plan_changed(facts: Facts, book: Book) -> Violation | None:
    """A change changes something, and says why."""
    if found := missing(facts, book, "ENG-56", "reason"):
        return found
    return None if facts.values.get("changes") else book.violation("plan.unchanged", "ENG-56")


@guard("ENG-56")
def plan_reasoned(facts: Facts, book: Book) -> Violation | None:
    """Who takes a plan back says why."""
    return missing(facts, book, "ENG-56", "reason")


@guard("ENG-56")
def plan_unused(facts: Facts, book: Book) -> Violation | None:
    """Once a project is registered on it a plan stands as it is: later changes are the notices'."""
    if tender := facts.values.get("tender"):
        return book.violation("plan.used", "ENG-56", tender=tender)
    return None


@guard("ENG-56")
def plan_own(facts: Facts, book: Book) -> Violation | None:
    """A project is registered on a plan of its own initiator."""
    return None if facts.values.get("own") else book.violation("plan.not_own", "ENG-56")


@guard("ENG-56", effect="warn")
def planned_ahead(facts: Facts, book: Book) -> Violation | None:
    """The notice follows the plan after the rule's days; without a plan nothing is measured, for none is demanded."""
    planned, notice = facts.values.get("plan_published_at"), facts.values.get("notice_at")
    if not isinstance(planned, datetime) or not isinstance(notice, datetime):
        return None
    number = book.rule("ENG-56")["days"]
    earliest = workdays.earliest_after(planned, int(number.amount), number.unit)
    if notice >= earliest:
        return None
    return book.violation(
        "plan.too_short",
        "ENG-56",
        planned=planned,
        notice=notice,
        need=int(number.amount),
        have=max(0, workdays.days_between(planned, notice, number.unit)),
        earliest=earliest,
    )
