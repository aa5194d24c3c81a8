"""Plumbing that every face serves: taste, policy reports, health."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from platform_site.web import preferences, readiness, reports


@csrf_exempt  # sets two cookies of taste and nothing else; a page without a session stays cacheable
@require_POST
def taste(request: HttpRequest) -> HttpResponse:
    """Light or dark, normal or large; then back to the page the reader came from."""
    back = urlsplit(request.headers.get("Referer", ""))
    target = back.path + (f"?{back.query}" if back.query else "")
    if back.netloc != request.get_host() or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target or "/")
    preferences.write(response, theme=request.POST.get("theme", ""), size=request.POST.get("size", ""))
    return response


@csrf_exempt  # browsers post reports without a token
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """The report stands in the table; what is not a report is a 400."""
    try:
        reports.keep(request.body)
    except ValueError:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on pages that name no icon."""
    return HttpResponseRedirect(static("img/mark.svg"))


@never_cache
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked, so that a lost database does not restart every process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: its database answers, has this code's schema, and their clocks agree."""
    found = readiness.look()
    return JsonResponse(found.as_json(), status=200 if found.ready else 503)
