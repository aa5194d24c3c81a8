"""工程建设项目公开招标: what goes before the notice. Each way is short: it ends by a termination."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trading.media_standin import StandIn
from trading.models import Lot, MediaPost
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import closings, mandates, media, plans, postponements

VARIANTS = {
    "planned": "先发布招标计划，变更后按计划登记项目，公告与计划相互链接",
    "mandated": "招标代理机构在招标人签署委托以后方可提交公告；委托终止以后不再办理",
    "media_late": "指定媒介先发布了不一致的内容，又有一则公告逾期发布",
}
PLAN: dict[str, Any] = {
    "title": "泽安市江北水厂二期工程",
    "scope": "新建日处理10万立方米净水厂。",
    "estimate_cny": Decimal("190000000.00"),
    "notice_month": "2026-04",
    "procedure": "engineering.open",
    "trade_category": "A07",
    "kind": "works",
    "region_code": "990100",
    "region_name": "泽安市",
    "funding": "财政资金和企业自筹",
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from what goes before to the archive.

    Raises:
        KeyError: no such variant.
    """
    yield from WAYS[variant](stage, cast, draft or {})


def planned(stage: Stage, cast: Cast, draft: Mapping[str, Any]) -> Script:
    """The plan, its change a week later, the project on it, and what is refused on the way."""
    chief, initiator = cast["initiator"].actor, cast.subjects["initiator"]
    late = {**PLAN, "notice_month": "2026-02"}

    def publish(said: Mapping[str, Any], actor: Any = chief) -> Any:
        return plans.plan_publish(initiator=initiator, said=said, actor=actor)

    yield Step("投标人", "替招标人发布招标计划", lambda: publish(PLAN, cast["bidder1"].actor), refused=DENIED)
    yield Step("招标人", "预计公告的月份已经过去", lambda: publish(late), refused="plan.past")
    plan = yield Step("招标人", "发布招标计划", lambda: publish(PLAN), state="planned")
    stage.later(days=7)
    why = "概算批复后调整投资。"
    less = {"estimate_cny": happy.LOT["estimate_cny"]}
    yield Step(
        "招标人",
        "没有变更内容的变更",
        lambda: plans.plan_change(plan_id=plan.pk, said={}, reason=why, actor=chief),
        refused="plan.unchanged",
    )
    yield Step("招标人", "变更招标计划", lambda: plans.plan_change(plan_id=plan.pk, said=less, reason=why, actor=chief))
    stage.later(days=30)
    given = {"tender": happy.TENDER, **draft}
    lot = yield from happy.announced(
        stage, cast, "happy", {**given, "tender": {**given["tender"], "plan": plan.reference}}
    )
    yield Step(
        "招标人",
        "登记项目以后取消招标计划",
        lambda: plans.plan_cancel(plan_id=plan.pk, reason="不再招标。", actor=chief),
        refused="plan.used",
    )
    yield from ended(stage, cast, lot)


def ended(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The tender is terminated a day later and archived: what this way shows has been shown."""
    stage.to(stage.now + timedelta(days=1))
    yield Step(
        "招标代理机构",
        "终止招标",
        lambda: closings.lot_terminate(
            lot_id=lot.pk,
            reason="项目重新论证。",
            refund="招标文件未收取费用；投标保证金及银行同期存款利息于五日内原路退还。",
            actor=cast["agency"].actor,
        ),
        state="terminated",
    )
    stage.later(hours=1)
    yield from happy.archived(cast, lot)


def mandated(stage: Stage, cast: Cast, draft: Mapping[str, Any]) -> Script:
    """The agency registers and drafts, but nothing goes out before the initiator has signed; ended, it acts no more."""
    agent, chief = cast["agency"].actor, cast["initiator"].actor
    drafting = happy.announced(stage, cast, "happy", {**draft, "mandate": {"digest": ""}})
    step, lot = next(drafting), None
    while step.state != "scheduled":
        answer = yield step
        step = drafting.send(answer)
        lot = lot or Lot.objects.latest("pk")
    assert lot is not None
    until = (stage.now + timedelta(days=180)).date()

    def sign(actor: Any = chief, day: Any = until) -> Any:
        return mandates.mandate_sign(lot_id=lot.pk, scope="招标代理全过程", until=day, actor=actor)

    yield Step("招标代理机构", "招标人未签署委托即提交公告", step.call, refused="mandate.unsigned")
    yield Step("招标代理机构", "替招标人签署委托", lambda: sign(agent), refused=DENIED)
    past = (stage.now - timedelta(days=1)).date()
    yield Step("招标人", "委托期限已经过去", lambda: sign(day=past), refused="mandate.past")
    yield Step("招标人", "签署招标代理委托", sign, state="mandated")
    answer = yield step
    yield drafting.send(answer)
    stage.later(days=2)
    yield Step(
        "招标人",
        "终止招标代理委托",
        lambda: mandates.mandate_end(lot_id=lot.pk, reason="双方协商解除委托合同。", actor=chief),
    )

    def terminate(actor: Any) -> Any:
        reason, refund = "项目重新论证。", "招标文件未收取费用；投标保证金及银行同期存款利息于五日内原路退还。"
        return closings.lot_terminate(lot_id=lot.pk, reason=reason, refund=refund, actor=actor)

    yield Step("招标代理机构", "委托终止以后终止招标", lambda: terminate(agent), refused="mandate.ended")
    yield Step("招标人", "终止招标", lambda: terminate(chief), state="terminated")
    stage.later(hours=1)
    yield from happy.archived(cast, lot)


def handed_over(lot: Lot) -> MediaPost:
    """Every notice that waits was handed over, whoever's it is; the newest of this lot."""
    while media.posts_send():
        pass
    return MediaPost.objects.filter(notice__lot=lot).latest("sent_at", "pk")


def media_late(stage: Stage, cast: Cast, draft: Mapping[str, Any]) -> Script:
    """The medium publishes other words first, acknowledges twice, and is late with the second notice."""
    name = happy.TERMS["media"][0]
    medium = StandIn(name)
    yield Step("平台运维", "登记指定媒介", medium.register)
    lot = yield from happy.announced(stage, cast, "happy", draft)
    post = yield Step("服务器时钟", "招标公告送达指定媒介", lambda: handed_over(lot))

    def say(**said: Any) -> Any:
        return media.acknowledged(**medium.answer(post, **said))

    forged = {**medium.answer(post), "signature": "0" * 128}
    yield Step("他人", "冒充指定媒介确认", lambda: media.acknowledged(**forged), refused=DENIED)
    yield Step("指定媒介", "发布的内容与公告不一致", lambda: say(digest="0" * 64))
    stage.later(hours=3)
    yield Step("指定媒介", "改正后确认发布", say)
    yield Step("指定媒介", "再次确认", say)
    stage.later(days=1)
    until = Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] + timedelta(days=3)
    yield Step(
        "招标代理机构",
        "延期开标",
        lambda: postponements.lot_postpone(
            lot_id=lot.pk, bid_deadline=until, reason="开标场所检修。", actor=cast["agency"].actor
        ),
    )
    post = yield Step("服务器时钟", "延期公告送达指定媒介", lambda: handed_over(lot))
    stage.later(hours=13)
    yield Step("服务器时钟", "十二小时内没有确认", media.overdue, state="media_overdue")
    yield Step("指定媒介", "逾期确认发布", say)
    yield from ended(stage, cast, lot)


WAYS = {"planned": planned, "mandated": mandated, "media_late": media_late}
