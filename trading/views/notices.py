"""Notices of a lot: their text, files, enquiries with their answers, amendments."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused
from trading import addresses
from trading.forms import AmendForm, AnswerForm
from trading.models import Lot, StoredFile
from trading.services import documents, enquiries
from trading.services.deadlines import deadline_of
from trading.sheets import notice_sheet
from trading.views.benches import framed
from trading.views.own import SIDE, lot_page


def sent(file: StoredFile) -> FileResponse:
    """The stored bytes as a download under the file's own name."""
    path = Path(settings.MEDIA_ROOT) / file.path
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )


@require_safe
@lot_page(roles=SIDE | {"operator"})
def file(request: HttpRequest, lot: Lot, held: frozenset[str], file_id: UUID) -> HttpResponse:
    """A file of the lot's document, of any version."""
    return sent(get_object_or_404(StoredFile.objects.filter(documentversion__lot=lot).distinct(), pk=file_id))


@require_safe
@lot_page(roles=SIDE | {"operator"})
def notice(request: HttpRequest, lot: Lot, held: frozenset[str], notice_id: UUID) -> HttpResponse:
    """One notice as the paper it is or will be, scheduled ones included."""
    found = get_object_or_404(lot.notices.exclude(state="recalled").select_related("lot__tender"), pk=notice_id)
    out = found.state == "published"
    context = {
        **notice_sheet(found).context(),
        **framed(lot, held, here=found.title),
        "waits_until": None if out else found.publish_at,
        "pdf_url": addresses.notice(found, suffix=".pdf") if found.paper_id else "",
        "verify_page": addresses.verification(found.digest) if out else "",
    }
    return render(request, "trading/letter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page()
def enquiry_list(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Questions without their askers; answers go out together as one clarification to everybody."""
    rows = list(lot.enquiries.order_by("answered_at", "asked_at"))
    form = AnswerForm(request.POST or None)
    violations: tuple = ()
    typed = {row.pk: request.POST.get(f"answer-{row.pk}", "") for row in rows}
    if request.method == "POST" and form.is_valid():
        answers = {pk: text for pk, text in typed.items() if text.strip()}
        try:
            made = enquiries.clarification_issue(
                lot_id=lot.pk, answers=answers, text=form.cleaned_data["text"], actor=request.actor
            )
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"{made.title}已发布，并已通知所有获取招标文件的人")
            return redirect("trading:enquiries", lot.tender.reference, lot.number)
    for row in rows:
        row.typed = typed[row.pk]
    context = framed(lot, held, here="询问与澄清") | {
        "rows": rows,
        "form": form,
        "violations": violations,
        "open": lot.state == "bidding",
        "issued": lot.notices.filter(kind="clarification", state="published"),
    }
    status = 409 if violations else 422 if form.errors else 200
    return render(request, "trading/notices/enquiries.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page(only=lambda lot: "amend" in lot.procedure.transitions)
def amend(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """A change notice; where too few days are left one click moves the deadline to the nearest lawful moment."""
    version = documents.current_version(lot)
    if version is None:
        raise Http404("nothing was issued that could be changed")
    form, moves = AmendForm(request.POST or None), lot.procedure.transitions
    # 竞争性磋商: once the talks have begun the filing deadline is over, and there is nothing left to prepare.
    talks = "change_requirements" in moves and lot.state in moves["change_requirements"].source
    verb = "change_requirements" if talks else "amend"
    if talks:
        for name in ("affects", "bid_deadline", "ceiling_cny", "qualification"):
            del form.fields[name]
        form.fields["scope"].label = "变动后的技术、服务要求"
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        said = {"affects": False, "bid_deadline": None, **form.cleaned_data}
        columns = {name: said[name] for name in ("ceiling_cny", "scope", "qualification") if said.get(name)}
        try:
            made = enquiries.amendment_issue(
                lot_id=lot.pk,
                summary=said["summary"],
                affects_preparation=said["affects"],
                bid_deadline=said["bid_deadline"],
                columns=columns,
                files=stored_uploads(request, lot),
                extend="extend" in request.POST,
                actor=request.actor,
                verb=verb,
            )
        except Refused as refused:
            violations = refused.violations
        else:
            until = clock.china(deadline_of(Lot.objects.get(pk=lot.pk)))
            told = "已通知全部供应商" if talks else f"投标截止时间 {until:%-m月%-d日 %H:%M}"
            messages.success(request, f"{made.title}已发布，{told}")
            return redirect("trading:lot", lot.tender.reference, lot.number)
    context = framed(lot, held, here="变更公告") | {
        "form": form,
        "violations": violations,
        "version": version,
        "deadline": deadline_of(lot),
        "talks": talks,
        "rule": moves[verb].rules[0] if verb in moves else "",
        "days": enquiries.amendment_days(lot).amount if "amend" in moves else None,
        "short": any(v.code == "period.too_short" for v in violations),
    }
    status = 409 if violations else 422 if form.errors else 200
    return render(request, "trading/notices/amend.html", context, status=status)


def stored_uploads(request: HttpRequest, lot: Lot) -> list[StoredFile]:
    """Files posted with the form, stored, after the current version's own: a version is always the whole document."""
    posted = request.FILES.getlist("files")
    if not posted:
        return []
    version = documents.current_version(lot)
    added = [
        documents.file_store(one.name or "", one, one.content_type or "application/octet-stream") for one in posted
    ]
    names = {one.name for one in added}
    kept = [one for one in version.files.all() if one.name not in names] if version else []
    return kept + added
