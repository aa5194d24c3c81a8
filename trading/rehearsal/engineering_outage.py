"""工程建设项目公开招标 over whose deadline the platform fails: declared, held, moved, filed for later, opened."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from trading.models import Lot
from trading.rehearsal import bonds_played
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.furnishing import furnish, plan_sessions
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import outages
from trading.services.acts import moment_of

VARIANTS = {
    "outage": "截止前平台故障，公布后暂停计时，恢复后截止和开标时间顺延，开标场次随之改期",
}
FAILED, EVIDENCE = "机房断电，不能上传", "供电所停电记录 2026-041 号，监控记录自故障起没有响应。"


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """The variant from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    lot = yield from happy.announced(stage, cast, "happy", draft)
    yield from failed(stage, cast, lot)
    yield from happy.opened(stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def failed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """One bid is in when the platform fails an hour before the deadline; two arrive on the new last day."""
    operator = cast["operator"].actor
    yield from happy.taken(stage, cast, lot)
    yield Step("交易中心", "安排开标、抽取和评标场次", lambda: plan_sessions(cast, furnish(cast)), state="planned")
    planned = moment_of(Lot.objects.get(pk=lot.pk), "bid_deadline")
    stage.to(planned - timedelta(hours=3))
    for username in happy.PRESENT:
        yield from bonds_played.bonded(cast, lot, username)
    yield Step("投标人", "加密递交投标文件", lambda: happy.file(cast, lot, "bidder1"))
    stage.to(planned - timedelta(minutes=50))
    said: dict[str, Any] = {"failed": FAILED, "evidence": EVIDENCE, "actor": operator}
    began = planned - timedelta(hours=1)
    yield Step(
        "招标代理机构",
        "越权公布系统故障",
        lambda: outages.outage_declare(starts_at=began, ends_at=None, **{**said, "actor": cast["agency"].actor}),
        refused=DENIED,
    )
    yield Step(
        "交易中心",
        "预告尚未发生而没有终点的故障",
        lambda: outages.outage_declare(starts_at=planned + timedelta(days=1), ends_at=None, **said),
        refused="outage.ahead",
    )
    outage = yield Step(
        "交易中心",
        "公布系统故障",
        lambda: outages.outage_declare(starts_at=began, ends_at=None, **said),
        state="outage",
    )
    yield Step(
        "交易中心",
        "重复公布同一故障",
        lambda: outages.outage_declare(starts_at=began, ends_at=None, **said),
        refused="outage.overlap",
    )
    stage.to(planned + timedelta(hours=2))
    yield Step("投标人", "计时暂停期间递交", lambda: happy.file(cast, lot, "bidder2"))
    stage.later(hours=1)
    yield Step(
        "交易中心",
        "恢复运行，时限顺延",
        lambda: outages.outage_end(outage_id=outage.pk, ends_at=stage.now, actor=operator),
        state="recovered",
    )
    yield Step(
        "交易中心",
        "重复恢复",
        lambda: outages.outage_end(outage_id=outage.pk, ends_at=stage.now, actor=operator),
        refused="outage.over",
    )
    moved = moment_of(Lot.objects.get(pk=lot.pk), "bid_deadline")
    assert moved.date() > planned.date()
    assert Lot.objects.get(pk=lot.pk).sessions.get(kind="opening").starts_at == moved
    stage.to(moved - timedelta(minutes=5))
    for username in ("bidder3", "bidder4"):
        yield Step("投标人", "在原定截止时间之后递交", lambda who=username: happy.file(cast, lot, who))
    yield from happy.closed(stage, lot)
