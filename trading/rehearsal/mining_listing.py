"""采矿权挂牌出让: the listing of land_listing, and no contract before the result was public for its days."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trading.models import Lot
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import land_listing
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage
from trading.services.acts import moment_of

RIGHT = land_listing.Sale(
    "mining.listing", "C02", "云泽省石阜市云顶矿区建筑石料用灰岩", "采矿权",
    "矿区面积 0.4162 平方千米，可采储量 2,180 万吨，出让年限 15 年。", 32, 18, "MIN-03", "MIN-05",
)  # fmt: skip
VARIANTS = {
    "happy": "密封底价，两人竞价，公示期满后签订合同",
    "reserve": "密封底价，报价未达底价，不成交",
    "short_period": "公告到挂牌开始的时间不足被拒绝，一人报价成交",
}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one mining right."""
    assert variant in VARIANTS
    lot = yield from land_listing.listed(stage, cast, variant, replace(RIGHT, **draft or {}))
    if variant != "reserve":
        stage.later(days=5)
        yield land_listing.contracted(cast, lot, refused="clock.too_early")
        stage.to(moment_of(Lot.objects.get(pk=lot.pk), "publicity_ends"))
        yield land_listing.contracted(cast, lot)
    yield from shared.archived(cast, lot)
