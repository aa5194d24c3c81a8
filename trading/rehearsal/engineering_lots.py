"""工程建设项目公开招标 of a project whose lots share one document (一套招标文件，两个标段)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trading.models import Lot
from trading.rehearsal import bonds_played
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.casting import countersign
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import documents, enquiries, postponements, tenders

VARIANTS = {
    "two_lots": "两个标段共用一套招标文件：一次公告、获取、澄清和修改及于两个标段，各自开标、评标、定标和归档",
}
SECOND: dict[str, Any] = {
    **happy.LOT,
    "title": "泽安市江北水厂二期工程施工二标段（管网）",
    "scope": "出厂输水干管 8.6 公里及附属设施；不含厂区管网。",
    "period_text": "360日历天",
    "period_days": 360,
    "estimate_cny": Decimal("96400000.00"),
    "ceiling_cny": Decimal("96400000.00"),
}
TOO_MUCH, BOND = "2000000.00", "600000.00"


def project(second_bond: str = BOND) -> dict[str, Any]:
    """The project's facts with both lots, as `happy.announced` takes them."""
    return {
        "tender": {**happy.TENDER, "shared_document": True},
        "lots": [
            {**happy.LOT, "terms": happy.TERMS},
            {**SECOND, "terms": {**happy.TERMS, "bond_cny": second_bond}},
        ],
    }


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS, both lots from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    first, second = yield from announced(stage, cast, {**project(TOO_MUCH), **(draft or {})})
    lots = (first, second)
    yield from prepared(stage, cast, first, second)
    stage.to(Lot.objects.get(pk=first.pk).recorded["bid_deadline"] - timedelta(days=2))
    for lot in lots:
        for username in happy.PRESENT:
            yield from bonds_played.bonded(cast, lot, username)
            yield Step("投标人", "加密递交投标文件", lambda who=username, to=lot: happy.file(cast, to, who))
    yield from happy.closed(stage, first)
    for lot in lots:
        yield from happy.opened(stage, cast, lot)
    for lot in lots:
        yield from happy.evaluated(stage, cast, lot)
    for lot in lots:
        yield from happy.published(stage, cast, lot)
    for lot in lots:
        yield from happy.won(stage, cast, lot)
    for lot in lots:
        yield from happy.finished(stage, cast, lot)


def announced(stage: Stage, cast: Cast, given: Mapping[str, Any]) -> Any:
    """One notice for both lots; a fault of the second keeps the first back. Returns both."""
    drafting = happy.announced(stage, cast, "happy", given)
    step, lots = next(drafting), []
    while step.state != "bidding":
        if step.state == "scheduled":
            yield Step("招标代理机构", "二标段的保证金超过上限时提交公告", step.call, refused="amount.over_cap")
            yield Step(
                "招标代理机构",
                "改正二标段的保证金",
                lambda pk=lots[1].pk: tenders.lot_shape(
                    lot_id=pk, actor=cast["agency"].actor, terms={"bond_cny": BOND}
                ),
            )
        answer = yield step
        if step.what == "会签密钥集":
            yield Step("受托人", "会签二标段的密钥集", lambda ref=lots[1].ledger_ref: countersign(cast, ref))
        step = drafting.send(answer)
        lots = lots or list(Lot.objects.select_related("tender").order_by("-pk")[:2])[::-1]
    yield step
    return tuple(Lot.objects.select_related("tender").get(pk=lot.pk) for lot in lots)


def prepared(stage: Stage, cast: Cast, first: Lot, second: Lot) -> Script:
    """Obtained once for both; a question about the second is answered to both; one amendment, one postponement."""
    agent = cast["agency"].actor
    for username in happy.PRESENT:
        yield Step(
            "潜在投标人",
            "获取两个标段共用的招标文件",
            lambda who=cast[username]: documents.documents_obtain(lot_id=first.pk, actor=who.actor, user_id=who.pk),
        )
    stage.later(days=1)
    asked = yield Step(
        "潜在投标人",
        "就二标段提出询问",
        lambda: enquiries.enquiry_ask(
            lot_id=second.pk, text="管材是否可以采用球墨铸铁管以外的管材？", actor=cast["bidder1"].actor
        ),
    )
    stage.later(hours=6)
    yield Step(
        "招标代理机构",
        "发出澄清",
        lambda: enquiries.clarification_issue(
            lot_id=first.pk, answers={asked.id: "可以，性能参数不低于招标文件的要求。"}, actor=agent
        ),
    )
    stage.later(days=1)
    yield Step(
        "招标代理机构",
        "修改招标文件，二标段的限价",
        lambda: enquiries.amendment_issue(
            lot_id=second.pk,
            summary="调整二标段的最高投标限价，其余不变。",
            columns={"ceiling_cny": second.ceiling_cny - 400_000},
            actor=agent,
        ),
        state="amended",
    )
    later = Lot.objects.get(pk=first.pk).recorded["bid_deadline"] + timedelta(days=1)
    yield Step(
        "招标代理机构",
        "两个标段同时延期开标",
        lambda: postponements.lot_postpone(lot_id=second.pk, bid_deadline=later, reason="开标场所检修。", actor=agent),
        state="postponed",
    )
