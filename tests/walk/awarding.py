"""From the candidates' publicity to a downloaded archive that verifies with the network off."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.walk.judging import message_opened
from tests.walk.windows import MOST_MOMENTS, Walk

OBJECTION = ("对第一候选人业绩证明的异议", "请核实第一候选人项目经理的业绩证明。")
REPLY = "经核实，业绩证明真实有效，异议不成立。"


def candidates_published(walk: Walk, host: str, first: str) -> None:
    """The report has arrived; its candidates are public."""
    window = walk[host].lot("results/")
    assert first in window.page.locator("tr.is-first").inner_text()
    window.press("公示中标候选人").sees("中标候选人已公示")
    walk[""].go(f"/trades/{walk.reference}/1/").until("第一候选人")


def objected_and_answered(walk: Walk, who: str, *, host: str) -> None:
    """A bidder objects on the own page; the lot stands still until the reply is public."""
    window = walk[who].go(f"/trades/{walk.reference}/1/").follow("投标人办理", exact=False)
    window.page.locator("#objections summary").click()
    title, text = OBJECTION
    window.page.fill("#objections #title", title)
    window.page.fill("#objections #text", text)
    window.press("提出异议", within="#objections form").sees("异议已收到")
    window = message_opened(walk, host, "收到异议").follow("异议", within="main", exact=False)
    window.type(reply=REPLY)
    window.page.get_by_label("结论").select_option(label="异议不成立")
    window.press("公开答复").sees("答复已公开")
    assert REPLY in walk[who].lot("bid/").text()


def publicity_over(walk: Walk, host: str) -> int:
    """The clock is moved from moment to moment until the award is open, behind the publicity and its pause. How many
    moves."""
    link = walk[host].page.get_by_role("link", name="核对并发出中标通知书")
    for move in range(MOST_MOMENTS):
        walk[host].lot("results/")
        if link.count():
            return move
        walk.next_moment()
    raise AssertionError(f"{MOST_MOMENTS} moments and still no award")


def awarded(walk: Walk, host: str, *, winner: str, losers: dict[str, str]) -> None:
    """One act tells everybody: the winner's letter, each loser's with the reason. `losers`: user name -> subject."""
    window = walk[host].lot("results/").follow("核对并发出中标通知书")
    table = window.page.locator("table").inner_text()
    assert all(name in table for name in losers.values())
    window.check()
    window.press("发出中标通知书并告知所有未中标人").sees("中标通知书已发出")
    for who, name in losers.items():
        said = message_opened(walk, who, "中标结果通知书").text()
        assert name in said, "the letter is addressed to its reader"
        assert winner in said
        assert not [other for other in losers.values() if other not in {name, winner} and other in said]


def concluded(walk: Walk, host: str) -> None:
    """Contract, written report, refund."""
    window = walk[host].lot("results/").follow("订立合同")
    window.press("登记合同并公告").sees("合同已登记并公告")
    window.press("提交书面报告").sees("已提交招标投标情况书面报告")
    window.press("退还投标保证金及利息").sees("已登记退还投标保证金")


def archived(walk: Walk, host: str, folder: Path) -> Path:
    """The package is made once the record is closed over the lot, and downloaded."""
    window = walk[host].lot("results/")
    for _ in range(12):
        window.press("归档", within="#archive")
        if "已归档，可以下载档案包" in window.text():
            break
        window.page.wait_for_timeout(5000)
        window.lot("results/")
    with window.page.expect_download() as started:
        window.page.get_by_role("link", name=re.compile("下载档案包")).click()
    package = folder / "archive.zip"
    started.value.save_as(package)
    return package


def script_downloaded(walk: Walk, folder: Path) -> Path:
    """The verify script, from the public page that explains it."""
    window = walk[""].go("/verify/")
    with window.page.expect_download() as started:
        window.page.locator("a[href='/ledger/verify.py']").first.click()
    script = folder / "verify.py"
    started.value.save_as(script)
    return script


def verified_offline(script: Path, package: Path) -> str:
    """What the script says of the package, with the network off where the machine allows it. It finds no fault."""
    unshare = shutil.which("unshare")
    cut_off = [unshare, "-rn"] if unshare else []
    if cut_off and subprocess.run([*cut_off, "true"], check=False, capture_output=True).returncode:
        cut_off = []
    command = [*cut_off, sys.executable, "-I", str(script), "archive", str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=script.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
