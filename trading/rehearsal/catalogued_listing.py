"""挂牌交易 of a category that lives by the catalogue: forestry rights, emission rights, or any row declared since.

The listing is land_listing's; the days are those of the row the project is registered under.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trading.rehearsal import engineering_open as shared
from trading.rehearsal import land_listing
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step

FOREST = land_listing.Sale(
    "catalogued.listing", "Z01", "石阜市国有云顶林场第6林班", "林地使用权",
    "用材林 1,286 亩，活立木蓄积量 9,640 立方米，转让年限 20 年。", 12, 16, "PLT-18", "PLT-19",
    start="3600000", step="50000", region=("990300", "石阜市"),
)  # fmt: skip
EMISSION = land_listing.Sale(
    "catalogued.listing", "Z02", "云泽省2026年度政府储备化学需氧量", "排污权",
    "化学需氧量 42.6 吨，有效期 5 年。", 12, 9, "PLT-18", "PLT-19",
    start="852000", step="10000", region=("990100", "泽安市"),
)  # fmt: skip
VARIANTS = {
    "happy": "林权：两人竞价，限时竞价后成交",
    "emission": "排污权：两人竞价，限时竞价后成交",
    "reserve": "密封底价，报价未达底价，不成交",
    "short_period": "公告到挂牌开始的时间不足目录规定的日数被拒绝，一人报价成交",
    "not_listed": "目录没有列入的分类不能登记，目录不允许的交易方式不能登记",
}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one right.

    Args:
        draft: {"trade_category", "title", "right", "scope"} of another category of the catalogue.
    """
    assert variant in VARIANTS
    sale = replace(EMISSION if variant == "emission" else FOREST, **draft or {})
    if variant == "not_listed":
        yield from refused(cast, sale)
    lot = yield from land_listing.listed(stage, cast, "happy" if variant in OWN else variant, sale)
    if variant != "reserve":
        stage.later(days=5)
        yield land_listing.contracted(cast, lot)
    yield from shared.archived(cast, lot)


OWN = ("not_listed", "emission")


def refused(cast: Cast, sale: land_listing.Sale) -> Script:
    """What the catalogue in force does not allow is not registered."""
    for what, other, why in (
        ("登记目录没有列入的交易", replace(sale, trade_category="Z77"), "catalogue.absent"),
        ("按目录不允许的方式登记", replace(sale, trade_category="B01"), "catalogue.procedure"),
        ("按别类的交易方式登记", replace(sale, procedure="land.listing"), "catalogue.procedure"),
    ):
        yield Step("转让方", what, lambda s=other: land_listing.registered(cast, s), refused=why)
