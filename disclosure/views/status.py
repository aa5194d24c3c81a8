"""The public status page, the operator's, and the metrics of the operator's network."""

import shutil
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure import vitals
from platform_site.accounts.addresses import client_address
from platform_site.accounts.requests import PersonRequest
from platform_site.web import readiness

# platform_site.embedded.backup touches these when it succeeded.
LAST_BACKUP, LAST_DRILL = "last-backup", "last-drill"
LOW = 0.1


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Is everything alive, since when, how far behind. Eight queries."""
    return render(request, "disclosure/status.html", {"vitals": vitals.vitals(), "outages": vitals.outages()})


@never_cache
@login_required
@require_safe
def operations(request: PersonRequest) -> HttpResponse:
    """The same and what only whoever runs the machines can mend.

    Never how full anything is: the room that filings take would tell that there were some.
    """
    if "operator" not in request.actor.duties:
        raise Http404
    disk = shutil.disk_usage(settings.LOCAL_DIR)
    context = {
        "vitals": vitals.vitals(),
        "outages": vitals.outages(),
        "ready": readiness.look(),
        "disk_low": disk.free < disk.total * LOW,
        "last_backup": _touched(LAST_BACKUP),
        "last_drill": _touched(LAST_DRILL),
        "embedded": settings.DATABASES["default"]["HOST"].startswith("/"),
    }
    return render(request, "disclosure/operations.html", context)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, from the operator's network; to anybody else the page does not exist."""
    address = client_address(request)
    if not address or not any(ip_address(address) in ip_network(one) for one in settings.METRICS_FROM):
        raise Http404
    return HttpResponse(vitals.metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _touched(name: str) -> datetime | None:
    path = Path(settings.LOCAL_DIR) / name
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None
