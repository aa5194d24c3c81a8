"""The trade catalogue of a centre's region: what it says, and a further batch read out of a file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from credit.centres import region_names
from credit.models import Subject
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest
from trading import catalogues
from trading.centreforms import CatalogueForm
from trading.services import catalogue
from trading.views.centre import centre_page


@require_http_methods(["GET", "HEAD", "POST"])
@centre_page
def index(request: PersonRequest, centre: Subject) -> HttpResponse:
    """`look` shows what the file says and what is wrong in it; without it the batch is published."""
    today = clock.china(clock.now()).date()
    rows = catalogue.rows_on(today, region=centre.region_code)
    regions = region_names({row["region_code"] for row in rows})
    context: dict[str, Any] = {"centre": centre, "rows": rows, "regions": regions}
    if request.method != "POST":
        return render(request, "trading/centre/catalogue.html", {**context, "form": CatalogueForm()})
    form = CatalogueForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "trading/centre/catalogue.html", {**context, "form": form}, status=422)
    text, looking = form.cleaned_data["text"], "look" in request.POST
    try:
        batches = catalogues.read(text)
        made = (
            catalogues.tried(batches, actor=request.actor) if looking else catalogues.load(batches, actor=request.actor)
        )
    except Refused as refused:
        again = {"form": CatalogueForm(initial={"text": text}), "violations": refused.violations}
        return render(request, "trading/centre/catalogue.html", {**context, **again}, status=409)
    if looking:
        read = [row.said() for row in made]
        again = {"form": CatalogueForm(initial={"text": text}), "read": read}
        return render(request, "trading/centre/catalogue.html", {**context, **again})
    messages.success(request, f"目录已公布，{len(made)} 类")
    return redirect("trading:catalogue")
