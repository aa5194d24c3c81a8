"""What every page must pass in a real browser: accessibility, no sideways scrolling, a quiet console, a kept policy.

    window = Watched(page)
    window.goto(f"{live_portal.url}/rules/")
    window.check()                      # all of them, at the present size and theme

Each check also stands alone. A finding is an AssertionError that names the page and the elements.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import databases

AXE = databases.BASE / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
GRAVE = frozenset({"serious", "critical"})


def axe_violations(page: Any, *, impacts: frozenset[str] = GRAVE) -> list[str]:
    """One line per violation of WCAG 2 A and AA: rule, impact, first elements. The script is evaluated, not loaded:
    the page's own policy stays as strict as it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations'], preload: false, runOnly: {type: 'tag', "
        "values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}})).violations"
        ".map(v => ({id: v.id, impact: v.impact, help: v.help, "
        "nodes: v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? ''))}))"
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {one['nodes']}" for one in found if one["impact"] in impacts
    ]


def assert_accessible(page: Any, *, impacts: frozenset[str] = GRAVE) -> None:
    """axe finds nothing of these impacts on the page as it stands."""
    found = axe_violations(page, impacts=impacts)
    assert not found, f"axe on {page.url}:\n" + "\n".join(found)


def assert_no_overflow(page: Any) -> None:
    """The page does not scroll sideways; names the elements that stick out."""
    wide = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const sticks = (el) => !el.closest('details:not([open]) > :not(summary)') &&
            el.getBoundingClientRect().right > room;
          const out = [...document.querySelectorAll('body *')].filter(sticks);
          return out.slice(-6).map((el) => `${el.tagName}.${el.className?.baseVal ?? el.className} to ` +
            `${Math.round(el.getBoundingClientRect().right)} of ${room}`);
        }"""
    )
    assert not wide, f"{page.url} scrolls sideways at {page.viewport_size}: {wide}"


def assert_no_inline_style(page: Any) -> None:
    """No template wrote a style attribute, a <style> or an inline handler. Scripts may set styles as they run."""
    html = page.request.get(page.url).text()
    found = [mark for mark in (' style="', "<style", "onclick=", "javascript:") if mark in html]
    assert not found, f"{page.url} carries {found}"


def csp_reports() -> list[str]:
    """What browsers have reported to the portal whose database the test looks into."""
    from platform_site.web.models import CspReport

    return [str(report) for report in CspReport.objects.all()]


def assert_no_csp_reports() -> None:
    """No browser has reported a breach of the content policy."""
    found = csp_reports()
    assert not found, "breaches of the content policy:\n" + "\n".join(found)


class Watched:
    """A page whose console is listened to from the start."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._response)

    def _console(self, message: Any) -> None:
        # "Failed to load resource" is the browser's echo of a status code, which `response` records with its address.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.type}: {message.text}")

    def _response(self, response: Any) -> None:
        if response.status >= 400 and response.request.resource_type not in {"document", "xhr", "fetch"}:
            self.complaints.append(f"{self.page.url}: {response.status} {response.url}")

    def goto(self, url: str) -> Any:
        """Open `url` with all that it loads. The response."""
        return self.page.goto(url, wait_until="load")

    def assert_quiet(self) -> None:
        """Nothing was complained about since the page was opened."""
        assert not self.complaints, "\n".join(self.complaints)

    def check(self, *, impacts: frozenset[str] = GRAVE) -> None:
        """Accessible, no sideways scrolling, no inline style, a quiet console."""
        assert_accessible(self.page, impacts=impacts)
        assert_no_overflow(self.page)
        assert_no_inline_style(self.page)
        self.assert_quiet()

    def check_everywhere(self, url: str) -> None:
        """The same on a desk in light and on a phone in the dark, and with large type on a small phone. A theme
        changes colours and a width changes places, so the other two pairs would find nothing new."""
        for size, theme in ((DESK, "light"), (PHONE, "dark")):
            with dressed(self.page, size=size, theme=theme):
                self.goto(url)
                self.check()
        with dressed(self.page, size={"width": 320, "height": 700}, theme="light", large=True):
            self.goto(url)
            assert_no_overflow(self.page)


@contextmanager
def dressed(page: Any, *, size: dict[str, int], theme: str, large: bool = False) -> Iterator[None]:
    """Within, the window has this size and its cookies ask for this theme and type size."""
    before = page.viewport_size
    page.set_viewport_size(size)
    origin = _origin(page)
    if origin:
        page.context.add_cookies(
            [
                {"name": "gz-theme", "value": theme, "url": origin},
                {"name": "gz-size", "value": "large" if large else "normal", "url": origin},
            ]
        )
    try:
        yield
    finally:
        page.set_viewport_size(before)


def _origin(page: Any) -> str:
    return json.loads(page.evaluate("JSON.stringify(location.origin)")).replace("null", "")


def shot(page: Any, path: Path) -> None:
    """The whole page as a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path), full_page=True)
