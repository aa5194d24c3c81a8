"""The inbox."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_site.accounts.requests import PersonRequest
from platform_site.messages import selectors, services
from platform_site.messages.models import Message

PER_PAGE = 20


@never_cache
@login_required
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    """One's messages, newest first."""
    page = Paginator(selectors.inbox(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messages/inbox.html", {"page": page, "unread": selectors.unread_count(request.user)})


@login_required
@require_POST
def read(request: PersonRequest, message_id: UUID) -> HttpResponse:
    """Read, and on to what it is about. A POST, so that no prefetch marks a message as read."""
    try:
        message = services.read(message_id=message_id, user=request.user)
    except Message.DoesNotExist:
        raise Http404 from None
    return redirect(message.url or "messages:inbox")


@login_required
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    """Everything is read."""
    services.read_all(user=request.user)
    return redirect("messages:inbox")
