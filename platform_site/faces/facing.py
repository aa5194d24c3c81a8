"""Which face a process may show. `all` is a demo's and a sandbox's; production has three processes instead."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

FACES = ("public", "trading", "supervision")
ALL = "all"
NONE = "none"  # serves no address: worker, beat, sequencer, migrate, the console's commands


def middleware(face: str, names: list[str]) -> list[str]:
    """What every request to `face` passes, of `names`.

    Second factors are looked up with their secrets, which the public login may not read: there nobody is an official.
    """
    return [name for name in names if face != "public" or not name.startswith("django_otp.")]


def trouble(face: str, mode: str) -> str:
    """Why no process may show `face` in `mode`, in one sentence; "" where one may."""
    if face not in (*FACES, ALL, NONE):
        return f"PORTAL_FACE must be public, trading, supervision, none or all, not {face!r}"
    if face == ALL and mode == "production":
        return (
            "PORTAL_FACE=all is for demo and sandbox: in production public, trading and supervision are three "
            "processes, each with a database login of its own (docs/howto/servers.md)"
        )
    return ""


def login_trouble(face: str, mode: str, login: str) -> str:
    """Why a production web process of `face` may not connect as `login`; "" where it may."""
    wanted = f"portal_{face}"
    if mode == "production" and face in FACES and login != wanted:
        return f"PORTAL_FACE={face} connects as {wanted}, not as {login}: look at DATABASE_URL"
    return ""


def face_is_lawful(**_: Any) -> list[CheckMessage]:
    """System check."""
    login = settings.DATABASES["default"]["USER"]
    said = trouble(settings.FACE, settings.MODE) or login_trouble(settings.FACE, settings.MODE, login)
    return [Error(said, id="portal.E001")] if said else []


def require_lawful() -> None:
    """Return if this web process may start.

    Raises:
        ImproperlyConfigured: what the system check would have said, or a process that is to serve nothing.
    """
    for error in face_is_lawful():
        raise ImproperlyConfigured(error.msg)
    if settings.FACE == NONE:
        raise ImproperlyConfigured("PORTAL_FACE=none serves no address: name public, trading or supervision")
