"""What a step of the wizard shows: blocks with their refusals, the panels of files and trustees, the summary."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from platform_site import clock
from platform_site.accounts.refusals import Violation
from platform_site.sealing import keysets
from platform_site.sealing import selectors as sealing
from platform_site.sealing import services as sealing_services
from platform_site.sealing.models import Trustee
from trading import drafting, editors
from trading.draftfields import field_of
from trading.draftforms import StepKind, draft_of, shows, stored
from trading.models import Lot
from trading.services import drafts
from trading.services.reserves import standing
from trading.services.shared import sharing
from trading.services.terms import factor_values
from trading.views.benches import framed, lot_address

TABLES = {
    "criteria": (editors.criteria_posted, editors.criteria_changed),
    "reviews": (editors.reviews_posted, editors.reviews_changed),
}
KINDS: tuple[tuple[type, str], ...] = (
    (forms.Textarea, "area"),
    (forms.CheckboxSelectMultiple, "boxes"),
    (forms.CheckboxInput, "tick"),
    (forms.Select, "select"),
)


def blocks_of(
    lot: Lot, step: StepKind, checks: list[drafting.Check], *, form: forms.Form | None = None
) -> list[drafting.Block]:
    """The step's fields with their hints and refusals; of a bound `form` also what could not be read."""
    now = clock.now()
    values = stored(lot, step)
    shown = form or step.form(initial=values)
    found = []
    for name, kept in step.form.base_fields.items():
        if not shows(lot, name):
            continue
        kind = (
            name
            if name in TABLES
            else next((word for widget, word in KINDS if isinstance(kept.widget, widget)), "line")
        )
        block = drafting.Block(
            name,
            shown[name],
            kind,
            lot_address("trading:wizard-field", lot, name),
            kept.suffix,
            kept.half,
            hints=drafting.hints_of(lot, name, now),
        )
        if form is not None and name not in TABLES:
            block.errors = list(form[name].errors)
        if name in TABLES:
            block.rows = values[name]
        judge(block, checks)
        found.append(block)
    return found


def judge(block: drafting.Block, checks: list[drafting.Check]) -> None:
    """The refusals that stand at the field, each with its way out."""
    if block.name == "criteria":
        block.total = f"{editors.points_total(block.rows):f}"
    block.refusals = [
        (c.violation, c.state == "hm", fix_of(block, c.violation))
        for c in checks
        if c.violation is not None and c.field == block.name and c.state in {"no", "hm"}
    ]


def fix_of(block: drafting.Block, violation: Violation) -> drafting.Fix | None:
    """How the remedy is typed into this field; None for a table, of which no one cell is it."""
    if block.name in TABLES:
        return None
    value = violation.remedy.get("value")
    typed = block.bound.field.prepare_value(value) if not isinstance(value, str | None) else value or ""
    return drafting.Fix(block.url, typed, f"f-{block.name}")


def context_of(lot: Lot, held: frozenset[str], step: StepKind, *, form: forms.Form | None = None) -> dict[str, Any]:
    """Everything a step's page shows."""
    now = clock.now()
    checks = drafting.checks_of(lot, now)
    layout = draft_of(lot)
    steps, place = layout.steps, [s.slug for s in layout.steps].index(step.slug)
    context = framed(lot, held, here=f"编制{layout.draft.notice}") | {
        "step": step,
        "draft": layout.draft,
        "marks": drafting.step_marks(layout, checks, step.slug),
        "checks": checks,
        "counts": drafting.counted(checks),
        "book_line": f"适用规则 {lot.book.title} {lot.book.edition:%Y年%-m月%-d日}版。公告发布后一直适用这一版。",
        "blocks": blocks_of(lot, step, checks, form=form),
        "before": steps[place - 1] if place else None,
        "after": steps[place + 1] if place + 1 < len(steps) else None,
        "saved_at": now,
        "sharing": sharing(lot),
        "grounded": grounded(lot),
    }
    if step.slug == "method":
        context["grounds"] = editors.GROUNDS
    if step.slug == "files":
        context |= panels(lot, checks)
    if step.slug == "review":
        context["summary"] = summary(lot)
        context["files"] = drafts.draft_files(lot)
        context["criteria_label"] = field_of(layout.draft, "criteria").label
        context["missing"] = [c for c in checks if c.state in {"no", "wait"}]
    return context


def grounded(lot: Lot) -> bool:
    """Whether a review item that is not passed rests on one of the grounds the law lists (ENG-32)."""
    review = lot.procedure.transitions.get("review_bid")
    return review is not None and "ENG-32" in review.rules


def panels(lot: Lot, checks: list[drafting.Check]) -> dict[str, Any]:
    """Files and trustees of the files step. Up to five queries."""
    found: dict[str, Any] = {"files": drafts.draft_files(lot), "roles": keysets.ROLES}
    if lot.key_set_hash:
        found["key_set"] = key_set_shown(lot.ledger_ref)
        said = factor_values(lot)
        found |= {"factors": said["factors"], "factor_waiting": said.get("factor_waiting")}
    else:
        fitting = fitting_trustees(lot)
        found["trustees"] = [
            {"row": t, "role": keysets.ROLES.get(t.role, t.role), "on": len(fitting) <= 4} for t in fitting
        ]
        found["thresholds"] = range(2, max(3, len(fitting)) + 1)
    found["sealed_for"] = draft_of(lot).draft.offered or ("底价" if lot.terms.get("reserve") else "")
    if lot.terms.get("reserve"):
        found["reserve"] = {"standing": standing(lot), "bound": not sealing_services.keyset_gaps(lot.ledger_ref)}
    found["trustee_refusals"] = [c.violation for c in checks if c.field == "trustees" and c.state == "no"]
    return found


def fitting_trustees(lot: Lot) -> list[Trustee]:
    """Whoever may be chosen for the lot: outsiders, and those of its own side. One query."""
    own = {lot.tender.initiator.code, lot.tender.centre.code if lot.tender.centre else ""}
    rows = Trustee.objects.filter(active=True).order_by("name", "created_at")
    return [t for t in rows if t.role not in keysets.INSIDERS or t.subject_code in own]


def key_set_shown(set_ref: str) -> dict[str, Any]:
    """The trustees of a key set with fingerprints and who has countersigned."""
    status = sealing.lot_status(set_ref)
    assert status is not None
    signed = status["countersignatures"]
    members = [
        {
            "name": m["name"],
            "id": m["trustee"],
            "role": keysets.ROLES.get(m["role"], m["role"]),
            "fingerprint": keysets.member_fingerprint(m),
            "signed": m["trustee"] in signed,
        }
        for m in status["keyset"]["members"]
    ]
    return {
        "k": status["keyset"]["k"],
        "members": members,
        "fingerprint": status["fingerprint"],
        "needed": keysets.countersigners_needed(status["keyset"]),
        "signed": sum(m["signed"] for m in members),
    }


def summary(lot: Lot) -> list[dict[str, Any]]:
    """What will be published, step by step, as the draft holds it."""
    found = []
    for step in draft_of(lot).steps[:-1]:
        form = step.form(initial=stored(lot, step))
        rows = []
        for name, kept in step.form.base_fields.items():
            if name in TABLES or not shows(lot, name):
                continue
            rows.append((kept.label, shown_value(form[name], kept)))
        found.append(
            {"name": step.name, "url": lot_address("trading:wizard", lot, step.slug), "rows": [r for r in rows if r[1]]}
        )
    return found


def shown_value(bound: forms.BoundField, kept: forms.Field) -> str:
    """The value in words."""
    value = bound.initial
    if value in (None, "", []):
        return ""
    if isinstance(kept, forms.MultipleChoiceField):
        return "、".join(str(words) for key, words in kept.choices if key in value)
    if isinstance(kept, forms.ChoiceField):
        return str(dict(kept.choices).get(value, value))
    if isinstance(kept, forms.BooleanField):
        return "是" if value else "否"
    return f"{kept.prepare_value(value)}{(' ' + kept.suffix) if kept.suffix else ''}"


def table_posted(name: str, data: Any) -> tuple[list[Any], list[str]]:
    """The posted table with its button applied, and what could not be read of it."""
    read, change = TABLES[name]
    try:
        rows = read(data)
    except ValidationError as error:
        return typed_rows(name, data), list(error.messages)
    return change(rows, data["change"]) if data.get("change") else rows, []


def typed_rows(name: str, data: Any) -> list[dict[str, Any]]:
    """The table exactly as typed, to be shown again beside what is wrong with it."""
    rows: list[dict[str, Any]] = []
    for n in range(editors.MOST_ROWS):
        if f"{name}-{n}-title" not in data:
            break
        row = {part: data.get(f"{name}-{n}-{part}", "") for part in ("key", "title", "points", "ground")}
        row["ground"] = int(row["ground"]) if row["ground"].isdecimal() else row["ground"]
        row["items"] = [
            {part: data.get(f"{name}-{n}-{m}-{part}", "") for part in ("key", "title", "points")}
            for m in range(editors.MOST_ROWS)
            if f"{name}-{n}-{m}-title" in data
        ]
        rows.append(row)
    return rows


def with_fix(step: StepKind, name: str, data: Any) -> Any:
    """The post with the way out in the field's place; a box of several is ticked beside the others."""
    changed = data.copy()
    if isinstance(step.form.base_fields[name], forms.MultipleChoiceField):
        changed.setlist(name, [*data.getlist(name), data["fix"]])
    else:
        changed[name] = data["fix"]
    return changed
