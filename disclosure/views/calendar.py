"""The calendar of openings, and the deals behind the sums."""

from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from credit import selectors as credit
from disclosure import categories, dayplan, deals
from disclosure.keeping import kept_briefly
from disclosure.listwords import MOMENTS
from disclosure.models import ListedRegion
from disclosure.statistics import Asked
from disclosure.views.statistics import asked
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


def narrowed(said: Asked) -> list[str]:
    """What else the rows were narrowed by, in words. One query for each."""
    words = []
    if said.months != (1, 12):
        first, last = said.months
        words.append(f"{first}月" if first == last else f"{first}月至{last}月")
    if said.region:
        names = ListedRegion.objects.filter(code=said.region).values_list("name", flat=True)
        words.append(names.first() or credit.region_name(said.region) or said.region)
    for code in filter(None, (said.centre, said.authority)):
        subject = credit.subject_by_code(code)
        words.append(subject.name if subject else code)
    return words


@require_GET
@kept_briefly
def deal_index(request: HttpRequest) -> HttpResponse:
    """Every deal of a year with the sums at its foot."""
    this_year = clock.china(clock.now()).year
    said = asked(request.GET)
    if "from" not in request.GET and "to" not in request.GET:
        said = replace(said, months=(1, 12))
    found = deals.of(said)
    rows, after = deals.page(found, request.GET.get("after", "")[:60])
    context = {
        "rows": rows,
        "after": after,
        "sums": deals.sums(found),
        "groups": deals.by_category(found),
        "year": said.year,
        "asked": said,
        "narrowed": narrowed(said),
        "years": range(this_year, this_year - 3, -1),
        "category": said.category,
        "categories": categories.names(),
    }
    return render(request, "disclosure/deals.html", context)
