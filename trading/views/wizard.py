"""The wizard: six steps over one draft. Every change is kept and judged at once; only publishing is ever refused.

With htmx a field posts itself and gets back its own block, what now stands under its neighbours, and the checks.
Without script the step's button posts the whole step.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import keysets
from platform_site.sealing import selectors as sealing
from platform_site.sealing.models import Trustee
from platform_site.web.htmx import wants_partial
from trading import drafting, editors
from trading.draftforms import BY_SLUG, HOME_OF, STEPS, StepKind, shaped, stored
from trading.models import Lot
from trading.services import documents, drafts, tenders
from trading.views.benches import framed, lot_address
from trading.views.own import lot_page

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


# -- drawing ---------------------------------------------------------------------------------------------------------


def blocks_of(
    lot: Lot, step: StepKind, checks: list[drafting.Check], *, form: forms.Form | None = None
) -> list[drafting.Block]:
    """The step's fields with their hints and refusals; of a bound `form` also what could not be read."""
    now = clock.now()
    values = stored(lot, step)
    shown = form or step.form(initial=values)
    found = []
    for name, kept in step.form.base_fields.items():
        if name == "floor_cny" and not values[name]:
            # No draft made here sets a minimum price; one read out of a notice may carry it, and then it must be seen.
            continue
        if name.startswith("mandate_") and lot.tender.agency_id is None:
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


def fix_of(block: drafting.Block, violation: Violation) -> drafting.Fix:
    """How the remedy is typed into this field."""
    value = violation.remedy.get("value")
    typed = block.bound.field.prepare_value(value) if not isinstance(value, str | None) else value or ""
    return drafting.Fix(block.url, typed, f"f-{block.name}")


def context_of(lot: Lot, held: frozenset[str], step: StepKind, *, form: forms.Form | None = None) -> dict[str, Any]:
    """Everything a step's page shows."""
    now = clock.now()
    checks = drafting.checks_of(lot, now)
    place = [s.slug for s in STEPS].index(step.slug)
    context = framed(lot, held, here="编制招标公告") | {
        "step": step,
        "marks": drafting.step_marks(checks, step.slug),
        "checks": checks,
        "counts": drafting.counted(checks),
        "book_line": f"适用规则 {lot.book.title} {lot.book.edition:%Y年%-m月%-d日}版。公告发布后一直适用这一版。",
        "blocks": blocks_of(lot, step, checks, form=form),
        "before": STEPS[place - 1] if place else None,
        "after": STEPS[place + 1] if place + 1 < len(STEPS) else None,
        "saved_at": now,
    }
    if step.slug == "method":
        context["grounds"] = editors.GROUNDS
    if step.slug == "files":
        context |= panels(lot, checks)
    if step.slug == "review":
        context["summary"] = summary(lot)
        context["files"] = drafts.draft_files(lot)
        context["missing"] = [c for c in checks if c.state in {"no", "wait"}]
    return context


def panels(lot: Lot, checks: list[drafting.Check]) -> dict[str, Any]:
    """Files and trustees of the files step. Up to five queries."""
    found: dict[str, Any] = {"files": drafts.draft_files(lot), "roles": keysets.ROLES}
    if lot.key_set_hash:
        found["key_set"] = key_set_shown(lot)
    else:
        rows = Trustee.objects.filter(active=True).order_by("name")
        # Whoever stands on this lot's own side first; the rest are outsiders.
        own = {lot.tender.initiator.code, lot.tender.centre.code if lot.tender.centre else ""}
        fitting = [t for t in rows if t.role not in keysets.INSIDERS or t.subject_code in own]
        found["trustees"] = [
            {"row": t, "role": keysets.ROLES.get(t.role, t.role), "on": len(fitting) <= 4} for t in fitting
        ]
        found["thresholds"] = range(2, max(3, len(fitting)) + 1)
    found["trustee_refusals"] = [c.violation for c in checks if c.field == "trustees" and c.state == "no"]
    return found


def key_set_shown(lot: Lot) -> dict[str, Any]:
    """The lot's trustees with fingerprints and who has countersigned."""
    status = sealing.lot_status(lot.ledger_ref)
    assert status is not None
    signed = status["countersignatures"]
    members = [
        {
            "name": m["name"],
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
    for step in STEPS[:-1]:
        form = step.form(initial=stored(lot, step))
        rows = []
        for name, kept in step.form.base_fields.items():
            if name in TABLES or (name.startswith("mandate_") and lot.tender.agency_id is None):
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


# -- pages -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page()
def wizard(request: HttpRequest, lot: Lot, held: frozenset[str], slug: str) -> HttpResponse:
    """One step; a post keeps everything readable and moves on, or stays with what was typed."""
    step = BY_SLUG.get(slug)
    if step is None:
        raise Http404
    if lot.state != "registered":
        messages.info(request, "公告已经提交，草稿不能再改")
        return redirect("trading:lot", lot.tender.reference, lot.number)
    if request.method != "POST":
        return render(request, "trading/wizard/step.html", context_of(lot, held, step))
    form = step.form(request.POST)
    form.is_valid()
    wrong = dict(form.errors)
    values = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in TABLES and shows(lot, name)}
    for name in set(TABLES) & set(step.form.base_fields):
        try:
            values[name] = TABLES[name][0](request.POST)
        except ValidationError as error:
            wrong[name] = error.messages
    lot = keep(lot, step, values, request)
    if wrong:
        context = context_of(lot, held, step, form=form)
        for block in context["blocks"]:
            if block.name in TABLES and block.name in wrong:
                block.errors = list(wrong[block.name])
        return render(request, "trading/wizard/step.html", context, status=422)
    after = STEPS[min([s.slug for s in STEPS].index(slug) + 1, len(STEPS) - 1)].slug
    return redirect("trading:wizard", lot.tender.reference, lot.number, after if "next" in request.POST else slug)


def shows(lot: Lot, name: str) -> bool:
    """Whether the field stands on the page: one that does not must not be emptied by a post without it."""
    if name == "floor_cny":
        return bool(lot.terms.get("floor_cny"))
    return not name.startswith("mandate_") or lot.tender.agency_id is not None


def keep(lot: Lot, step: StepKind, values: dict[str, Any], request: HttpRequest) -> Lot:
    """The draft holds the values."""
    if not values:
        return lot
    return tenders.lot_shape(lot_id=lot.pk, actor=request.actor, **shaped(lot, step, values))  # type: ignore[attr-defined]


@require_POST
@lot_page()
def field(request: HttpRequest, lot: Lot, held: frozenset[str], name: str) -> HttpResponse:
    """One field was changed: kept where it can be read, judged with the whole draft.

    `fix` is a refusal's way out and stands instead of what was typed; `change` is a button of a table.
    """
    if name not in HOME_OF:
        raise Http404
    step = BY_SLUG[HOME_OF[name]]
    data, errors, rows = request.POST, [], None
    if name in TABLES:
        rows, errors = table_posted(name, data)
        if not errors and not data.get("change", "").startswith(("part", "item", "row")):
            lot = keep(lot, step, {name: rows}, request)
            rows = None
    else:
        if "fix" in data:
            data = with_fix(step, name, data)
        kept = step.form.base_fields[name]
        try:
            value = kept.clean(kept.widget.value_from_datadict(data, MultiValueDict(), name))
            lot = keep(lot, step, {name: value}, request)
        except ValidationError as error:
            errors = list(error.messages)
    if not wants_partial(request):
        if rows is not None and not errors:
            # A new empty row has nothing to keep yet: the page is drawn with it and with all that was typed.
            context = context_of(lot, held, step, form=step.form(data))
            for block in context["blocks"]:
                block.errors = []
                block.rows = rows if block.name == name else block.rows
            return render(request, "trading/wizard/step.html", context)
        if errors:
            messages.warning(request, "；".join(errors))
        target = reverse("trading:wizard", args=(lot.tender.reference, lot.number, step.slug))
        return redirect(f"{target}#f-{name}")
    checks = drafting.checks_of(lot, clock.now())
    blocks = blocks_of(lot, step, checks)
    own = next(block for block in blocks if block.name == name)
    if errors:
        own.bound, own.errors = step.form(data)[name], errors
    if rows is not None:
        own.rows = rows
        own.total = f"{editors.points_total(rows):f}" if name == "criteria" else ""
    context = {
        "lot": lot,
        "block": own,
        "beside": [drafting.beside(b) for b in blocks if b.name != name],
        "checks": checks,
        "counts": drafting.counted(checks),
        "marks": drafting.step_marks(checks, step.slug),
        "saved_at": clock.now(),
        "grounds": editors.GROUNDS,
        "failed": bool(errors),
        "oob": True,
        "step": step,
        "book_line": f"适用规则 {lot.book.title} {lot.book.edition:%Y年%-m月%-d日}版。公告发布后一直适用这一版。",
    }
    # A new method brings its own criteria table: the neighbours are drawn whole.
    if name == "method":
        context["redraw"] = [b for b in blocks if b.name in {"criteria", "reviews"}]
    return render(request, "trading/wizard/_answer.html", context, status=422 if errors else 200)


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


# -- files, trustees, submission -------------------------------------------------------------------------------------


@require_POST
@lot_page()
def files(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Files were added to, or one was taken out of, the draft document."""
    if drop := request.POST.get("drop"):
        drafts.draft_file_drop(lot_id=lot.pk, file_id=drop, actor=request.actor)
        messages.success(request, "已从草稿中移除")
    else:
        taken = request.FILES.getlist("files")
        for upload in taken:
            stored_file = documents.file_store(
                upload.name or "", upload, upload.content_type or "application/octet-stream"
            )
            drafts.draft_file_add(lot_id=lot.pk, file=stored_file, actor=request.actor)
        if taken:
            messages.success(request, f"已上传 {len(taken)} 个文件，指纹已记下")
        else:
            messages.warning(request, "没有选择文件")
    return redirect("trading:wizard", lot.tender.reference, lot.number, "files")


@require_POST
@lot_page()
def key_set(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Trustees and threshold are settled for this lot; an unsound choice is shown with what was chosen kept."""
    chosen = [
        t for t in Trustee.objects.filter(active=True).order_by("name") if str(t.pk) in request.POST.getlist("trustees")
    ]
    k = int(request.POST["k"]) if request.POST.get("k", "").isdecimal() else 0
    try:
        tenders.key_set_assign(lot_id=lot.pk, trustees=chosen, k=k, actor=request.actor)
    except Refused as refused:
        context = context_of(lot, held, BY_SLUG["files"]) | {"violations": refused.violations, "k": k}
        for row in context.get("trustees", ()):
            row["on"] = row["row"] in chosen
        return render(request, "trading/wizard/step.html", context, status=409)
    messages.success(request, "已约定受托人，等待会签")
    return redirect("trading:wizard", lot.tender.reference, lot.number, "files")


@require_POST
@lot_page()
def submit(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The notice waits for its minute; every rule it breaks is named at once."""
    notice = tenders.notice_schedule(lot_id=lot.pk, actor=request.actor, files=drafts.draft_files(lot))
    messages.success(request, f"公告已提交，{clock.china(notice.publish_at):%-m月%-d日 %H:%M} 自动发布，此前可以撤回")
    return redirect("trading:lot", lot.tender.reference, lot.number)


@require_safe
@lot_page()
def review(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The last step under a name of its own."""
    return redirect("trading:wizard", lot.tender.reference, lot.number, "review")
