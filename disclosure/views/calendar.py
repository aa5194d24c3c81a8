"""The calendar of openings, and the deals behind the sums."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from disclosure import dayplan, deals
from disclosure.tradepage import CATEGORIES
from platform_site import clock

WEEK = 7


@require_GET
def day_plan(request: HttpRequest) -> HttpResponse:
    """Seven days from the day asked for; `?all=1` every trade that is announced and open."""
    today = clock.china(clock.now()).date()
    try:
        first = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        first = today
    waiting = dayplan.closings()
    opened = dayplan.opened_between(first, first + timedelta(days=WEEK - 1))
    days = [first + timedelta(days=n) for n in range(WEEK)]
    context = {
        "first": first,
        "is_today": first == today,
        "days": [(day, day == today, dayplan.day_plan(day, waiting, opened)) for day in days],
        "earlier": first - timedelta(days=WEEK),
        "later": first + timedelta(days=WEEK),
        "everything": waiting if request.GET.get("all") else None,
        "count": len(waiting),
        "categories": CATEGORIES,
    }
    return render(request, "disclosure/calendar.html", context)


@require_GET
def deal_index(request: HttpRequest) -> HttpResponse:
    """Every deal of a year with the sums at its foot."""
    this_year = clock.china(clock.now()).year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= this_year else this_year
    category = request.GET.get("category", "")
    category = category if category in CATEGORIES else ""
    rows = deals.deals(year, category)
    context = {
        "rows": rows,
        "sums": deals.sums(rows),
        "groups": deals.by_category(rows),
        "year": year,
        "years": range(this_year, this_year - 3, -1),
        "category": category,
        "categories": CATEGORIES,
    }
    return render(request, "disclosure/deals.html", context)
