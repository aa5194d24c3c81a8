"""The one reader of HX-Request."""

from django.http import HttpRequest


def wants_partial(request: HttpRequest) -> bool:
    """True where only the partial should be answered: an htmx request that is neither boosted nor a history restore.

    A boosted link and a restored history entry replace the whole page, so they get the whole page. The answer depends
    on headers, so the response is marked (`VaryOnHtmx` adds `Vary: HX-Request, HX-Boosted, …`): a cache must never hand
    a partial to a reader who asked for the page.
    """
    request.varies_on_htmx = True  # type: ignore[attr-defined]
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
