"""Documents, a question and its answer, an amendment, and the bids: sealed in each bidder's own page."""

from datetime import datetime, timedelta
from pathlib import Path

from platform_site import clock
from tests.walk.windows import Walk, Window

QUESTION = "外墙保温材料的燃烧性能等级是否可以用同等性能的其他材料？"
ANSWER = "可以。以性能参数为准。"
CHANGE = "调整外墙保温材料参数，其余不变。"


def documents_obtained(walk: Walk, title: str, bidders: list[str]) -> None:
    """Each bidder comes from the public page, gets the document by one click and can read it."""
    for who in bidders:
        window = walk[who].go(f"/trades/{walk.reference}/1/").follow("获取文件、办理", exact=False)
        assert title in window.text()
        window.press("获取招标文件")
        with window.page.expect_download() as started:
            window.page.get_by_role("link", name="招标文件.txt").click()
        assert Path(started.value.path()).read_text().startswith("招标文件。")


def asked_and_answered(walk: Walk, who: str, *, host: str) -> None:
    """A bidder asks under a pseudonym; the answer reaches everybody who holds the document."""
    walk[who].lot("bid/").type(question=QUESTION).press("提出询问").sees("询问已送达")
    window = walk[host].lot().follow("询问与澄清", within="main", exact=False)
    assert QUESTION in window.text()
    assert walk.subject(who) not in window.text(), "the asker is named"
    window.page.get_by_label("答复").first.fill(ANSWER)
    window.press("发布澄清").sees("已通知所有获取招标文件的人")


def amended(walk: Walk, *, host: str, readers: list[str]) -> None:
    """A change notice; everybody who holds the document reads answer and change, and has been told."""
    window = walk[host].lot().follow("变更公告", within="main", exact=False)
    window.type(summary=CHANGE).press("发布变更公告").sees("投标截止时间")
    for who in readers:
        window = walk[who].lot("bid/").sees(ANSWER, CHANGE)
        window.go("/messages/").sees("变更", "澄清")


def sealed_and_filed(walk: Walk, who: str, folder: Path, price: str, *, days: int) -> Window:
    """The bidder seals in the page with the demo's key, files, and holds a receipt that becomes a proof."""
    window = walk[who].lot("bid/file/")
    page = window.page
    offer = folder / f"投标文件-{who}.txt"
    offer.write_text(f"{who} 的技术标 {price}")
    page.fill("#price", price)
    page.fill("#period", str(days))
    page.fill("#manager", "周启明")
    page.set_input_files("#files", str(offer))
    page.get_by_role("button", name="使用演示密钥").click()
    window.sees("将使用演示密钥")
    page.click("#send")
    page.wait_for_url("**/bid/receipts/**", timeout=120_000)
    return window.sees("已有证明")


def withdrawn(walk: Walk, who: str) -> None:
    """The standing bid is withdrawn."""
    walk[who].lot("bid/withdraw/").press("确认撤回投标文件").sees("截止以前可以重新递交")


def nothing_shows(walk: Walk, names: list[str]) -> None:
    """Before the opening no page says who takes part, not to the initiator, the centre or supervision either."""
    pages = {
        "": [f"/trades/{walk.reference}/1/", f"/work/lots/{walk.reference}/1/opening/"],
        "initiator": [f"/work/lots/{walk.reference}/1/", f"/work/lots/{walk.reference}/1/enquiries/"],
        "operator": [f"/work/lots/{walk.reference}/1/opening/"],
        "supervisor": ["/supervision/"],
    }
    for who, paths in pages.items():
        for path in paths:
            said = walk[who].go(path).text()
            assert not [name for name in names if name in said], f"{path} names a bidder to {who or 'a visitor'}"


def deadline_of(walk: Walk) -> datetime:
    """The deadline, as a bidder's page counts down to it."""
    page = walk[""].lot("opening/").page
    return datetime.fromisoformat(page.locator("[data-until]").first.get_attribute("data-until"))


def eve_of(deadline: datetime) -> datetime:
    """Two days before, in the morning."""
    return (clock.china(deadline) - timedelta(days=2)).replace(hour=8, minute=30)
