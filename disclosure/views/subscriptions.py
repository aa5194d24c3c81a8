"""One's subscriptions, and leaving one by the link in a mail."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from disclosure import categories, tradelist
from disclosure.listwords import STAGE_NAMES
from disclosure.models import Subscription
from disclosure.services import subscriptions
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: PersonRequest) -> HttpResponse:
    """What one is told of, and a form for more, filled with the list query one comes from."""
    asked = tradelist.Query.of(request.POST if request.method == "POST" else request.GET)
    violations: tuple = ()
    if request.method == "POST":
        try:
            subscriptions.subscribe(
                user=request.user,
                words=asked.text,
                categories=asked.categories,
                stages=asked.kinds,
                region=asked.region,
            )
        except Refused as refused:
            violations = tuple(refused.violations)
        else:
            messages.success(request, "已订阅，有新公告时告诉您")
            return redirect("disclosure:subscribe")
    own = Subscription.objects.filter(user=request.user, ended_at__isnull=True)
    context = {
        "asked": asked,
        "violations": violations,
        "rows": [(one, subscriptions.described(one), subscriptions.query_of(one)) for one in own],
        "categories": categories.names(),
        "kinds": STAGE_NAMES,
        "regions": tradelist.regions(),
        "limit": subscriptions.LIMIT,
    }
    return render(request, "disclosure/subscriptions.html", context, status=409 if violations else 200)


@login_required
@require_POST
def subscription_end(request: PersonRequest, subscription_id: UUID) -> HttpResponse:
    """Nothing is told for it any more."""
    try:
        subscriptions.end(subscription_id=subscription_id, user=request.user)
    except Subscription.DoesNotExist:
        raise Http404 from None
    messages.success(request, "已退订")
    return redirect("disclosure:subscribe")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave by the link in a mail, without signing in. Opening it changes nothing: programs open links too."""
    ended = request.method == "POST"
    found = subscriptions.end_by_token(token) if ended else subscriptions.by_token(token)
    if found is None:
        raise Http404("no such subscription")
    context = {"described": subscriptions.described(found), "ended": ended or found.ended_at is not None}
    return render(request, "disclosure/unsubscribe.html", context)
