"""A lot's terms as the guards ask for them: one reader from columns and JSON to the kernel's values.

`lot.terms` holds what the tender document says beyond the columns, money and shares as text:
    {"method", "criteria": [{"key", "title", "points", "items": [{"key", "title", "points"}]}], "price_formula",
     "adjustments": [{"key", "title", "kind": day | amount | share | preference, "value", "most"}], "trim",
     "reviews": [{"key", "title", "ground"}], "committee": {"members", "experts", "specialties"}, "candidates",
     "bond_cny", "bond_forms", "deposits", "validity_days", "performance_bond_share", "media", "standard_document",
     "consortium_allowed", "ratings": [{"speciality", "level"}], "finding", "outage_clause"}
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from experts.draw import ROLES
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import services as sealing
from trading.kernel import factors, mandates
from trading.models import FactorDraw, Lot, Reserve
from trading.texts import suspect_words

# 最高投标限价 and other money: at least one fen, below what the columns hold.
LEAST, MOST = Decimal("0.01"), Decimal("99999999999999.99")


def money(text: Any, *, field: str) -> Decimal | None:
    """Yuan with fen from what a person typed; "" is None. Full-width digits and separators are read.

    Raises:
        Refused: not a number, more than two decimals, zero or negative, a unit such as 万元 in the field.
    """
    if text is None or str(text).strip() == "":
        return None
    typed = str(text).strip().translate(_WIDE).replace(",", "").replace(" ", "").removesuffix("元")
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        raise Refused([Violation("amount.unreadable", facts={"field": field, "typed": str(text)[:40]})]) from None
    if not amount.is_finite() or amount < LEAST or amount > MOST or amount != amount.quantize(LEAST):
        raise Refused([Violation("amount.unreadable", facts={"field": field, "typed": str(text)[:40]})])
    return amount.quantize(LEAST)


_WIDE = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９．，", "0123456789.,", strict=True)}


def decimal_of(terms: Mapping[str, Any], name: str) -> Decimal | None:
    """A stored amount or share; None where the document does not say."""
    return Decimal(terms[name]) if terms.get(name) not in (None, "") else None


def _split(lot: Lot) -> list[str]:
    """Lots of a project declared not mandatory that reach the threshold only together (化整为零)."""
    if lot.tender.mandatory:
        return []
    estimates = list(lot.tender.lots.exclude(estimate_cny=None).values_list("number", "estimate_cny"))
    kind = {"works": "works", "goods": "goods", "epc": "works"}.get(lot.tender.kind, "services")
    limit = Decimal(lot.book.rule("ENG-01")[kind].amount)
    together = sum((amount for _, amount in estimates), Decimal(0))
    apart = all(amount < limit for _, amount in estimates)
    return [f"标段 {number}" for number, _ in estimates] if len(estimates) > 1 and apart and together >= limit else []


def _gaps(lot: Lot) -> list[Violation]:
    """Countersignatures still missing, of the second round's key set too where there is one."""
    return [gap for ref in (lot.ledger_ref, lot.final_ref) if ref for gap in sealing.keyset_gaps(ref)]


def factor_values(lot: Lot, terms: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A factor drawn at the opening: its list, what is wrong with it, whose nonce is not bound yet. Up to one query.

    Args:
        terms: the document's as they are to be; by default as they are.
    """
    said = lot.terms if terms is None else terms
    listed = factors.factors_of(said)
    if not listed:
        return {"factors": ()}
    draw = FactorDraw.objects.filter(lot=lot).only("commitments").first()
    bound = draw.commitments if draw else {}
    return {
        "factors": listed,
        "factor_fault": factors.list_fault(said),
        "factor_waiting": [factors.SIDES[role] for role in ROLES if role not in bound],
    }


def reserve_values(lot: Lot, terms: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Whether the notice says there is a reserve price, and whether it lies sealed. One query where it does."""
    said = lot.terms if terms is None else terms
    if not said.get("reserve"):
        return {"reserve": False}
    return {"reserve": True, "reserve_sealed": Reserve.objects.filter(lot=lot, state="sealed").exists()}


def draft_values(lot: Lot, now: datetime, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the guards of a notice ask for. Nothing here is about a bidder.

    Args:
        said: the document's terms as they are to be; by default as they are.
    """
    tender, terms = lot.tender, lot.terms if said is None else said
    return {
        **lot.recorded,
        "approval_number": tender.approval.get("number"),
        "approval_authority": tender.approval.get("authority"),
        "funds_secured": tender.funds_secured,
        "open_tender": tender.procedure.endswith(".open"),
        "state_controlled": tender.state_controlled,
        "mandatory": tender.mandatory,
        "kind": tender.kind,
        "agency": tender.agency_id is not None,
        "mandate": bool(tender.mandate),
        "mandate_signed": mandates.signed(tender.mandate),
        "plan_published_at": tender.plan.published_at if tender.plan else None,
        "estimate_cny": lot.estimate_cny or lot.ceiling_cny,
        "ceiling_cny": lot.ceiling_cny,
        "period_days": lot.period_days,
        "bond_cny": decimal_of(terms, "bond_cny"),
        "floor_cny": decimal_of(terms, "floor_cny"),
        "start_price_cny": decimal_of(terms, "start_price_cny"),
        "increment_cny": decimal_of(terms, "increment_cny"),
        "scope": lot.scope,
        "valuation_cny": decimal_of(terms, "valuation_cny"),
        "performance_bond_share": decimal_of(terms, "performance_bond_share"),
        "base_prices": terms.get("base_prices") or 0,
        **{
            name: terms.get(name)
            for name in (
                "bond_forms",
                "deposits",
                "validity_days",
                "method",
                "criteria",
                "adjustments",
                "media",
                "standard_document",
                "finding",
                "way",
            )
        },
        **factor_values(lot, terms),
        "suspect_words": suspect_words(f"{lot.qualification}\n{lot.scope}"),
        "confirmed_unreasonable": terms.get("confirmed_unreasonable"),
        "budget_funds_cny": decimal_of(terms, "budget_funds_cny"),
        "investment_cny": decimal_of(terms, "investment_cny"),
        "key_set": lot.key_set_hash,
        "key_set_gaps": _gaps(lot) if lot.key_set_hash else (),
        "split_below": _split(lot),
        **reserve_values(lot, terms),
        "now": now,
    }
