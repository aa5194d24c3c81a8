"""How a reader likes the pages: light or dark, normal or large type. One cookie each, no session, no account."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

THEME_COOKIE, SIZE_COOKIE = "gz-theme", "gz-size"
THEMES = ("auto", "light", "dark")
SIZES = ("normal", "large")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Taste:
    """What `<html>` is written with; `auto` follows the device and is settled by theme.js before the first paint."""

    theme: str = "auto"
    size: str = "normal"

    @property
    def bs_theme(self) -> str:
        """The theme the server draws: light where the device decides."""
        return "dark" if self.theme == "dark" else "light"

    @property
    def other_theme(self) -> str:
        """What the switch offers without script."""
        return "light" if self.theme == "dark" else "dark"

    @property
    def other_size(self) -> str:
        """What the 大字版 switch offers."""
        return "normal" if self.size == "large" else "large"


def read(request: HttpRequest) -> Taste:
    """The reader's taste; anything unknown in the cookie counts as not set."""
    theme, size = request.COOKIES.get(THEME_COOKIE, ""), request.COOKIES.get(SIZE_COOKIE, "")
    return Taste(theme if theme in THEMES else "auto", size if size in SIZES else "normal")


def write(response: HttpResponse, *, theme: str = "", size: str = "") -> None:
    """The response sets what is known among the wishes and ignores the rest."""
    for cookie, wish, known in ((THEME_COOKIE, theme, THEMES), (SIZE_COOKIE, size, SIZES)):
        if wish in known:
            response.set_cookie(cookie, wish, max_age=YEAR, samesite="Lax", httponly=False)
