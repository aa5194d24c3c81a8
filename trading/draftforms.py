"""The wizard's steps as forms: built from what the procedure's book says a draft holds.

Forms read and show; the kernel judges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from credit.models import Subject
from trading import editors
from trading.draftfields import field_of
from trading.fields import Money, Percent
from trading.kernel.adjusting import DEDUCTIONS, PREFERENCE
from trading.kernel.drafts import Draft
from trading.models import Lot


@dataclass(frozen=True, slots=True)
class StepKind:
    """One step: its name in the address, on the screen, its form."""

    slug: str
    name: str
    form: type[forms.Form]


@dataclass(frozen=True, eq=False)
class Layout:
    """A draft's steps as forms, and where each field stands.

    Attributes:
        step_of: field or panel -> slug of its step.
    """

    draft: Draft
    steps: tuple[StepKind, ...]
    step_of: Mapping[str, str]

    def step(self, slug: str) -> StepKind | None:
        """The step of that address."""
        return next((step for step in self.steps if step.slug == slug), None)

    def asked(self, name: str) -> StepKind | None:
        """The step with that field; None for a name that is no field of this draft."""
        step = self.step(self.step_of.get(name, ""))
        return step if step and name in step.form.base_fields else None

    def called(self, name: str) -> str:
        """What the field is called here; "" for what is no field."""
        step = self.asked(name)
        return str(step.form.base_fields[name].label) if step else ""

    def place(self, *names: str) -> str:
        """The field at which a violation stands, by its code, fact or rule; "" where this draft has none for it."""
        places = {**PLACES, **dict(self.draft.places)}
        for name in names:
            if (found := places.get(name, name)) in self.step_of:
                return found
        return ""


# Facts of the kernel whose field has another name, or no field but a panel.
PLACES = {"mandate": "mandate_scope", "key_set": "trustees", "mandate.unsigned": "mandate_scope"}


@cache
def layout_of(draft: Draft) -> Layout:
    """The forms of one draft; made once."""
    steps = tuple(
        StepKind(
            step.slug,
            step.title,
            type(forms.Form)(
                f"Draft_{step.slug}", (forms.Form,), {name: field_of(draft, name) for name in step.fields}
            ),
        )
        for step in draft.steps
    )
    where = {name: step.slug for step in draft.steps for name in step.fields}
    return Layout(draft, steps, {**where, "trustees": "files"})


def drawn_for(lot: Lot) -> bool:
    """Whether the lot's procedure says how its notice is drafted."""
    return lot.procedure.draft is not None


def draft_of(lot: Lot) -> Layout:
    """The forms of the lot's draft.

    Raises:
        LookupError: its procedure is drafted nowhere.
    """
    if lot.procedure.draft is None:
        raise LookupError(f"{lot.procedure.id} has no draft")
    return layout_of(lot.procedure.draft)


_NESTED = {
    "approval_number": "number",
    "approval_authority": "authority",
    "approval_date": "date",
    "mandate_scope": "scope",
    "mandate_signed": "signed_at",
    "kind_of_formula": "kind",
}
PRICED = frozenset({"kind_of_formula", "factor", "factors", "above", "below", "trim"})


def shows(lot: Lot, name: str) -> bool:
    """Whether the field stands on the page: one that does not must not be emptied by a post without it."""
    if name == "floor_cny":
        # No draft made here sets a minimum price; one read out of a notice may carry it, and then it must be seen.
        return bool(lot.terms.get("floor_cny"))
    if name == "ratings":
        return bool(lot.terms.get("consortium_allowed"))
    if name == "adjustments":
        return lot.terms.get("method") == "lowest"
    if name in PRICED:
        return lot.terms.get("method") != "lowest"
    return not name.startswith("mandate_") or lot.tender.agency_id is not None


def stored(lot: Lot, step: StepKind) -> dict[str, Any]:
    """The step's values as the draft holds them."""
    tender, terms = lot.tender, lot.terms
    homes: dict[str, Any] = {
        "terms": terms,
        "moments": lot.recorded,
        "approval": tender.approval,
        "mandate": tender.mandate,
        "price_formula": terms.get("price_formula") or {},
        "committee": terms.get("committee") or {},
    }
    found: dict[str, Any] = {}
    for name, field in step.form.base_fields.items():
        home = field.home  # type: ignore[attr-defined]
        if home in {"columns", "tender"}:
            value = getattr(lot if home == "columns" else tender, name)
            value = value.code if isinstance(value, Subject) else value
        elif home in {"criteria", "reviews"}:
            value = terms.get(home) or []
        elif home == "preferences":
            value = next((row["value"] for row in preferences_of(terms) if f"preference_{row['key']}" == name), None)
        else:
            value = homes[home].get(_NESTED.get(name, name))
        if isinstance(field, Money | Percent) and isinstance(value, str) and value:
            value = Decimal(value)
        if name == "mandate_signed" and isinstance(value, str):
            value = value[:10]
        found[name] = value
    return found


def shaped(lot: Lot, step: StepKind, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Arguments of `lot_shape` that put `values` (some of the step's, cleaned) into the draft."""
    made: dict[str, dict[str, Any]] = {"columns": {}, "terms": {}, "moments": {}, "tender": {}}
    for name, value in values.items():
        home = step.form.base_fields[name].home  # type: ignore[attr-defined]
        if home == "moments":
            made["moments"][name] = value
        elif home in {"approval", "mandate"}:
            nested = made["tender"].setdefault(home, dict(getattr(lot.tender, home) or {}))
            nested[_NESTED[name]] = value
        elif home in {"price_formula", "committee"}:
            nested = made["terms"].setdefault(home, dict(lot.terms.get(home) or {}))
            nested[_NESTED.get(name, name)] = str(value) if isinstance(value, Decimal) else value
        elif home == "preferences":
            said = made["terms"].get("adjustments", lot.terms.get("adjustments"))
            made["terms"]["adjustments"] = _preferred(said or [], name.removeprefix("preference_"), value)
        elif home == "columns":
            made["columns"][name] = (
                value if value is not None or name in {"estimate_cny", "ceiling_cny", "period_days"} else ""
            )
        elif home == "tender":
            made["tender"][name] = value
        else:
            made["terms"][name] = str(value) if isinstance(value, Decimal) else value
    return _consistent(lot, made)


def preferences_of(terms: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the adjustments that are preferences."""
    return [row for row in terms.get("adjustments") or () if row.get("kind") == PREFERENCE]


def _preferred(rows: list[dict[str, Any]], key: str, share: Decimal | None) -> list[dict[str, Any]]:
    """The adjustments with the preference at this share of the price; without it where there is none."""
    others = [row for row in rows if row.get("kind") != PREFERENCE or row.get("key") != key]
    if share is None:
        return others
    row = {"key": key, "title": DEDUCTIONS[key], "kind": PREFERENCE, "value": str(share), "most": 1}
    return [*others, row]


def _consistent(lot: Lot, made: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What follows from a change: the method's criteria, the price formula's full points, the printed period."""
    terms = made["terms"]
    if (method := terms.get("method")) and not (terms.get("criteria") or lot.terms.get("criteria")):
        terms["criteria"] = editors.FIRST_CRITERIA if method == "composite" else editors.LOWEST_CRITERIA
    if method and not (terms.get("reviews") or lot.terms.get("reviews")):
        terms["reviews"] = editors.FIRST_REVIEWS
    if method == "lowest":
        terms["criteria"] = editors.LOWEST_CRITERIA
    elif method == "composite" and lot.terms.get("method") == "lowest":
        terms["criteria"] = editors.FIRST_CRITERIA
    if "criteria" in terms or "price_formula" in terms:
        parts = terms.get("criteria") or lot.terms.get("criteria") or []
        full = next((part["points"] for part in parts if part["key"] == editors.PRICE), None)
        if full is not None:
            said = {**(lot.terms.get("price_formula") or {}), **(terms.get("price_formula") or {})}
            asked = draft_of(lot).asked("kind_of_formula") is not None
            # Where the law leaves one formula nothing of another stands in the terms.
            formula = {"kind": "mean_deviation", "factor": "1", "above": "1", "below": "0.5", **said} if asked else said
            if formula.get("factors"):
                formula.pop("factor", None)  # drawn, not fixed
            else:
                formula.pop("factors", None)
            terms["price_formula"] = {**formula, "full": str(full)}
    days = made["columns"].get("period_days")
    if (
        days
        and not made["columns"].get("period_text")
        and (not lot.period_text or lot.period_text == f"{lot.period_days}日历天")
    ):
        made["columns"]["period_text"] = f"{days}日历天"
    return made


def fields_named(step: StepKind, names: Iterable[str]) -> list[str]:
    """Those of `names` that are fields of the step."""
    return [name for name in names if name in step.form.base_fields]
