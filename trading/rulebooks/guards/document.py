"""Guards on a notice and its tender document, asked while drafting and again before publication."""

from datetime import datetime
from decimal import Decimal

from platform_site import workdays
from platform_site.accounts.refusals import Violation
from trading.kernel import factors
from trading.kernel.adjusting import unquantified
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts
from trading.kernel.time import DAY, same_hour
from trading.rulebooks.vocabulary import DEPOSITS

# What of a document consultations may change: what is bought; files of the document change as they are.
REQUIREMENTS = frozenset({"scope"})


def shorter_than(
    facts: Facts,
    book: Book,
    rule_id: str,
    start: str,
    end: str,
    *,
    name: str = "days",
    what: str,
    last_day_counts: bool = False,
) -> Violation | None:
    """A violation where fewer than the rule's days lie between two moments of the draft, with the nearest lawful end.

    Args:
        last_day_counts: a window (documents are issued) is open on its last day; a period (to prepare) must be over.
    """
    begins, ends = facts.values.get(start), facts.values.get(end)
    if not isinstance(begins, datetime) or not isinstance(ends, datetime):
        return book.violation("fact.missing", rule_id, fact=start if not isinstance(begins, datetime) else end)
    announced = facts.values.get("notice_at")
    if start == "documents_from" and isinstance(announced, datetime):
        # Nobody can obtain a document before the notice is out: an earlier date printed in it wins no days.
        begins = max(begins, announced)
    number = book.rule(rule_id)[name]
    earliest = workdays.earliest_after(begins, int(number.amount), number.unit)
    have = max(0, workdays.days_between(begins, ends, number.unit))
    if last_day_counts:
        earliest -= DAY
        have += 1
    if ends >= earliest:
        return None
    nearest = same_hour(earliest, ends)
    return book.violation(
        "period.too_short",
        rule_id,
        {"field": end, "value": nearest},
        what=what,
        start=begins,
        end=ends,
        need=int(number.amount),
        have=have,
        unit=number.unit,
        earliest=earliest,
    )


def missing(facts: Facts, book: Book, rule_id: str, *names: str) -> Violation | None:
    """A violation naming the first fact that the draft does not hold."""
    for name in names:
        if facts.values.get(name) in (None, "", [], {}, False):
            return book.violation("fact.missing", rule_id, fact=name)
    return None


def over_share(
    facts: Facts, book: Book, rule_id: str, amount: str, base: str, *, name: str = "share"
) -> Violation | None:
    """A violation where `amount` is more than the rule's share of `base`."""
    asked, of = facts.values.get(amount), facts.values.get(base)
    if asked in (None, Decimal(0)):
        return None
    if not of:
        return book.violation("fact.missing", rule_id, fact=base)
    cap = (of * book.rule(rule_id)[name].amount).quantize(Decimal("0.01"))
    if asked <= cap:
        return None
    return book.violation(
        "amount.over_cap",
        rule_id,
        {"field": amount, "value": cap},
        amount=asked,
        cap=cap,
        base=of,
        share=book.rule(rule_id)[name].amount,
    )


@guard("ENG-10")
def bidding_period(facts: Facts, book: Book) -> Violation | None:
    """等标期: from the first issue of the document to the bid deadline."""
    return shorter_than(facts, book, "ENG-10", "documents_from", "bid_deadline", what="等标期")


@guard("ENG-07")
def issue_window(facts: Facts, book: Book) -> Violation | None:
    """发售期: from the start to the end of issue."""
    return shorter_than(
        facts, book, "ENG-07", "documents_from", "documents_until", what="招标文件发售期", last_day_counts=True
    )


@guard("ENG-03")
def approved_and_funded(facts: Facts, book: Book) -> Violation | None:
    """Approval first, funds secured; scope, method and organisation form as approved."""
    return missing(facts, book, "ENG-03", "approval_number", "approval_authority", "funds_secured")


@guard("ENG-04")
def open_unless_found(facts: Facts, book: Book) -> Violation | None:
    """A state-controlled mandatory project is tendered openly unless a finding is recorded."""
    if facts.values.get("open_tender", True) or facts.values.get("finding"):
        return None
    return missing(facts, book, "ENG-04", "finding")


@guard("ENG-06")
def designated_media(facts: Facts, book: Book) -> Violation | None:
    """The notice goes to the designated media, free of charge, on the standard document."""
    return missing(facts, book, "ENG-06", "media", "standard_document")


@guard("ENG-14")
def validity_stated(facts: Facts, book: Book) -> Violation | None:
    """Bid validity stands in the document, counted from the bid deadline."""
    days = facts.values.get("validity_days")
    if days and days > 0:
        return None
    return book.violation("fact.missing", "ENG-14", fact="validity_days")


@guard("ENG-15")
def bid_bond_cap(facts: Facts, book: Book) -> Violation | None:
    """投标保证金 within the share of the estimate and the absolute cap for the kind of work."""
    if found := over_share(facts, book, "ENG-15", "bond_cny", "estimate_cny"):
        return found
    bond = facts.values.get("bond_cny") or Decimal(0)
    cap = book.rule("ENG-15")["design_cap" if facts.values.get("kind") in DESIGN else "works_cap"].amount
    if bond <= cap:
        return None
    return book.violation(
        "amount.over_cap",
        "ENG-15",
        {"field": "bond_cny", "value": Decimal(cap)},
        amount=bond,
        cap=Decimal(cap),
        base=None,
        share=None,
    )


# 2号令: survey and design have a cap of their own.
DESIGN = frozenset({"survey", "design", "survey_design"})


@guard("ENG-16")
def four_deposits(facts: Facts, book: Book) -> Violation | None:
    """Only the four lawful deposits, and a guarantee is always accepted."""
    if others := set(facts.values.get("deposits") or ()) - DEPOSITS.keys():
        return book.violation("deposit.unlawful", "ENG-16", deposits=sorted(others))
    if facts.values.get("bond_cny") and "guarantee" not in (facts.values.get("bond_forms") or ()):
        return book.violation("deposit.cash_only", "ENG-16", {"field": "bond_forms", "value": "guarantee"})
    return None


@guard("ENG-17")
def price_limits(facts: Facts, book: Book) -> Violation | None:
    """A maximum price or its formula is stated; at most one base price; never a minimum price."""
    if facts.values.get("floor_cny"):
        return book.violation("price.floor", "ENG-17", {"field": "floor_cny", "value": None})
    allowed = int(book.rule("ENG-17")["base_prices"].amount)
    if (held := int(facts.values.get("base_prices") or 0)) > allowed:
        return book.violation("price.base_prices", "ENG-17", held=held, allowed=allowed)
    return None


@guard("ENG-46")
def performance_bond_cap(facts: Facts, book: Book) -> Violation | None:
    """履约保证金 within the share of the contract price (of the maximum price while drafting)."""
    share = facts.values.get("performance_bond_share")
    cap = book.rule("ENG-46")["share"].amount
    if share is None or share <= cap:
        return None
    return book.violation(
        "share.over_cap", "ENG-46", {"field": "performance_bond_share", "value": cap}, share=share, cap=cap
    )


@guard("ENG-31")
def method_published(facts: Facts, book: Book) -> Violation | None:
    """Method, criteria and price adjustments with their numbers stand in the document; points add up to one hundred."""
    if found := missing(facts, book, "ENG-31", "method", "criteria"):
        return found
    if vague := unquantified(facts.values.get("adjustments") or (), facts.values.get("period_days")):
        return book.violation("adjustment.vague", "ENG-31", titles=tuple(vague))
    total = sum((Decimal(str(part["points"])) for part in facts.values["criteria"]), Decimal(0))
    return None if total == 100 else book.violation("criteria.sum", "ENG-31", total=total)


@guard("ENG-31")
def factors_bound(facts: Facts, book: Book) -> Violation | None:
    """A factor that is drawn at the opening: its list can be drawn from, and both nonces are bound beforehand.

    Bound before the notice is out, nobody can still choose; a draw that were bound later would have to wait for it.
    """
    if fault := facts.values.get("factor_fault"):
        bounds = {"least": factors.LEAST, "most": factors.MOST, "lowest": factors.LOWEST, "highest": factors.HIGHEST}
        return book.violation("factor.list", "ENG-31", fault=fault, **bounds)
    if waiting := facts.values.get("factor_waiting"):
        return book.violation("factor.uncommitted", "ENG-31", roles=tuple(waiting))
    return None


@guard("ENG-31")
def factors_published(facts: Facts, book: Book) -> Violation | None:
    """Nonces are bound for a factor the document draws, and for no other."""
    return None if facts.values.get("factors") else book.violation("factor.none", "ENG-31")


@guard("ENG-20", effect="warn")
def reasonable_conditions(facts: Facts, book: Book) -> Violation | None:
    """Words that often mean an unreasonable condition; a person decides."""
    if hits := facts.values.get("suspect_words"):
        return book.violation("text.unreasonable", "ENG-20", hits=tuple(hits))
    return None


@guard("ENG-20")
def confirmed_conditions(facts: Facts, book: Book) -> Violation | None:
    """A condition supervision has found unreasonable blocks the notice."""
    if hits := facts.values.get("confirmed_unreasonable"):
        return book.violation("text.confirmed", "ENG-20", hits=tuple(hits))
    return None


@guard("ENG-49")
def agency_mandate(facts: Facts, book: Book) -> Violation | None:
    """An agency acts only under a signed mandate and bids nowhere in its own project."""
    if facts.values.get("agency") and not facts.values.get("mandate"):
        return book.violation("fact.missing", "ENG-49", fact="mandate")
    if facts.values.get("agency") and not facts.values.get("mandate_signed", True):
        return book.violation("mandate.unsigned", "ENG-49")
    return None


@guard("ENG-49")
def mandate_dated(facts: Facts, book: Book) -> Violation | None:
    """A mandate is signed for the project's agency, until a day that has not passed."""
    if not facts.values.get("agency"):
        return book.violation("mandate.no_agency", "ENG-49")
    until = facts.values.get("until")
    return book.violation("mandate.past", "ENG-49", until=until) if until is not None and until <= facts.now else None


@guard("ENG-49")
def mandate_in_force(facts: Facts, book: Book) -> Violation | None:
    """What is ended has not ended yet."""
    if not facts.values.get("agency"):
        return book.violation("mandate.no_agency", "ENG-49")
    return None if facts.values.get("in_force") else book.violation("mandate.already_ended", "ENG-49")


@guard("ENG-49")
def agency_replaceable(facts: Facts, book: Book) -> Violation | None:
    """Another agency is appointed once the former mandate is over; it trades as an agency, and stands outside."""
    for name, code in (
        ("mandate_stands", "mandate.in_force"),
        ("same_agency", "mandate.same_agency"),
        ("not_an_agency", "agency.unfit"),
        ("agency_bids", "bidder.agency"),
    ):
        if facts.values.get(name):
            return book.violation(code, "ENG-49", name=facts.values.get("agency_name", ""))
    if bans := facts.values.get("bans"):
        ban = bans[0]
        return book.violation(
            "sanction.banned", "ENG-49", authority=ban["authority"], until=ban["until"], basis=ban["article"]
        )
    return mandate_dated(facts, book)


@guard("ENG-01", effect="warn")
def mandatory_threshold(facts: Facts, book: Book) -> Violation | None:
    """Tells a tenderer who declares the project as not mandatory that it is state-funded and reaches the threshold."""
    if facts.values.get("mandatory", True) or not _state_funded(facts, book):
        return None
    kind = facts.values.get("kind") or "works"
    name = {"works": "works", "goods": "goods", "epc": "works"}.get(kind, "services")
    limit = Decimal(book.rule("ENG-01")[name].amount)
    estimate = facts.values.get("estimate_cny") or Decimal(0)
    return book.violation("mandatory.reached", "ENG-01", estimate=estimate, limit=limit) if estimate >= limit else None


def _state_funded(facts: Facts, book: Book) -> bool:
    """Budget funds of the rule's amount and share of the investment, or state-owned money controlling or dominant."""
    if facts.values.get("state_controlled"):
        return True
    rule, funds = book.rule("ENG-01"), facts.values.get("budget_funds_cny") or Decimal(0)
    investment = facts.values.get("investment_cny") or facts.values.get("estimate_cny") or Decimal(0)
    return (
        bool(investment) and funds >= rule["budget_funds"].amount and funds >= investment * rule["budget_share"].amount
    )


@guard("ENG-02", effect="warn")
def no_splitting(facts: Facts, book: Book) -> Violation | None:
    """Several lots of one project below the threshold that reach it together."""
    if facts.values.get("split_below"):
        return book.violation("mandatory.split", "ENG-02", lots=facts.values["split_below"])
    return None


@guard("ELE-07")
def trustees_agreed(facts: Facts, book: Book) -> Violation | None:
    """The lot's key set is signed and lawful: its check runs where keys live, its findings arrive here."""
    if not facts.values.get("key_set"):
        return book.violation("fact.missing", "ELE-07", fact="key_set")
    gaps = facts.values.get("key_set_gaps") or ()
    return gaps[0] if gaps else None


@guard("ELE-07")
def trustee_gone(facts: Facts, book: Book) -> Violation | None:
    """Another key set is for a trustee who lost its key or left; a lot without trustees has none to replace."""
    if not facts.values.get("key_set"):
        return book.violation("fact.missing", "ELE-07", fact="key_set")
    return None if facts.values.get("gone") else book.violation("trustees.nobody_gone", "ELE-07")


@guard("ENG-11")
def amendment_in_time(facts: Facts, book: Book) -> Violation | None:
    """An amendment that may affect preparation leaves the rule's days, else the deadline moves."""
    if not facts.values.get("affects_preparation"):
        return None
    return shorter_than(facts, book, "ENG-11", "amended_at", "bid_deadline", what="澄清修改至投标截止")


@guard("ENG-12")
def document_objection_in_time(facts: Facts, book: Book) -> Violation | None:
    """An objection to the document arrives the rule's days before the bid deadline."""
    number = book.rule("ENG-12")["days"]
    latest = workdays.window_closes(facts.values["bid_deadline"], int(number.amount), number.unit)
    if facts.now < latest:
        return None
    return book.violation("objection.too_late", "ENG-12", latest=latest, need=int(number.amount))


@guard("GP-05")
def purchase_period(facts: Facts, book: Book) -> Violation | None:
    """公开招标: from the first issue of the document to the deadline."""
    return shorter_than(facts, book, "GP-05", "documents_from", "bid_deadline", what="投标文件准备时间")


@guard("GP-06")
def purchase_issue_window(facts: Facts, book: Book) -> Violation | None:
    """The document is issued for the rule's working days."""
    return shorter_than(
        facts, book, "GP-06", "documents_from", "documents_until", name="supply", what="招标文件提供期限",
        last_day_counts=True,
    )  # fmt: skip


@guard("GP-11")
def purchase_bond_cap(facts: Facts, book: Book) -> Violation | None:
    """投标保证金 within the share of the budget."""
    return over_share(facts, book, "GP-11", "bond_cny", "ceiling_cny")


def _priced(facts: Facts) -> tuple[Decimal, Decimal]:
    """(points of the price part, all points) of the document."""
    parts = facts.values.get("criteria") or ()
    whole = sum((Decimal(str(part["points"])) for part in parts), Decimal(0))
    return sum((Decimal(str(part["points"])) for part in parts if part["key"] == "price"), Decimal(0)), whole


@guard("GP-20")
def price_weighs_enough(facts: Facts, book: Book) -> Violation | None:
    """综合评分法: the price part has at least its share of all points, another for goods than for services."""
    priced, whole = _priced(facts)
    if not whole:
        return book.violation("fact.missing", "GP-20", fact="criteria")
    share = book.rule("GP-20")["goods" if facts.values.get("kind") == "goods" else "services"].amount
    if priced >= whole * share:
        return None
    remedy = {"field": "price", "value": share}
    return book.violation("share.under_floor", "GP-20", remedy, share=priced / whole, floor=share)


@guard("GP-21")
def price_weighs_within(facts: Facts, book: Book) -> Violation | None:
    """竞争性磋商: the price part lies within its span, another for goods than for services; none is set for works."""
    priced, whole = _priced(facts)
    if not whole:
        return book.violation("fact.missing", "GP-21", fact="criteria")
    if facts.values.get("kind") in {"works", "epc"}:
        return None
    of = "goods" if facts.values.get("kind") == "goods" else "services"
    floor, cap = book.rule("GP-21")[f"{of}_min"].amount, book.rule("GP-21")[f"{of}_max"].amount
    if priced < whole * floor:
        remedy = {"field": "price", "value": floor}
        return book.violation("share.under_floor", "GP-21", remedy, share=priced / whole, floor=floor)
    if priced > whole * cap:
        return book.violation(
            "share.over_cap", "GP-21", {"field": "price", "value": cap}, share=priced / whole, cap=cap
        )
    return None


@guard("GP-28")
def consultation_period(facts: Facts, book: Book) -> Violation | None:
    """竞争性磋商: from the first issue of the document to the deadline of the first responses."""
    return shorter_than(facts, book, "GP-28", "documents_from", "bid_deadline", what="响应文件准备时间")


@guard("GP-28")
def consultation_issue_window(facts: Facts, book: Book) -> Violation | None:
    """The document is issued for the rule's working days."""
    return shorter_than(
        facts, book, "GP-28", "documents_from", "documents_until", name="supply", what="磋商文件发售期限",
        last_day_counts=True,
    )  # fmt: skip


@guard("GP-28")
def consultation_amended(facts: Facts, book: Book) -> Violation | None:
    """A change that may affect preparation leaves the rule's days, else the deadline moves."""
    if not facts.values.get("affects_preparation"):
        return None
    return shorter_than(facts, book, "GP-28", "amended_at", "bid_deadline", name="amendment", what="澄清修改至响应截止")


@guard("GP-27")
def inquiry_period(facts: Facts, book: Book) -> Violation | None:
    """询价: from the notice to the response deadline."""
    return shorter_than(facts, book, "GP-27", "documents_from", "bid_deadline", what="响应文件准备时间")


@guard("GP-28")
def requirements_only(facts: Facts, book: Book) -> Violation | None:
    """While the group talks, what is asked for and the draft of the contract may change; everything else stays."""
    beyond = tuple(name for name in facts.values.get("changed", ()) if name not in REQUIREMENTS)
    return book.violation("requirements.only", "GP-28", names=beyond) if beyond else None


@guard("GP-10")
def budget_published(facts: Facts, book: Book) -> Violation | None:
    """The budget amount stands in the document."""
    return missing(facts, book, "GP-10", "ceiling_cny")


@guard("LND-03")
def land_notice_period(facts: Facts, book: Book) -> Violation | None:
    """From the grant notice to the start of the listing."""
    return shorter_than(facts, book, "LND-03", "notice_at", "listing_from", what="出让公告")


@guard("LND-04")
def land_prices_decided(facts: Facts, book: Book) -> Violation | None:
    """Start price and increment are decided before the notice: offers are made from there, in these steps."""
    return missing(facts, book, "LND-04", "start_price_cny", "increment_cny")


@guard("LND-05")
def listing_period(facts: Facts, book: Book) -> Violation | None:
    """The listing stays up for the rule's days."""
    return shorter_than(facts, book, "LND-05", "listing_from", "listing_until", what="挂牌时间")


@guard("MIN-02")
def mining_notice_whole(facts: Facts, book: Book) -> Violation | None:
    """The notice says what right is granted, from which price, in which steps."""
    for name in ("scope", "start_price_cny", "increment_cny"):
        if not facts.values.get(name):
            return book.violation("fact.missing", "MIN-02", fact=name)
    return None


@guard("MIN-03")
def mining_notice_period(facts: Facts, book: Book) -> Violation | None:
    """From the grant notice to the start of the listing, in working days."""
    return shorter_than(facts, book, "MIN-03", "notice_at", "listing_from", what="出让公告")


@guard("MIN-05")
def mining_listing_period(facts: Facts, book: Book) -> Violation | None:
    """The listing stays up for the rule's working days."""
    return shorter_than(facts, book, "MIN-05", "listing_from", "listing_until", what="挂牌时间")


@guard("LND-06", effect="warn")
def land_deposit(facts: Facts, book: Book) -> Violation | None:
    """竞买保证金 at least the share of the lowest grant price."""
    bond, base = facts.values.get("bond_cny"), facts.values.get("start_price_cny")
    if not base:
        return None
    floor = (base * book.rule("LND-06")["share"].amount).quantize(Decimal("0.01"))
    if (bond or Decimal(0)) >= floor:
        return None
    return book.violation(
        "amount.under_floor", "LND-06", {"field": "bond_cny", "value": floor}, amount=bond, floor=floor
    )
