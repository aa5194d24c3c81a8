"""The trade page and its notices."""

from base64 import b64encode
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from disclosure import tradepage
from disclosure.keeping import kept_briefly
from disclosure.models import PublicPaper, PublicTrade
from platform_site import clock
from platform_site.web.htmx import wants_partial
from trading.sheets import notice_sheet


def _trade(reference: str, number: int) -> PublicTrade:
    """The announced lot, or the same 404 for a hidden and a missing one. One query."""
    return get_object_or_404(PublicTrade, pk=f"{reference}/{number}")


def _notice(reference: str, number: int, notice_id: UUID) -> PublicPaper:
    """The published notice of this lot, or the same 404 for a hidden and a missing one. One query."""
    found = PublicPaper.objects.select_related("trade")
    return get_object_or_404(found, pk=notice_id, trade_id=f"{reference}/{number}", letter=False)


@require_GET
def tender_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """A trade identifier without a lot leads to its first announced lot."""
    first = PublicTrade.objects.filter(tender=reference).defer("facts").order_by("number").first()
    if first is None:
        raise Http404("no such trade")
    return redirect("disclosure:trade", reference=reference, number=first.number)


@require_GET
@kept_briefly
def trade_detail(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Everything public about one lot on one page."""
    context = tradepage.compose(_trade(reference, number), clock.now())
    if wants_partial(request):
        return render(request, "disclosure/partials/trade_progress.html", context)
    return render(request, "disclosure/trade_detail.html", context)


@require_GET
@kept_briefly
def notice_detail(request: HttpRequest, reference: str, number: int, notice_id: UUID) -> HttpResponse:
    """One published notice as the paper it is."""
    notice = _notice(reference, number, notice_id)
    lot, follows = notice.lot, notice.follows_id
    corrections = PublicPaper.objects.filter(
        trade_id=notice.trade_id, kind="correction", content__corrects=str(notice.pk)
    )
    context = {
        **notice_sheet(notice).context(),
        "lot": lot,
        "notice": notice,
        "trade_url": tradepage.trade_url(lot),
        "corrections": [(one.published_at, tradepage.notice_url(lot, one.pk)) for one in corrections],
        "corrects_url": tradepage.notice_url(lot, follows) if notice.kind == "correction" and follows else "",
        "follows_url": tradepage.notice_url(lot, follows) if follows else "",
        "crumbs": [("首页", "/"), (lot.title, tradepage.trade_url(lot)), (notice.kind_name, "")],
        "pdf_url": reverse("disclosure:notice-pdf", args=[reference, number, notice.pk]) if notice.paper else "",
    }
    return render(request, "disclosure/notice_detail.html", context)


@require_GET
def notice_pdf(request: HttpRequest, reference: str, number: int, notice_id: UUID) -> FileResponse:
    """The notice's paper as it was made; 404 until it is."""
    paper = _notice(reference, number, notice_id).paper
    if not paper:
        raise Http404("not made yet")
    return stored(paper["name"], paper["path"], paper["sha256"], as_attachment=False)


@require_GET
def document_file(request: HttpRequest, reference: str, number: int, file_id: UUID) -> FileResponse:
    """A file of an issued version, for everybody once the opening has started; until then its holders get it."""
    public = _trade(reference, number).public
    issued = {file.id: file for version in public.documents for file in version.files}
    file = issued.get(str(file_id))
    if file is None or public.opening_started is None:
        raise Http404("not public yet")
    return stored(file.name, file.path, file.sha256, as_attachment=True)


@require_GET
def factor(request: HttpRequest, reference: str, number: int) -> JsonResponse:
    """The certificate by which anybody draws the opening's factor again; 404 until it is drawn."""
    drawn = _trade(reference, number).public.factor
    if drawn is None or not drawn.certificate:
        raise Http404("not drawn")
    return JsonResponse(drawn.certificate, json_dumps_params={"ensure_ascii": False})


def stored(name: str, path: str, sha256: str, *, as_attachment: bool) -> FileResponse:
    """The stored bytes, unchanged for ever and so kept by caches."""
    found = Path(settings.MEDIA_ROOT) / path
    if not found.is_file():
        raise Http404("not here")
    # What somebody once said a file is, no browser shall believe: it is saved, not shown.
    kind = "application/octet-stream" if as_attachment else "application/pdf"
    answer = FileResponse(found.open("rb"), as_attachment=as_attachment, filename=name, content_type=kind)
    answer["Cache-Control"] = "public, max-age=86400, immutable"
    answer["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
    return answer
