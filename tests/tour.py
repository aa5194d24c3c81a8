"""A walk through a running demo: one window for every person of the itinerary, signed in once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve

from tests.browser_checks import DESK, GRAVE, PHONE, Watched, assert_no_overflow, axe_violations
from tests.itinerary import Visit

WIDTHS = (DESK, PHONE)


class Tour:
    """Windows of one browser on one portal, by person."""

    def __init__(self, browser: Any, origin: str) -> None:
        self.browser, self.origin = browser, origin
        self.windows: dict[str, Watched] = {}

    def window(self, who: str) -> Watched:
        """The person's window, signed in through the demo's own door."""
        if who not in self.windows:
            context = self.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK)
            context.set_default_timeout(20_000)
            page = context.new_page()
            if who:
                page.goto(f"{self.origin}/demo/", wait_until="load")
                page.click(f"form[action$='/demo/sign-in/{who}/'] button")
                page.wait_for_load_state("load")
            self.windows[who] = Watched(page)
        return self.windows[who]

    def open(self, visit: Visit) -> Watched:
        """The page is open in the window of who may see it, at a desk's width.

        Raises:
            AssertionError: another status or another page than the itinerary says.
        """
        watched, path = self.window(visit.who), visit.path()
        watched.complaints.clear()
        watched.page.set_viewport_size(DESK)
        answer = watched.page.goto(self.origin + path, wait_until="load")
        assert answer.status == visit.status, f"{visit.who or 'a visitor'} at {path}: {answer.status}"
        arrived = urlsplit(watched.page.url).path
        assert resolve(arrived).view_name == (visit.leads_to or visit.name), f"{path} led to {arrived}"
        return watched

    def fetch(self, visit: Visit) -> Any:
        """The answer a script of the person's page would get, redirects not followed."""
        return self.window(visit.who).page.request.get(self.origin + visit.path(), max_redirects=0)

    def clock_to(self, moment: datetime) -> None:
        """Legal time is `moment`, a time of China's clock, for everybody in the demo."""
        page = self.window("operator").page
        page.goto(f"{self.origin}/demo/", wait_until="load")
        page.fill("#to", moment.strftime("%Y-%m-%dT%H:%M"))
        page.click("form[action$='/demo/clock/'] button:not([name])")
        page.wait_for_load_state("load")

    def close(self) -> None:
        """Every window is closed."""
        for watched in self.windows.values():
            watched.page.context.close()


def faults(watched: Watched, *, then: Callable[[int], None] = lambda width: None) -> list[str]:
    """What is wrong with the page at either width: axe, sideways scrolling, the console. `then(width)` is called at
    each width, for a picture."""
    found = []
    for size in WIDTHS:
        watched.page.set_viewport_size(size)
        found += [f"{size['width']}: {line}" for line in axe_violations(watched.page, impacts=GRAVE)]
        try:
            assert_no_overflow(watched.page)
        except AssertionError as wide:
            found.append(str(wide))
        then(size["width"])
    return found + watched.complaints
