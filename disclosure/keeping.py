"""A public page is kept for a moment for those who are nobody in particular: what thousands ask for in the same minute
is made once.

A kept page is given out while nothing has been projected since, for PAGE_CACHE_SECONDS of legal time, to readers
without a session who asked for the same address with the same taste. Each process keeps its own: there is nothing to
lose.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.dateformat import format as formatted

from disclosure.models import Projection
from platform_site import clock
from platform_site.web import preferences
from platform_site.web.htmx import wants_partial

# A page that is longer is rare, and is made anew.
LONGEST = 512 * 1024
# What base.html writes for the scripts to count from.
STAMP = re.compile(rb'data-now="[^"]*"')
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    headers: Mapping[str, str]
    varies: bool  # whether the answer hangs on htmx's headers
    version: tuple[int, ...]
    made_at: datetime

    def good(self, version: tuple[int, ...], now: datetime) -> bool:
        """Whether it is what the view would answer."""
        age = now - self.made_at
        return self.version == version and timedelta() <= age < timedelta(seconds=settings.PAGE_CACHE_SECONDS)


def kept_briefly(view: View) -> View:
    """The view's page is kept. For pages that say the same to everybody; one that turns out to be made for its reader
    (it sets a cookie, holds a form's token) is not. Parts that htmx asks for are never kept: they are asked for when
    something has just changed. One query a look.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not settings.PAGE_CACHE_SECONDS or request.method != "GET" or known or _partial(request):
            return view(request, *args, **kwargs)
        pages, key, version, now = caches["pages"], _key(request), _version(), clock.now()
        found: _Kept | None = pages.get(key)
        if found is not None and found.good(version, now):
            request.varies_on_htmx = found.varies  # type: ignore[attr-defined]
            # The page's clock is the reader's, not that of whoever asked first.
            stamp = f'data-now="{formatted(clock.china(now), "c")}"'.encode()
            kept = HttpResponse(STAMP.sub(stamp, found.content, count=1), headers=dict(found.headers))
            patch_vary_headers(kept, ("Cookie",))  # as for a view that looked who is there
            return kept
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and not response.streaming and not _personal(request, response):
            varies = getattr(request, "varies_on_htmx", False)
            keep = _Kept(response.content, dict(response.headers), varies, version, now)
            pages.set(key, keep, timeout=settings.PAGE_CACHE_SECONDS)
        return response

    return answer


def _partial(request: HttpRequest) -> bool:
    asked = wants_partial(request)
    request.varies_on_htmx = False  # type: ignore[attr-defined]  # the view says so where its answer does
    return asked


def _key(request: HttpRequest) -> str:
    asked = (request.scheme, request.get_host(), request.get_full_path(), preferences.read(request))
    return sha256(repr(asked).encode()).hexdigest()


def _version() -> tuple[int, ...]:
    """How far each projection has read. One query."""
    return tuple(Projection.objects.order_by("name").values_list("position", flat=True))


def _personal(request: HttpRequest, response: HttpResponse) -> bool:
    token = request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or settings.CSRF_COOKIE_NAME in request.COOKIES
    return bool(token or response.cookies or len(response.content) > LONGEST)
