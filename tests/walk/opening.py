"""The opening room: the roll, bidders who unlock, one who stays away, trustees who open for him, everything at once."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

import psutil

from tests.walk.windows import Walk


@contextlib.contextmanager
def trustees_waiting(walk: Walk) -> Iterator[None]:
    """Within, the trustees' agents stand still: on a busy machine they would open everything before a bidder could."""
    keys = str(walk.portal.local / "demo-keys")
    agents = [
        one for one in psutil.process_iter(["cmdline"]) if any(keys in word for word in one.info["cmdline"] or ())
    ]
    assert agents, "no agent of this portal runs"
    for agent in agents:
        agent.suspend()
    try:
        yield
    finally:
        for agent in agents:
            agent.resume()


def opening_starts(walk: Walk, deadline: datetime, names: list[str]) -> None:
    """The deadline passes on the clock; the roll is public before any key is in."""
    moves = walk.clock_reaches(deadline)
    walk.tell(f"投标截止，时钟前移 {moves} 次")
    said = walk[""].lot("opening/").sees("投标人名册").text()
    for name in names:
        assert name in said
    assert "先于任何密钥公布" in said


def unlocked(walk: Walk, who: str) -> None:
    """The bidder unlocks in the page with the demo's key."""
    window = walk[who].go("/work/bids/").follow("解密")
    window.press("使用演示密钥").sees("将使用演示密钥")
    window.page.get_by_role("button", name="解密", exact=True).click()
    window.sees("密钥已收到")


def disclosed(walk: Walk, onlooker: str, *, away: str, prices: dict[str, str]) -> None:
    """The trustees' agents have come by themselves; once their keys are in, every content is public together. The
    onlooker's page, opened before, follows without being touched."""
    window = walk[onlooker].lot("opening/")
    window.page.get_by_text("同时公布").nth(1).wait_for(timeout=120_000)
    window.sees("开标记录")
    for name, price in prices.items():
        row = window.page.locator("tr", has_text=name)
        assert price in row.inner_text()
        assert ("受托人代为解密" if name == away else "本人解密") in row.inner_text()
    assert "已交出 3 位" in window.text(), "the initiator's own trustee was at home, three others are enough"
    window.check()
