"""一套招标文件，几个标段: what is done to the document is done for every lot that shares it, in one transaction.

Each lot keeps its own notice, version and entry, so that its archive proves itself alone and a lot may fail or be
tendered anew without its neighbours (docs/decisions/0061-lots-of-one-document.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from platform_site.accounts.refusals import Refused
from trading.locks import lock_lots, lock_tender
from trading.models import Lot

# What a lot says for itself in a document it shares; everything else of it is the document's.
OWN_TERMS = frozenset({"bond_cny", "floor_cny", "base_prices", "budget_funds_cny", "investment_cny"})
SHARED_COLUMNS = frozenset({"qualification"})
# Lots that share act together as long as the document itself is drafted, out, or changed.
TOGETHER = frozenset({"registered", "scheduled", "bidding"})

P = ParamSpec("P")
R = TypeVar("R")
Narrow = Callable[[Mapping[str, Any]], dict[str, Any]]


def sharing(lot: Lot) -> list[Lot]:
    """The other lots of the same document, by number, whatever became of them; none where none is shared. One query."""
    if not lot.tender.shared_document:
        return []
    return list(lot.tender.lots.exclude(pk=lot.pk).order_by("number"))


def as_asked(said: Mapping[str, Any]) -> dict[str, Any]:
    """Every other lot is done the same."""
    return dict(said)


def of_the_document(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of a change, what belongs to the document and so to every lot; what is the asked lot's own stays with it."""
    columns, terms = said.get("columns") or {}, said.get("terms") or {}
    return {
        **said,
        **({"columns": {n: v for n, v in columns.items() if n in SHARED_COLUMNS}} if "columns" in said else {}),
        **({"terms": {n: v for n, v in terms.items() if n not in OWN_TERMS}} if "terms" in said else {}),
        **({"tender": {}} if "tender" in said else {}),
    }


def for_every_lot(narrow: Narrow = as_asked) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The service is done for the asked lot and for every lot of the same document in the same state: all or none.

    Args:
        narrow: from the call's arguments to those of the other lots.

    A refusal that another lot met names it in `facts["sharing"]`.
    """

    def around(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def done(*args: P.args, **said: P.kwargs) -> R:
            asked = Lot.objects.select_related("tender").get(pk=said["lot_id"])
            if not asked.tender.shared_document or asked.state not in TOGETHER:
                return service(*args, **said)
            with transaction.atomic():
                lock_tender(asked.tender_id)
                same = lock_lots(asked.tender.lots.values_list("pk", flat=True))
                answer = service(*args, **said)
                for lot in same:
                    if lot.pk == asked.pk or lot.state != asked.state:
                        continue
                    try:
                        service(**{**narrow(said), "lot_id": lot.pk})  # type: ignore[call-arg]
                    except Refused as refused:
                        named = [replace(v, facts={**v.facts, "sharing": lot.title}) for v in refused.violations]
                        raise Refused(named) from None
                return answer

        return done

    return around


def lots_said(lot: Lot) -> dict[str, Any]:
    """What a notice of a shared document says of every lot of it; {} for a document of one lot. One query."""
    if not lot.tender.shared_document:
        return {}
    rows = [
        {
            "number": one.number,
            "lot": one.reference,
            "title": one.title,
            "scope": one.scope,
            "period": one.period_text,
            "ceiling_cny": one.ceiling_cny,
            "bond_cny": one.terms.get("bond_cny") or None,
        }
        for one in lot.tender.lots.select_related("tender").order_by("number")
    ]
    return {"lots": rows}
