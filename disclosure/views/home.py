"""The front page and the pages about the platform itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from disclosure import frontpage, rulepages
from platform_site.rules import ALL
from trading.rulebooks import PROCEDURES


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Search first, then what happens today, then the way to everything else."""
    return render(request, "disclosure/home.html", frontpage.compose())


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Who runs the platform, what it runs as, what it can and cannot see."""
    context = {
        "origin": settings.LEDGER_ORIGIN,
        "rule_count": len(ALL),
        "statuses": rulepages.status_counts(ALL.values()),
        "procedures": list(PROCEDURES.values()),
    }
    return render(request, "disclosure/about.html", context)


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody checks a paper, a receipt or the whole record without trusting this platform."""
    context = {"origin": settings.LEDGER_ORIGIN, "ledger": frontpage.ledger_line()}
    return render(request, "disclosure/verify.html", context)
