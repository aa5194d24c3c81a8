"""交易统计 and 交易目录: pages and their files; the deals behind the figures are views/calendar.py's."""

from datetime import date
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from credit import centres
from disclosure import cataloguepage, categories, figures, tables, tradelist
from disclosure.keeping import kept_briefly
from disclosure.models import FigureCheck
from disclosure.statistics import FIRST_YEAR, Asked, months_said, statistics
from platform_site import clock
from trading.rulebooks.vocabulary import KINDS


def asked(params: QueryDict) -> Asked:
    """What the address asks for; everything unknown counts as not asked. One query at most."""
    this_year = clock.china(clock.now()).year
    year = _number(params.get("year"), FIRST_YEAR, this_year) or this_year
    begun = months_said(year)
    first = _number(params.get("from"), 1, 12) or begun[0]
    last = _number(params.get("to"), 1, 12) or begun[1]
    region, category = params.get("region", ""), params.get("category", "")
    return Asked(
        year,
        (first, last) if first <= last else begun,
        category if category in categories.names() else "",
        region if len(region) == 6 and region.isascii() and region.isdigit() else "",
        _code(params.get("centre", "")),
        _code(params.get("authority", "")),
    )


def _number(text: str | None, least: int, most: int) -> int:
    """The number, 0 where it is none or outside."""
    typed = (text or "")[:4]
    return int(typed) if typed.isascii() and typed.isdigit() and least <= int(typed) <= most else 0


def _code(text: str) -> str:
    return text if len(text) <= 18 and text.isascii() and text.isalnum() else ""


def _framed(request: HttpRequest) -> dict[str, Any]:
    """What the page and the sheet share: the figures asked for, and what may be asked."""
    said = asked(request.GET)
    found = statistics(said)
    this_year = clock.china(clock.now()).year
    return {
        "asked": said,
        "found": found,
        "grown": found.total.before["count"] > 0,
        "period": figures.period(said),
        "years": range(this_year, this_year - 3, -1),
        "check": FigureCheck.objects.first(),
        "address": request.GET.urlencode(),
    }


@require_GET
@kept_briefly
def statistics_index(request: HttpRequest) -> HttpResponse:
    """Number, amount, saved and added, against the year before; each figure leads to its rows."""
    context = _framed(request)
    context |= {
        "tables": figures.sections(context["found"]),
        "stats": figures.tiles(context["found"].total),
        "months": range(1, 13),
        "categories": categories.names(),
        "regions": tradelist.regions(),
        "centres": centres.tree(),
    }
    return render(request, "disclosure/statistics.html", context)


@require_GET
def statistics_file(request: HttpRequest, form: str) -> FileResponse:
    """Everything on the page as one table."""
    return tables.answer(figures.table(statistics(asked(request.GET))), form)


@require_GET
@kept_briefly
def statistics_sheet(request: HttpRequest) -> HttpResponse:
    """The report's table: every category of a period in one sheet to be printed."""
    context = _framed(request)
    context |= {"unit": figures.unit_of(context["found"]), "halves": figures.HALVES}
    return render(request, "disclosure/statistics_sheet.html", context)


@require_GET
def statistics_sheet_file(request: HttpRequest, form: str) -> FileResponse:
    """The report's table as a file."""
    return tables.answer(figures.sheet(statistics(asked(request.GET))), form)


@require_GET
@kept_briefly
def catalogue_index(request: HttpRequest) -> HttpResponse:
    """The catalogue in force on a day, and every batch that was ever published."""
    today = clock.china(clock.now()).date()
    on = _day(request.GET.get("on", ""), today)
    rows = cataloguepage.in_force(on)
    context = {
        "on": on,
        "today": today,
        "rows": rows,
        "asked": request.GET,
        "checked": cataloguepage.checked(request.GET, rows, on),
        "kinds": KINDS,
        "batches": cataloguepage.batches(),
    }
    return render(request, "disclosure/catalogue.html", context)


@require_GET
def catalogue_file(request: HttpRequest, form: str) -> FileResponse:
    """Every row of every batch."""
    return tables.answer(cataloguepage.table(), form)


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2100 else otherwise
