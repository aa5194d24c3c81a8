"""The wizard: the steps of one draft, as its procedure's book lists them.

Every change is kept and judged at once; only publishing is ever refused.

With htmx a field posts itself and gets back its own block, what now stands under its neighbours, and the checks.
Without script the step's button posts the whole step.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.sealing.models import Trustee
from platform_site.web.htmx import wants_partial
from trading import drafting, editors
from trading.draftforms import StepKind, draft_of, drawn_for, shaped, shows
from trading.models import Lot
from trading.services import documents, drafts, tenders
from trading.views.own import lot_page
from trading.views.steps import TABLES, blocks_of, context_of, grounded, table_posted, typed_rows, with_fix


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page(only=drawn_for)
def wizard(request: HttpRequest, lot: Lot, held: frozenset[str], slug: str) -> HttpResponse:
    """One step; a post keeps everything readable and moves on, or stays with what was typed."""
    layout = draft_of(lot)
    step = layout.step(slug)
    if step is None:
        raise Http404
    if lot.state != "registered":
        messages.info(request, "公告已经提交，草稿不能再改")
        return redirect("trading:lot", lot.tender.reference, lot.number)
    if request.method != "POST":
        return render(request, "trading/wizard/step.html", context_of(lot, held, step))
    form = step.form(request.POST)
    form.is_valid()
    wrong = {name: errors for name, errors in form.errors.items() if shows(lot, name)}
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
    slugs = [s.slug for s in layout.steps]
    after = slugs[min(slugs.index(slug) + 1, len(slugs) - 1)]
    return redirect("trading:wizard", lot.tender.reference, lot.number, after if "next" in request.POST else slug)


def keep(lot: Lot, step: StepKind, values: dict[str, Any], request: HttpRequest) -> Lot:
    """The draft holds the values."""
    if not values:
        return lot
    actor = request.actor  # type: ignore[attr-defined]
    return drafts.draft_keep(lot_id=lot.pk, actor=actor, changes=lambda now: shaped(now, step, values))


@require_POST
@lot_page(only=drawn_for)
def field(request: HttpRequest, lot: Lot, held: frozenset[str], name: str) -> HttpResponse:
    """One field was changed: kept where it can be read, judged with the whole draft.

    `fix` is a refusal's way out and stands instead of what was typed; `change` is a button of a table.
    """
    layout = draft_of(lot)
    step = layout.asked(name)
    if step is None or not shows(lot, name):
        raise Http404
    data, errors, rows = request.POST, [], None
    stood = [other for other in step.form.base_fields if shows(lot, other)]
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
    if not errors and (name == "method" or stood != [other for other in step.form.base_fields if shows(lot, other)]):
        # Other fields now stand on the page than before; everything typed so far is kept, so the page is drawn anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
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
        "marks": drafting.step_marks(layout, checks, step.slug),
        "saved_at": clock.now(),
        "grounds": editors.GROUNDS,
        "grounded": grounded(lot),
        "failed": bool(errors),
        "oob": True,
        "step": step,
        "draft": layout.draft,
        "book_line": f"适用规则 {lot.book.title} {lot.book.edition:%Y年%-m月%-d日}版。公告发布后一直适用这一版。",
    }
    if name in TABLES and rows is None and not errors:
        # Somebody may be typing in the next cell already: only what stands beside the cells is answered.
        context |= {"block": drafting.beside(own), "sums": editors.sums_of(typed_rows(name, data))}
        answer = render(request, "trading/wizard/_answer.html", context)
        answer["HX-Reswap"] = "none"
        return answer
    return render(request, "trading/wizard/_answer.html", context, status=422 if errors else 200)


def files_step(lot: Lot) -> StepKind:
    """The step whose panels hold files and trustees.

    Raises:
        Http404: a draft without it.
    """
    step = draft_of(lot).step("files")
    if step is None:
        raise Http404
    return step


# -- files, trustees, submission -------------------------------------------------------------------------------------


@require_POST
@lot_page(only=drawn_for)
def files(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Files were added to, or one was taken out of, the draft document."""
    if drop := request.POST.get("drop"):
        named = [file.pk for file in drafts.draft_files(lot) if str(file.pk) == drop]
        if not named:
            raise Http404
        drafts.draft_file_drop(lot_id=lot.pk, file_id=named[0], actor=request.actor)
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
@lot_page(only=drawn_for)
def key_set(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Trustees and threshold are settled for this lot; an unsound choice is shown with what was chosen kept."""
    chosen = [
        t for t in Trustee.objects.filter(active=True).order_by("name") if str(t.pk) in request.POST.getlist("trustees")
    ]
    k = int(request.POST["k"]) if request.POST.get("k", "").isdecimal() else 0
    try:
        tenders.key_set_assign(lot_id=lot.pk, trustees=chosen, k=k, actor=request.actor)
    except Refused as refused:
        context = context_of(lot, held, files_step(lot)) | {"violations": refused.violations, "k": k}
        for row in context.get("trustees", ()):
            row["on"] = row["row"] in chosen
        return render(request, "trading/wizard/step.html", context, status=409)
    messages.success(request, "已约定受托人，等待会签")
    return redirect("trading:wizard", lot.tender.reference, lot.number, "files")


@require_POST
@lot_page(only=drawn_for)
def submit(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The notice waits for its minute; every rule it breaks is named at once."""
    notice = tenders.notice_schedule(lot_id=lot.pk, actor=request.actor, files=drafts.draft_files(lot))
    messages.success(request, f"公告已提交，{clock.china(notice.publish_at):%-m月%-d日 %H:%M} 自动发布，此前可以撤回")
    return redirect("trading:lot", lot.tender.reference, lot.number)


@require_safe
@lot_page(only=drawn_for)
def review(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The last step under a name of its own."""
    return redirect("trading:wizard", lot.tender.reference, lot.number, "review")
