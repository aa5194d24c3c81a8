"""What stands behind a 核验码: where the code square on a paper leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from disclosure import selectors, tradepage
from disclosure.models import PublicPaper
from platform_site.web.papers import verify_code
from trading import sheets


@require_GET
def paper_asked(request: HttpRequest) -> HttpResponse:
    """The form's way to the code."""
    code = request.GET.get("code", "").strip()
    return redirect("disclosure:verify-paper", code=code) if code else redirect("disclosure:verify")


@require_GET
def paper_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Which text the code belongs to and what the record holds of it. 404 with a way on where there is none.

    Of a letter it says what kind it is and about which lot; to whom it went is the addressee's to say.
    """
    try:
        found = selectors.papers_by_code(code)
    except ValueError:
        found = []
    context = {
        "code": verify_code(found[0].digest) if found else code[:40],
        "rows": [_row(one) for one in found],
        "crumbs": [("首页", "/"), ("核验凭证", "/verify/"), ("文书", "")],
    }
    return render(request, "disclosure/paper_found.html", context, status=200 if found else 404)


def _row(found: PublicPaper) -> dict[str, object]:
    public, lot = not found.letter, found.lot
    page = tradepage.notice_url(lot, found.pk) if public else ""
    return {
        "sheet": sheets.notice_sheet(found) if public else sheets.letter_sheet(found),
        "public": public,
        "lot": lot,
        "paper": found.paper,
        "page_url": page,
        "pdf_url": page.removesuffix("/") + ".pdf" if public and found.paper else "",
        "trade_url": tradepage.trade_url(lot),
    }
