"""From a draft to what `services.tenders.tender_register` takes. What the notice does not state stays empty."""

from decimal import Decimal
from typing import Any

from trading.intake.export import to_data
from trading.intake.facts import Fact, LotDraft, NoticeDraft

# Trade categories where the notice's words give no branch of industry.
OTHER = "A99"


def said(fact: Fact[Any] | None, default: Any = None) -> Any:
    """The fact's value, or `default` where the notice is silent."""
    return fact.value if fact else default


def registration(draft: NoticeDraft) -> dict[str, Any]:
    """{"tender", "lots", "source"} for registering.

    "source" carries every fact with its words, what is missing, what breaks a rule and what is doubtful, so that the
    wizard can show them.
    """
    approval = said(draft.approval)
    tender = {
        "trade_category": said(draft.industry, OTHER),
        "title": said(draft.title)[:200],
        "region_code": said(draft.region_code, ""),
        "region_name": said(draft.region_name, ""),
        "investment_code": said(draft.investment_code, ""),
        "funding": said(draft.funding, "")[:200],
        "kind": said(draft.kind, "works"),
        "approval": {"number": approval.number, "authority": approval.authority, "paper": approval.paper}
        if approval
        else {},
        "funds_secured": draft.funds_secured is not None,
    }
    return {"tender": tender, "lots": [_lot(draft, lot) for lot in draft.lots], "source": _source(draft)}


def _lot(draft: NoticeDraft, lot: LotDraft) -> dict[str, Any]:
    single = len(draft.lots) == 1
    period = lot.period or (draft.period if single else None)
    ceiling = lot.ceiling_cny or (draft.ceiling_cny if single else None)
    estimate = lot.estimate_cny or (draft.estimate_cny if single else None)
    terms: dict[str, Any] = {}
    if draft.bond_cny:
        terms["bond_cny"] = str(draft.bond_cny.value)
    if draft.bond_forms:
        terms["bond_forms"] = list(draft.bond_forms.value)
    if draft.bid_validity_days:
        terms["validity_days"] = draft.bid_validity_days.value
    if draft.consortium_allowed:
        terms["consortium_allowed"] = draft.consortium_allowed.value
    return {
        "title": said(lot.title, "")[:200],
        "scope": said(lot.scope) or said(draft.scope, ""),
        "qualification": said(draft.qualification, ""),
        "period_text": f"{period.value.amount.normalize():f}{period.value.unit}" if period else "",
        "period_days": said(draft.period_days),
        "ceiling_cny": _money(ceiling),
        "estimate_cny": _money(estimate),
        "terms": terms,
    }


def _money(fact: Fact[Decimal] | None) -> Decimal | None:
    return fact.value if fact else None


def _source(draft: NoticeDraft) -> dict[str, Any]:
    data = to_data(draft)
    return {"record": draft.record_id, "url": draft.url, "draft": data}
