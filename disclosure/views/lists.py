"""The public list: as a page, as an Atom feed, as a spreadsheet; and the page of a notice of imported history."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_GET

from disclosure import categories, feeds, spreadsheet, tradelist
from disclosure.finding import TookTooLong
from disclosure.keeping import kept_briefly
from disclosure.listwords import PERIODS, SOURCES, STAGE_NAMES
from disclosure.models import ListedNotice
from platform_site.web.htmx import wants_partial


@require_GET
@kept_briefly
def trade_index(request: HttpRequest) -> HttpResponse:
    """Published notices, filtered and paged; htmx gets the rows."""
    query = tradelist.Query.of(request.GET)
    slow = False
    try:
        found = tradelist.page(query)
    except TookTooLong:
        slow, found = True, {"items": [], "before": "", "after": ""}
    context = {
        "query_asked": query,
        "slow": slow,
        "address": query.address(),
        "items": found["items"],
        "pager": {
            "previous_url": _turned(query, before=found["before"]) if found["before"] else "",
            "next_url": _turned(query, after=found["after"]) if found["after"] else "",
            "note": f"本页 {len(found['items'])} 则，按发布时间",
        },
        "categories": categories.filters(),
        "kinds": STAGE_NAMES,
        "periods": PERIODS,
        "sources": SOURCES,
    }
    if wants_partial(request):
        # 422 is swapped into the page like an answer; a program that asks for the whole page is told to come again.
        return render(request, "disclosure/partials/trade_rows.html", context, status=422 if slow else 200)
    return render(
        request, "disclosure/trade_index.html", {**context, "regions": tradelist.regions()}, status=503 if slow else 200
    )


def _turned(query: tradelist.Query, **cursor: str) -> str:
    return "?" + "&".join(part for part in (query.address(), *(f"{k}={v}" for k, v in cursor.items())) if part)


@require_GET
@conditional_page
def feed(request: HttpRequest) -> HttpResponse:
    """The newest notices of a list query as Atom. Unchanged it answers 304."""
    query = tradelist.Query.of(request.GET)
    try:
        text = feeds.atom(query)
    except TookTooLong:
        return _later()
    answer = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    answer["ETag"] = f'"{sha256(answer.content).hexdigest()}"'
    patch_cache_control(answer, public=True, max_age=60)
    return answer


@require_GET
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    """The notices of a list query as a spreadsheet, up to a limit that the file itself names."""
    query = tradelist.Query.of(request.GET)
    try:
        file = spreadsheet.workbook(query, reverse("disclosure:trades"))
    except TookTooLong:
        return _later()
    return FileResponse(file, as_attachment=True, filename="交易公告.xlsx", content_type=spreadsheet.CONTENT_TYPE)


def _later() -> HttpResponse:
    text = "查询用时超过限制，已经停止。请缩小发布时间的范围，或者换一个更长的词。"
    return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"})


@require_GET
def history(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """An imported notice: what it says, that it is history, from which source, and the way there."""
    row = ListedNotice.objects.defer("grams", "haystack").filter(pk=notice_id, imported=True).first()
    if row is None:
        raise Http404("no such notice")
    url = str(row.origin.get("url", ""))
    context: dict[str, Any] = {
        "notice": row,
        "category": categories.name_of(row.category),
        "stage": STAGE_NAMES[row.stage],
        "source_url": url if url.startswith(("https://", "http://")) else "",
        "confidence": row.origin.get("confidence", ""),
        "crumbs": [("首页", "/"), ("交易信息", reverse("disclosure:trades")), ("历史公告", "")],
    }
    return render(request, "disclosure/history.html", context)
