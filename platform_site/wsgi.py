"""The web process: every page and every act."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from platform_site import env
from platform_site.faces import facing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")


def behind_front(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """REMOTE_ADDR is the visitor's, as the front in our own hands wrote it last into X-Forwarded-For (全程留痕).

    Only where PORTAL_BEHIND_FRONT says that every request passes such a front: else anybody could write that header.
    """

    def forwarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        written = environ.get("HTTP_X_FORWARDED_FOR", "")
        if written:
            environ["REMOTE_ADDR"] = written.rsplit(",", 1)[-1].strip()
        return app(environ, start_response)

    return forwarded


application: Callable[..., Iterable[bytes]] = get_wsgi_application()
facing.require_lawful()
if env.flag("PORTAL_BEHIND_FRONT"):
    application = behind_front(application)
