"""What every template may ask for: the site, the two clocks' difference, how the reader likes pages, who acts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from platform_site import clock
from platform_site.accounts.actors import ANONYMOUS
from platform_site.web import preferences


def site(request: HttpRequest) -> dict[str, Any]:
    """site_name, site_mark, mode, face, demo, now, taste, actor. `now` costs its query only where a page shows it."""
    return {
        "site_name": settings.SITE_NAME,
        "site_mark": settings.SITE_NAME[1:2],
        "mode": settings.MODE,
        "face": settings.FACE,
        "demo": settings.MODE != "production",
        "now": SimpleLazyObject(lambda: clock.china(clock.now())),
        "taste": preferences.read(request),
        "actor": getattr(request, "actor", ANONYMOUS),
    }
