"""工程建设项目公开招标 by 经评审的最低投标价法: the lowest price offered is not the lowest evaluated one."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal import sealed
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import marks, tenders

VARIANTS = {
    "lowest_evaluated": "经评审的最低投标价法：按招标文件量化调整，评标价最低的排名第一，合同仍按投标报价",
}
ADJUSTMENTS: list[dict[str, Any]] = [
    {"key": "period", "title": "工期", "kind": "day", "value": "100000", "most": 60},
    {"key": "payment", "title": "付款条件偏差", "kind": "share", "value": "0.005", "most": 3},
    {"key": "spares", "title": "备品备件缺项", "kind": "amount", "value": "250000", "most": 5},
]
TERMS: dict[str, Any] = {
    **happy.TERMS,
    "method": "lowest",
    "criteria": [{"key": "price", "title": "评标价", "points": "100", "items": []}],
    "adjustments": ADJUSTMENTS,
    "bond_cny": "",
}
# username: share of the maximum price, days offered, deviations the members count by item
OFFERS = {
    "bidder1": ("0.90", 575, {"payment": 1, "spares": 0}),
    "bidder2": ("0.92", 520, {"payment": 0, "spares": 1}),
    "bidder3": ("0.94", 540, {"payment": 0, "spares": 0}),
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    agent, vague = cast["agency"].actor, [{**ADJUSTMENTS[0], "value": ""}, *ADJUSTMENTS[1:]]
    given = {"lots": [{**happy.LOT, "terms": {**TERMS, "adjustments": vague}}], **(draft or {})}
    drafting = happy.announced(stage, cast, "happy", given)
    step, lot = next(drafting), None
    while step.state != "scheduled":
        answer = yield step
        step = drafting.send(answer)
        lot = lot or Lot.objects.select_related("tender").latest("pk")
    assert lot is not None
    yield Step("招标代理机构", "价格调整没有量化", step.call, refused="adjustment.vague")
    yield Step(
        "招标代理机构",
        "写明每项调整的数值",
        lambda: tenders.lot_shape(lot_id=lot.pk, actor=agent, terms={"adjustments": ADJUSTMENTS}),
    )
    answer = yield step
    yield drafting.send(answer)
    lot = Lot.objects.get(pk=lot.pk)
    stage.to(lot.recorded["bid_deadline"] - timedelta(days=2))
    for who, (share, days, _) in OFFERS.items():
        said = sealed.offer(cast[who], happy.price(lot, share), days=days)
        yield Step(
            "投标人",
            "加密递交投标文件",
            lambda w=who, s=said: sealed.file(cast, Lot.objects.get(pk=lot.pk), cast[w], s),
        )
    yield from happy.closed(stage, lot)
    yield from happy.opened(stage, cast, lot)
    yield from happy.seated(stage, cast, lot)
    yield from happy.reported(cast, lot, by=lambda *given: counted(cast, *given))
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def counted(cast: Cast, lot: Lot, offered: list[Any], member: Actor, number: int) -> None:
    """One member passes every review item and counts the deviations; the last sees one more than the others."""
    found = {cast[who].code: deviations for who, (_, _, deviations) in OFFERS.items()}
    for bid in offered:
        marks.sheet_mark(
            lot_id=lot.pk,
            bid_id=bid.id,
            answers={item["key"]: marks.Answer(passed=True) for item in lot.terms["reviews"]},
            points={
                item: marks.Points(Decimal(count + (number == 4))) for item, count in found[bid.subject.code].items()
            },
            actor=member,
        )
