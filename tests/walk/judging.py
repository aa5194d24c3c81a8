"""The draw with its two nonces, the experts' answers, the committee, its marks and its signed report."""

from typing import Any

from tests.walk.windows import Walk, Window
from trading.rehearsal.casting import EXPERT_NAMES

DRAWN = tuple(f"expert{n}" for n in range(1, 13))
FILL = """(share) => {
  for (const yes of document.querySelectorAll('input[type=radio][value=yes]')) yes.checked = true;
  for (const score of document.querySelectorAll('.gz-score')) {
    score.value = (Number(score.placeholder.split('-')[1]) * share).toFixed(2);
  }
}"""


def draw_opened(walk: Walk) -> str:
    """The draw officer has made the list public. The draw desk's address."""
    window = walk["draw_officer"].go("/work/committees/").follow_lot()
    window.press("公布名单，准备抽取").sees("名单已公布")
    return window.page.url


def message_opened(walk: Walk, who: str, title: str) -> Window:
    """The newest message of that title was opened in the inbox, and with it what it is about."""
    window = walk[who].go("/messages/")
    window.page.locator("tr", has_text=title).first.get_by_role("button").click()
    window.page.wait_for_load_state("load")
    return window


def nonces_committed(walk: Walk, initiator: str, witness: str, desk: str) -> None:
    """Both make their nonce in their own browser; only the commitment and a sealed copy leave it."""
    message_opened(walk, initiator, "专家抽取待提交随机数承诺")
    walk[witness].go(desk)
    for who in (initiator, witness):
        window = walk[who]
        window.press("生成随机数").sees("已生成并封存")
        window.press("提交承诺").sees("承诺已记入账本")


def nonces_revealed(walk: Walk, initiator: str, witness: str, desk: str) -> None:
    """Each page has kept its nonce and reveals it."""
    for who in (initiator, witness):
        window = walk[who].go(desk)
        assert len(window.page.input_value("#nonce")) == 64
        window.press("公开随机数").sees("随机数已公开")


def experts_drawn(walk: Walk, desk: str) -> None:
    """The order is fixed; the officer draws, and sees labels and deliveries, no names."""
    window = walk["draw_officer"].go(desk)
    window.press("抽取并发出邀请").sees("已抽取，邀请已发出")
    window.check()
    certificate = f"/draws/{desk.rstrip('/').rsplit('/', 1)[1]}/"
    visitor = walk[""].go("/draws/").until(link=certificate).go(certificate)
    visitor.sees("随机")
    visitor.check()


def invitations_accepted(walk: Walk, wanted: int) -> list[str]:
    """Every expert looks into the own page; whoever was drawn says yes there. Who that was."""
    found = []
    for who in DRAWN:
        window = walk[who].go("/experts/mine/")
        answer = window.page.get_by_role("link", name="答复", exact=True)
        if answer.count():
            answer.first.click()
            window.press("确认参加").sees("已确认参加")
            found.append(who)
        if len(found) == wanted:
            return found
    raise AssertionError(f"only {found} were invited")


def committee_formed(walk: Walk, representative: str) -> None:
    """The experts who said yes and the initiator's representative sit."""
    window = walk["draw_officer"].lot("evaluation/")
    window.page.get_by_label(representative).check()
    window.press("组建").sees("已组建")
    assert not [name for name in EXPERT_NAMES if name in window.text()], "a member is named before the award"


def evaluation_started(walk: Walk, host: str) -> None:
    """The host lets the committee work."""
    walk[host].lot().follow("去办理", within="tr:has-text('开始评标')").press("开始评标").sees("评标已开始")


def sheets_filled(walk: Walk, members: list[str], bidders: list[str]) -> None:
    """Every member reviews and scores every bid; the first member marks one line after the other, each saved alone."""
    for place, who in enumerate(members):
        window = walk[who].go("/work/seats/").follow_lot()
        for rank, name in enumerate(bidders):
            window.follow(name, exact=False, within="main")
            if place == 0 and rank == 0:
                _marked_line_by_line(window)
            else:
                window.page.evaluate(FILL, 0.95 - rank * 0.03 - place * 0.004)
                window.press("保存本份").sees("已保存 ")
    walk[members[-1]].sees("全体成员已经完成").check()


def _marked_line_by_line(window: Window) -> None:
    """As a person does it: click, type, and each line says that it is saved."""
    page: Any = window.page
    for answer in page.locator("input[type=radio][value=yes]").all():
        answer.check()
    for score in page.locator(".gz-score").all():
        score.fill(score.get_attribute("placeholder").split("-")[1])
        score.press("Tab")
    lines = page.locator("[data-mark]").count()
    page.wait_for_function(
        "(lines) => [...document.querySelectorAll('.gz-marked')].filter((e) => e.innerText.includes('已保存')).length"
        " === lines",
        arg=lines,
    )


def report_signed(walk: Walk, members: list[str]) -> None:
    """One member forms the report, every member signs the same digest, one hands it in."""
    for place, who in enumerate(members):
        window = walk[who].lot("evaluation/report/")
        if place == 0:
            window.press("形成报告").sees("报告已形成")
        window.page.get_by_label("同意报告全文").check()
        window.press("签署这份报告").sees("已签署")
    walk[members[-1]].press("提交评标报告").sees("已提交，招标人已收到")
