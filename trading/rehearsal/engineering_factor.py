"""工程建设项目公开招标 with a benchmark factor drawn at the opening (评标基准价系数, 下浮率)."""

from collections.abc import Mapping
from typing import Any

from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import evaluations, factors, openings

VARIANTS = {
    "drawn_factor": "招标文件公布几个基准价系数，开标名单公布以后当场抽取一个，按它计算报价得分",
}
FORMULA = {name: value for name, value in happy.TERMS["price_formula"].items() if name != "factor"}
TERMS: dict[str, Any] = {
    **happy.TERMS,
    "price_formula": {**FORMULA, "factors": ["0.95", "0.96", "0.97", "0.98"]},
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive, with what is refused on the way.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    given = {"lots": [{**happy.LOT, "terms": TERMS}], **(draft or {})}
    lot = yield from announced(stage, cast, given)

    def draw(who: str = "operator") -> Any:
        return factors.factor_draw(lot_id=lot.pk, actor=cast[who].actor)

    yield Step("交易中心", "截止以前抽取系数", draw, refused="state.wrong")
    yield from happy.bidding(stage, cast, lot, variant)
    yield Step("交易中心", "密钥未到齐时抽取系数", draw, refused="factor.keys_missing")
    yield Step("投标人", "自行抽取系数", lambda: draw("bidder1"), refused=DENIED)
    yield from waited(happy.opened(stage, cast, lot), cast, lot)
    yield Step("交易中心", "再次抽取系数", draw, refused="factor.drawn")
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def announced(stage: Stage, cast: Cast, given: Mapping[str, Any]) -> Any:
    """The notice is out; it was refused while the witness was not bound. Returns the lot."""
    drafting = happy.announced(stage, cast, "happy", given)
    step, lot = next(drafting), None
    while step.state != "bidding":
        if step.who == "见证人" and lot is not None:
            yield Step(
                "招标代理机构",
                "见证人未提交承诺时提交公告",
                lambda draft=lot: happy.schedule(cast, draft),
                refused="factor.uncommitted",
            )
        answer = yield step
        step = drafting.send(answer)
        lot = lot or Lot.objects.select_related("tender").latest("pk")
    yield step
    return Lot.objects.select_related("tender").get(pk=lot.pk)


def waited(opening: Script, cast: Cast, lot: Lot) -> Script:
    """The opening's steps; before the draw the contents are held back, and no evaluation begins."""
    for step in opening:
        if step.state == "factor":
            yield Step(
                "交易中心",
                "系数未抽取时公布投标文件",
                lambda: openings.bids_disclose(lot_id=lot.pk, actor=cast["operator"].actor),
                refused="factor.undrawn",
            )
            yield Step(
                "招标代理机构",
                "系数未抽取时开始评标",
                lambda: evaluations.evaluation_start(lot_id=lot.pk, actor=cast["agency"].actor),
                refused="state.wrong",
            )
        yield step
