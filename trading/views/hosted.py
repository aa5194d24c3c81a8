"""The lots a centre hosts, and those of every centre below it: what its operators may act in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credit import centres
from credit.models import Subject
from platform_site import clock
from platform_site.accounts.requests import PersonRequest
from trading import worklists
from trading.views.centre import centre_page

MOST = 200


@centre_page
@require_safe
def index(request: PersonRequest, centre: Subject) -> HttpResponse:
    """By what is due next; `?centre=` one of the centres within reach. Four queries and the actor's own."""
    places = centres.tree()
    reach = centres.reach(centre.code, places)
    below = [place for place in places if place.code in reach]
    asked = request.GET.get("centre", "")
    chosen = asked if asked in reach else ""
    wanted = centres.reach(chosen, places) if chosen else reach
    rows = worklists.hosted_lots(wanted, clock.now(), most=MOST)
    context = {"centre": centre, "below": below, "chosen": chosen, "rows": rows, "most": MOST}
    return render(request, "trading/centre/lots.html", context)
