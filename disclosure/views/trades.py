"""The trade page and its notices."""

from base64 import b64encode
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from disclosure import tradefacts, tradepage
from platform_site import clock
from platform_site.web.htmx import wants_partial
from trading.models import Lot, Notice, Opening, StoredFile
from trading.sheets import notice_sheet


def _lot(reference: str, number: int) -> Lot:
    """The announced lot, or the same 404 for a hidden and a missing one."""
    try:
        return tradefacts.lot_of(reference, number)
    except Lot.DoesNotExist:
        raise Http404("no such trade") from None


@require_GET
def tender_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """A trade identifier without a lot leads to its first announced lot."""
    from platform_site.accounts.actors import ANONYMOUS

    first = Lot.objects.visible_to(ANONYMOUS).filter(tender__reference=reference).order_by("number").first()
    if first is None:
        raise Http404("no such trade")
    return redirect("disclosure:trade", reference=reference, number=first.number)


@require_GET
def trade_detail(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Everything public about one lot on one page."""
    lot = _lot(reference, number)
    context = tradepage.compose(tradefacts.public_facts(lot), clock.now())
    if wants_partial(request):
        return render(request, "disclosure/partials/trade_progress.html", context)
    return render(request, "disclosure/trade_detail.html", context)


@require_GET
def notice_detail(request: HttpRequest, reference: str, number: int, notice_id: UUID) -> HttpResponse:
    """One published notice as the paper it is."""
    lot = _lot(reference, number)
    try:
        notice = lot.notices.select_related("paper", "follows").get(pk=notice_id, state="published")
    except Notice.DoesNotExist:
        raise Http404("no such notice") from None
    notice.lot = lot
    context = {
        **notice_sheet(notice).context(),
        "lot": lot,
        "notice": notice,
        "trade_url": tradepage.trade_url(lot),
        "corrections": [
            (one.published_at, tradepage.notice_url(lot, one))
            for one in lot.notices.filter(kind="correction", state="published", content__corrects=str(notice.pk))
        ],
        "corrects_url": tradepage.notice_url(lot, notice.follows) if notice.kind == "correction" else "",
        "follows_url": tradepage.notice_url(lot, notice.follows) if notice.follows_id else "",
        "crumbs": [("首页", "/"), (lot.title, tradepage.trade_url(lot)), (notice.get_kind_display(), "")],
        "pdf_url": reverse("disclosure:notice-pdf", args=[reference, number, notice.pk]) if notice.paper_id else "",
    }
    return render(request, "disclosure/notice_detail.html", context)


@require_GET
def notice_pdf(request: HttpRequest, reference: str, number: int, notice_id: UUID) -> FileResponse:
    """The notice's paper as it was made; 404 until it is."""
    lot = _lot(reference, number)
    paper = StoredFile.objects.filter(pk__in=lot.notices.filter(pk=notice_id, state="published").values("paper"))
    return stored(get_object_or_404(paper), as_attachment=False)


@require_GET
def document_file(request: HttpRequest, reference: str, number: int, file_id: UUID) -> FileResponse:
    """A file of an issued version, for everybody once the opening has started; until then its holders get it."""
    lot = _lot(reference, number)
    issued = StoredFile.objects.filter(documentversion__lot=lot, documentversion__issued_at__isnull=False).distinct()
    if not Opening.objects.filter(lot=lot).exists():
        raise Http404("not public yet")
    return stored(get_object_or_404(issued, pk=file_id), as_attachment=True)


def stored(file: StoredFile, *, as_attachment: bool) -> FileResponse:
    """The stored bytes, unchanged for ever and so kept by caches."""
    path = Path(settings.MEDIA_ROOT) / file.path
    if not path.is_file():
        raise Http404("not here")
    # What somebody once said a file is, no browser shall believe: it is saved, not shown.
    kind = "application/octet-stream" if as_attachment else "application/pdf"
    answer = FileResponse(path.open("rb"), as_attachment=as_attachment, filename=file.name, content_type=kind)
    answer["Cache-Control"] = "public, max-age=86400, immutable"
    answer["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode()}:"
    return answer
