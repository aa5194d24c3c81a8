"""The windows of a walk: one for each person, signed in once through the demo's own door, watched from the start."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from platform_site import clock
from tests.browser import Portal
from tests.browser_checks import DESK, Watched, assert_accessible

PATIENCE = 60_000  # milliseconds; the machine may be busy
MOST_MOMENTS = 60
LOT = re.compile(r"/(?P<reference>[^/]+)/(?P<number>\d+)/")


class Window:
    """One person's window."""

    def __init__(self, walk: "Walk", who: str, page: Any) -> None:
        self.walk, self.who, self.page = walk, who, page
        self.watched = Watched(page)

    def go(self, path: str, *, status: int = 200) -> "Window":
        """The page is open.

        Raises:
            AssertionError: another status.
        """
        answer = self.page.goto(path if "://" in path else self.walk.portal.url + path, wait_until="load")
        assert answer.status == status, f"{self.who or 'a visitor'} at {path}: {answer.status}"
        return self

    def lot(self, tail: str = "", *, status: int = 200) -> "Window":
        """A page of the walk's lot on the workbench is open."""
        return self.go(f"/work/lots/{self.walk.reference}/1/{tail}", status=status)

    def press(self, name: str, *, within: str = "", exact: bool = True) -> "Window":
        """The button was pressed and what it led to is there."""
        place = self.page.locator(within) if within else self.page
        place.get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state("load")
        return self

    def follow(self, name: str, *, within: str = "", exact: bool = True) -> "Window":
        """The link was followed."""
        place = self.page.locator(within) if within else self.page
        place.get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state("load")
        return self

    def follow_lot(self) -> "Window":
        """The page's own link to the walk's lot was followed."""
        self.page.locator(f"main a[href*='{self.walk.reference}']").first.click()
        self.page.wait_for_load_state("load")
        return self

    def type(self, **typed: str) -> "Window":
        """Fields of a form by name hold what was typed."""
        for name, text in typed.items():
            self.page.fill(f'[name="{name}"]', text)
        return self

    def sees(self, *texts: str) -> "Window":
        """Each text stands on the page, or comes to stand there."""
        for text in texts:
            self.page.get_by_text(text).first.wait_for()
        return self

    def until(self, text: str = "", *, link: str = "", rounds: int = 60) -> "Window":
        """The page is opened again and again until the text, or a link to this address, stands on it, as a person who
        waits does it."""
        wanted = self.page.locator(f'a[href="{link}"]') if link else self.page.get_by_text(text)
        for _ in range(rounds):
            if wanted.count():
                return self
            self.page.wait_for_timeout(1000)
            self.page.reload(wait_until="load")
        raise AssertionError(f"{self.who} waited in vain for {text or link!r} at {self.page.url}")

    def text(self) -> str:
        """What stands on the page."""
        return self.page.inner_text("body")

    def check(self) -> "Window":
        """The page is in order for axe, and the console has been quiet."""
        assert_accessible(self.page)
        self.watched.assert_quiet()
        return self


class Walk:
    """A walk through one portal.

    Attributes:
        reference: of the walk's tender, once it is registered.
        told: what happened, a line each, for whoever reads the test's output.
    """

    def __init__(self, browser: Any, portal: Portal, tell: Callable[[str], None] = print) -> None:
        self.browser, self.portal, self.tell = browser, portal, tell
        self.reference = ""
        self._windows: dict[str, Window] = {}

    def __getitem__(self, who: str) -> Window:
        """The person's window; "" is a visitor's."""
        if who not in self._windows:
            context = self.browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK, accept_downloads=True
            )
            context.set_default_timeout(PATIENCE)
            window = self._windows[who] = Window(self, who, context.new_page())
            if who:
                window.go("/demo/").page.click(f"form[action$='/demo/sign-in/{who}/'] button")
                window.page.wait_for_load_state("load")
        return self._windows[who]

    def subject(self, who: str) -> str:
        """The name of the organisation somebody acts for, as the register has it."""
        from credit.models import Subject

        return Subject.objects.filter(memberships__user__username=who).distinct().get().name

    def close(self) -> None:
        """Every window is closed."""
        for window in self._windows.values():
            window.page.context.close()

    def complaints(self) -> list[str]:
        """What any window's console has complained of."""
        return [line for window in self._windows.values() for line in window.watched.complaints]

    # -- the movable clock ---------------------------------------------------------------------------------------------

    def next_moment(self) -> datetime:
        """The clock stands at the next moment at which anything falls due anywhere."""
        window = self[""].go("/demo/")
        button = window.page.locator("button[name=to]")
        to = datetime.fromisoformat(button.get_attribute("value"))
        button.click()
        window.sees("时钟已前移")
        return to

    def clock_reaches(self, moment: datetime) -> int:
        """The clock was moved from moment to moment until it stands at or behind `moment`. How many moves."""
        for move in range(1, MOST_MOMENTS):
            if self.next_moment() >= moment:
                return move
        raise AssertionError(f"{MOST_MOMENTS} moments and still before {moment}")

    def clock_to(self, moment: datetime) -> None:
        """The clock stands at a moment typed into the field, in whole minutes."""
        window = self[""].go("/demo/")
        window.page.fill("#to", f"{clock.china(moment):%Y-%m-%dT%H:%M}")
        window.press("前移").sees("时钟已前移")

    def now(self) -> datetime:
        """Legal time as the pages have it."""
        self[""].go("/demo/")
        return datetime.fromisoformat(self[""].page.evaluate("document.documentElement.dataset.now"))
