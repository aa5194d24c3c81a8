"""What stands behind a 核验码, and behind a paper somebody hands in: where the code square on a paper leads."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from disclosure import selectors, tradepage
from disclosure.models import PublicPaper
from platform_site.ledger import tree
from platform_site.ledger.models import Entry
from platform_site.web import papercheck
from platform_site.web.papers import verify_code
from trading import sheets

CRUMBS = [("首页", "/"), ("核验凭证", "/verify/"), ("文书", "")]
# Our papers are below one megabyte; a tender's own files are not papers.
FILE_LIMIT = 20 * 1024 * 1024
# Kinds of texts for the file of a lot; the other unpublished ones are letters.
FILED = ("report", "cover")


@require_GET
def paper_asked(request: HttpRequest) -> HttpResponse:
    """The form's way to the code."""
    code = request.GET.get("code", "").strip()
    return redirect("disclosure:verify-paper", code=code) if code else redirect("disclosure:verify")


@require_GET
def paper_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Which text the code belongs to and what the record holds of it. 404 with a way on where there is none.

    Of a letter or a text for the file it says what kind it is and about which lot; the rest is for whom it is meant.
    """
    try:
        found = selectors.papers_by_code(code)
    except ValueError:
        found = []
    context = {
        "code": verify_code(found[0].digest) if found else code[:40],
        "rows": [_row(one) for one in found],
        "crumbs": CRUMBS,
    }
    return render(request, "disclosure/paper_found.html", context, status=200 if found else 404)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper_handed_in(request: HttpRequest) -> HttpResponse:
    """Whether a file is a paper of ours: on the record byte for byte, signed, under a checkpoint that still stands.

    Nothing is kept. 422 where no file came, or one too large for a paper.
    """
    if request.method != "POST":
        return redirect("disclosure:verify")
    file = request.FILES.get("paper")
    context: dict[str, Any] = {"crumbs": CRUMBS, "limit": FILE_LIMIT}
    if file is None or not file.size or file.size > FILE_LIMIT:
        context["error"] = "oversized" if file is not None and file.size else "missing"
        return render(request, "disclosure/paper_checked.html", context, status=422)
    data = file.read()
    said = papercheck.signature_of(data, _certificates())
    digest = hashlib.sha256(data).hexdigest()
    whole = selectors.papers_by_file(digest)
    found = whole or (selectors.papers_by_file(said.revision) if said.state == papercheck.ADDED else [])
    rows = [_row(one) for one in found]
    context |= {"name": file.name, "digest": digest, "recorded": bool(whole), "signature": said, "rows": rows}
    return render(request, "disclosure/paper_checked.html", context)


@require_safe
def certificates(request: HttpRequest) -> JsonResponse:
    """Every certificate under which papers were signed, as the record names them: what verify.py paper asks for."""
    rows = [entry.facts for entry in _named()]
    names = ("sha256", "certificate", "subject", "not_before", "not_after")
    found = {"certificates": [{name: row[name] for name in names} for row in rows]}
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})


def _named() -> list[Entry]:
    return list(Entry.objects.about("papers").filter(event="papers.certificate_named").order_by("recorded_at"))


def _certificates() -> dict[str, bytes]:
    """DER by fingerprint. One query."""
    return {entry.facts["sha256"]: base64.b64decode(entry.facts["certificate"]) for entry in _named()}


def _row(found: PublicPaper) -> dict[str, object]:
    public, lot = not found.letter, found.lot
    page = tradepage.notice_url(lot, found.pk) if public else ""
    kind = "notice" if public else "instrument" if found.kind in FILED else "letter"
    made = Entry.objects.about(f"{kind}:{found.pk}").filter(event__endswith=".paper_rendered").first()
    signed = (made.facts.get("signed_at") if made else None) or ""
    makers = {"notice": sheets.notice_sheet, "instrument": sheets.instrument_sheet, "letter": sheets.letter_sheet}
    sheet = makers[kind](found)
    return {
        "sheet": sheet,
        "public": public,
        "kind": kind,
        "lot": lot,
        "paper": found.paper,
        "signed_at": datetime.fromisoformat(signed) if signed else None,
        "certificate": made.facts.get("certificate", "") if made else "",
        "stands": checkpoint_stands(sheet.evidence.checkpoint) if sheet.evidence else None,
        "page_url": page,
        "pdf_url": page.removesuffix("/") + ".pdf" if public and found.paper else "",
        "trade_url": tradepage.trade_url(lot),
    }


def checkpoint_stands(line: str) -> bool:
    """Whether the record of today begins with the tree whose head this line is: `origin size root`. A few queries."""
    origin, size, root = line.split(" ")
    return origin == settings.LEDGER_ORIGIN and tree.root(int(size)) == base64.b64decode(root)
