"""From registration to a published notice: the wizard's six steps, a refusal mended by one click, the key set."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from platform_site import clock
from tests import databases
from tests.walk.windows import LOT, Walk

CENTRE, AUTHORITY = "泽安市公共资源交易中心", "泽安市水务局"
REGISTERED = re.compile(r"registered as (\S+) with 1 lot")


def registered_from_notice(walk: Walk, file: Path, record: str, *, by: str) -> str:
    """A real notice's draft is registered from the console; the title it has."""
    done = subprocess.run(
        [sys.executable, "manage.py", "draft_from_notice", str(file), "--record", record, "--register-by", by],
        cwd=databases.BASE, env=walk.portal.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    walk.reference = REGISTERED.search(done.stderr)[1]
    return done.stdout.splitlines()[0].removeprefix("标题：")


def registered_in_page(walk: Walk, *, by: str, fields: Mapping[str, str], other: str = "") -> None:
    """An invented project is registered at the form. `other` is the other party's name; its code is looked up."""
    window = walk[by]
    code = code_of(walk, other) if other else ""
    window.go("/work/register/")
    if other:
        window.type(other_code=code, mandate_scope="招标代理全过程", mandate_signed="2026-11-02")
        paper = {"name": "委托合同.txt", "mimeType": "text/plain", "buffer": "招标代理委托合同".encode()}
        window.page.set_input_files('[name="mandate_file"]', paper)
    for select, label in (("centre", CENTRE), ("authority", AUTHORITY)):
        window.page.select_option(f'[name="{select}"]', label=label)
    window.type(**fields)
    window.press("登记", within="main")
    walk.reference = LOT.search(window.page.url)["reference"]


def code_of(walk: Walk, name: str) -> str:
    """The credit code, from the public register."""
    window = walk[""].go(f"/subjects/?q={name}")
    return re.search(r"/subjects/([0-9A-Z]{18})/", window.follow(name).page.url)[1]


def project_step(walk: Walk, who: str) -> None:
    """项目与审批: what the notice left open is filled in."""
    window = walk[who].lot("draft/project/")
    for name, text in (
        ("approval_number", "泽发改审批〔2026〕118号"),
        ("approval_authority", "泽安市发展和改革委员会"),
        ("approval_date", "2026-02-10"),
        ("funding", "财政资金"),
        ("investment_code", "2605-990103-46-01-204417"),
    ):
        if not window.page.input_value(f'[name="{name}"]'):
            window.type(**{name: text})
    if not window.page.input_value('[name="authority"]'):
        window.page.select_option('[name="authority"]', label=AUTHORITY)
    window.page.check('[name="funds_secured"]')
    window.press("下一步：标段与范围")


def scope_step(walk: Walk, who: str, *, days: int) -> None:
    """标段与范围."""
    window = walk[who]
    if not window.page.input_value('[name="scope"]'):
        window.type(scope="施工图范围内的全部土建和安装工程。")
    window.type(period_days=str(days))
    if not window.page.input_value('[name="ceiling_cny"]'):
        window.type(ceiling_cny=window.page.input_value('[name="estimate_cny"]'))
    window.press("下一步：资格与评标办法")


def method_step(walk: Walk, who: str) -> None:
    """资格与评标办法: the method brings its first criteria; an item is added and counted."""
    window = walk[who]
    page = window.page
    if not page.input_value('[name="qualification"]'):
        window.type(qualification="建筑工程施工总承包叁级及以上；项目经理为建筑工程二级注册建造师。")
    with page.expect_navigation():
        page.select_option('[name="method"]', "composite")
    page.fill('[name="criteria-0-0-points"]', "25")
    page.click("#f-criteria button:has-text('加子项') >> nth=0")
    page.fill('[name="criteria-0-1-title"]', "项目管理机构")
    page.fill('[name="criteria-0-1-points"]', "15")
    page.press('[name="criteria-0-1-points"]', "Tab")
    window.sees("合计 100 分")
    window.type(candidates="3", members="5", experts="4", specialties="A08")
    window.press("下一步：时间安排")


def times_step(walk: Walk, who: str, *, publish: datetime) -> datetime:
    """时间安排: a deadline ten days away is refused with its article and mended by one click. What it became."""
    window = walk[who]
    page = window.page

    def say(name: str, at: datetime) -> None:
        page.fill(f'[name="{name}"]', f"{clock.china(at):%Y-%m-%d %H:%M}")
        page.press(f'[name="{name}"]', "Tab")

    say("notice_at", publish)
    say("documents_from", publish)
    say("documents_until", publish + timedelta(days=8, hours=8))
    say("bid_deadline", publish + timedelta(days=10, minutes=30))
    refusal = page.locator("#f-bid_deadline .gz-refusal")
    refusal.wait_for()
    assert "招标投标法" in refusal.inner_text()
    assert "20 日" in refusal.inner_text()
    refusal.get_by_role("button").click()
    refusal.wait_for(state="detached")
    window.type(validity_days="90", bond_cny="100,000.00", performance_bond_share="10")
    for label in ("银行保函、保险、担保", "转账", "投标保证金", "履约保证金"):
        page.get_by_role("checkbox", name=label, exact=True).check()
    window.press("保存草稿")
    typed = page.input_value('[name="bid_deadline"]')
    deadline = datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=clock.CHINA)
    assert deadline - publish >= timedelta(days=20)
    window.press("下一步：文件与清单")
    return deadline


def files_step(walk: Walk, who: str, folder: Path) -> None:
    """文件与清单: the document is uploaded, four trustees are settled, their agents countersign by themselves."""
    window = walk[who]
    page = window.page
    page.check('[name="standard_document"]')
    page.get_by_role("checkbox", name="中国招标投标公共服务平台").check()
    window.press("保存草稿")
    book, bill = folder / "招标文件.txt", folder / "工程量清单.csv"
    book.write_text("招标文件。评标办法见第三章。")
    bill.write_text("序号,项目,单位,数量\n1,土方开挖,m3,1200\n")
    page.set_input_files("#files-in", [str(book), str(bill)])
    window.press("上传").sees("招标文件.txt", "工程量清单.csv")
    window.press("约定受托人").sees("密钥集指纹")
    window.until("3 名。受托人的程序自动核对并会签", rounds=90)
    window.follow("核对并发布", within="#steps")


def submitted(walk: Walk, who: str) -> None:
    """核对并发布: nothing is missing, and the notice waits for its minute."""
    window = walk[who]
    assert "还有" not in window.page.inner_text("main"), window.page.inner_text("main")[:600]
    window.check()
    window.press("提交，到时自动发布").sees("自动发布，此前可以撤回")


def drafted(walk: Walk, who: str, folder: Path, *, days: int = 540) -> tuple[datetime, datetime]:
    """The six steps, one after the other. When the notice is to publish, and the deadline."""
    publish = (walk.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    project_step(walk, who)
    scope_step(walk, who, days=days)
    method_step(walk, who)
    deadline = times_step(walk, who, publish=publish)
    files_step(walk, who, folder)
    submitted(walk, who)
    return publish, deadline


def published(walk: Walk, publish: datetime, title: str) -> None:
    """The clock comes to the notice's minute; the lot stands on the public list and has its trade page."""
    moves = walk.clock_reaches(publish)
    walk.tell(f"公告发布，时钟前移 {moves} 次")
    # The list follows the record, which numbers what happened within a second or two.
    visitor = walk[""].go(f"/trades/?q={title}&period=all").until("本页 1 则")
    visitor.follow_lot().sees("招标公告", "投标中")
    visitor.check()
