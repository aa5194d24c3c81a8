"""A receipt that somebody hands in: whether this platform signed it, and whether the record keeps what it promised.

Read out of what anybody may see. Whoever has no receipt learns nothing here: an answer needs the hash that is in it.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from disclosure import tradepage
from disclosure.models import PublicTrade
from platform_site import clock, ledger
from platform_site.ledger import receipts

CRUMBS = [("首页", "/"), ("核验凭证", "/verify/"), ("回执", "")]
# A promise is half a kilobyte.
LIMIT = 8 * 1024
NAMES = frozenset({"promise", "origin", "id", "entry", "arrived_at", "lot", "key", "signature"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_handed_in(request: HttpRequest) -> HttpResponse:
    """What became of a promise. Nothing is kept. 422 where no receipt came, or what came is none."""
    if request.method != "POST":
        return redirect("disclosure:verify")
    context: dict[str, Any] = {"crumbs": CRUMBS}
    said = _read(request)
    arrived = _moment(said["arrived_at"]) if said else None
    if said is None or arrived is None:
        return render(request, "disclosure/receipt_checked.html", context | {"error": True}, status=422)
    key = receipts.promise_key()
    ours = key is not None and said["origin"] == settings.LEDGER_ORIGIN and receipts.promised_by(key, said)
    context |= {"said": said, "arrived": arrived, "state": _state(said, arrived) if ours else "foreign"}
    if ours:
        trade = PublicTrade.objects.defer("facts").filter(pk=said["lot"].removeprefix("lot:")).first()
        context |= {"trade": trade, "trade_url": tradepage.page_of(trade.reference) if trade else ""}
    return render(request, "disclosure/receipt_checked.html", context)


def _state(said: dict[str, str], arrived: datetime) -> str:
    """kept | waiting | broken: the platform's own word, and what the record makes of it. Up to seven queries."""
    if ledger.public_proof(UUID(said["id"]), bytes.fromhex(said["entry"])) is not None:
        return "kept"
    return "waiting" if clock.now() <= arrived + receipts.PROMISED else "broken"


def _read(request: HttpRequest) -> dict[str, str] | None:
    """The promise in the form's file or field; None where there is none to be read."""
    file = request.FILES.get("receipt")
    if file is not None and (file.size or 0) > LIMIT:
        return None
    text = file.read() if file is not None else request.POST.get("promise", "")[:LIMIT]
    try:
        said = json.loads(text)
        if not isinstance(said, dict) or set(said) != NAMES or not all(isinstance(one, str) for one in said.values()):
            return None
        UUID(said["id"]), bytes.fromhex(said["entry"])
    except (ValueError, RecursionError):
        return None
    return said


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
