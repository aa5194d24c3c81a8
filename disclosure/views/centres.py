"""交易中心: the tree of centres, what lies with each, and who may choose another."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from credit import centres
from disclosure import cataloguepage
from disclosure.keeping import kept_briefly
from disclosure.models import ListedLot
from platform_site import clock


@require_GET
@kept_briefly
def centre_index(request: HttpRequest) -> HttpResponse:
    """Every centre under the one above it, with its announced lots. Four queries."""
    places, today = centres.tree(), clock.china(clock.now()).date()
    waiting = ListedLot.objects.exclude(waits_for="").order_by().values_list("centre_code")
    own = dict(waiting.annotate(n=Count("pk")))
    rows = [(place, sum(own.get(code, 0) for code in centres.reach(place.code, places))) for place in places]
    context = {
        "rows": rows,
        "choices": cataloguepage.in_force(today),
        "year": today.year,
        "regions": centres.region_names({place.region_code for place in places}),
    }
    return render(request, "disclosure/centres.html", context)
