"""The calendar of openings, and the deals behind the sums."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from disclosure import categories, dayplan, deals
from disclosure.keeping import kept_briefly
from disclosure.listwords import MOMENTS
from platform_site import clock

WEEK = 7


@require_GET
@kept_briefly
def day_plan(request: HttpRequest) -> HttpResponse:
    """Seven days from the day asked for; `?all=1` every trade that is announced and open, a page of them at a time."""
    today = clock.china(clock.now()).date()
    try:
        first = date.fromisoformat(request.GET.get("day", ""))
        first = first if 2000 <= first.year <= 2100 else today
    except ValueError:
        first = today
    counts = dayplan.open_counts()
    context = {
        "first": first,
        "is_today": first == today,
        "earlier": first - timedelta(days=WEEK),
        "later": first + timedelta(days=WEEK),
        "count": sum(counts.values()),
        "categories": categories.names(),
        "moments": MOMENTS,
    }
    if request.GET.get("all"):
        context["everything"], context["after"] = dayplan.waiting_from(request.GET.get("after", "")[:60])
    else:
        context["days"] = [(day, day == today, rows) for day, rows in dayplan.days_from(first, WEEK)]
    return render(request, "disclosure/calendar.html", context)


@require_GET
@kept_briefly
def deal_index(request: HttpRequest) -> HttpResponse:
    """Every deal of a year with the sums at its foot."""
    this_year = clock.china(clock.now()).year
    asked = request.GET.get("year", "")[:4]
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= this_year else this_year
    category = request.GET.get("category", "")
    category = category if category in categories.names() else ""
    found = deals.deals(year, category)
    rows, after = deals.page(found, request.GET.get("after", "")[:60])
    context = {
        "rows": rows,
        "after": after,
        "sums": deals.sums(found),
        "groups": deals.by_category(found),
        "year": year,
        "years": range(this_year, this_year - 3, -1),
        "category": category,
        "categories": categories.names(),
    }
    return render(request, "disclosure/deals.html", context)
