"""挂牌出让 of land and of a mining right: free offers, last call, timed round, reserve price."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from platform_site import workdays
from trading.kernel.time import same_hour
from trading.models import Lot, Tender
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.casting import countersign, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import awards, listings, reserves, tenders

TERMS: dict[str, Any] = {
    "start_price_cny": "50000000.00",
    "increment_cny": "500000.00",
    "bond_cny": "10000000.00",
    "call_minutes": 5,
    "round_minutes": 5,
    "outage_clause": True,
}
# Variants whose notice says that there is a reserve price.
RESERVED = frozenset({"happy", "reserve"})
VARIANTS = {
    "happy": "密封底价，两人竞价，限时竞价后受托人开启底价，成交",
    "reserve": "密封底价，出让人解密，报价未达底价，不成交",
    "low_offer": "低于起始价的报价被拒绝，一人报价成交",
    "short_period": "公告到挂牌开始的时间不足被拒绝，一人报价成交",
}


@dataclass(frozen=True, slots=True)
class Sale:
    """What is listed.

    Attributes:
        notice_days, listing_days: calendar days from the notice to the start, from the start to the end; more where a
            festival lies between and the rules count working days.
        notice_rule, listing_rule: the rules that say how many are least.
    """

    procedure: str
    trade_category: str
    title: str
    right: str
    scope: str
    notice_days: int
    listing_days: int
    notice_rule: str
    listing_rule: str
    start: str = "50000000"
    step: str = "500000"
    region: tuple[str, str] = ("990100", "泽安市")
    centre: str = "centre"

    def yuan(self, steps: int) -> str:
        """So many increments above the start price, yuan."""
        return str(Decimal(self.start) + steps * Decimal(self.step))

    @property
    def reserve(self) -> Decimal:
        """The reserve price 底价, yuan."""
        return Decimal(self.yuan(4))

    @property
    def terms(self) -> dict[str, Any]:
        """What the notice says of money and minutes; the deposit is a fifth of the start price."""
        start, step = Decimal(self.start), Decimal(self.step)
        said = {"start_price_cny": start, "increment_cny": step, "bond_cny": start / 5}
        return {**TERMS, **{name: str(amount.quantize(Decimal("0.01"))) for name, amount in said.items()}}


PLOT = Sale(
    "land.listing", "B01", "泽安市江北新区JB-2026-07号宗地", "使用权",
    "商业用地，出让面积 12,480.5 平方米，年限 40 年。", 24, 15, "LND-03", "LND-05",
)  # fmt: skip


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one plot.

    Args:
        draft: what of the sale is another's.
    """
    assert variant in VARIANTS
    lot = yield from listed(stage, cast, variant, replace(PLOT, **draft or {}))
    if variant != "reserve":
        stage.later(days=5)
        yield contracted(cast, lot)
    yield from shared.archived(cast, lot)


def registered(cast: Cast, sale: Sale, *, reserved: bool = False) -> Tender:
    """The project is registered by its grantor."""
    code, region = sale.region
    return tenders.tender_register(
        procedure=sale.procedure,
        trade_category=sale.trade_category,
        title=sale.title,
        region_code=code,
        region_name=region,
        initiator=cast.subjects["grantor"],
        centre=cast.subjects[sale.centre],
        kind="goods",
        actor=cast["grantor"].actor,
        lots=[
            {"title": f"{sale.title}{sale.right}", "scope": sale.scope, "terms": {**sale.terms, "reserve": reserved}}
        ],
    )


def lawful(lot: Lot, rule_id: str, start: datetime, wished: datetime) -> datetime:
    """`wished`, or the nearest lawful moment where a festival leaves too few of the rule's days."""
    number = lot.book.rule(rule_id)["days"]
    return max(wished, same_hour(workdays.earliest_after(start, int(number.amount), number.unit), wished))


def listed(stage: Stage, cast: Cast, variant: str, sale: Sale) -> Script:
    """From the registration to the deal, or to its failure. Returns the lot."""
    seller, reserved = cast["grantor"], variant in RESERVED
    tender = yield Step("出让人", "登记出让项目", lambda: registered(cast, sale, reserved=reserved), state="registered")
    lot = tender.lots.get(number=1)
    publish = stage.at(stage.now + timedelta(days=1), 9)
    opens = lawful(lot, sale.notice_rule, publish, stage.at(publish + timedelta(days=sale.notice_days), 9))
    closes = lawful(lot, sale.listing_rule, opens, stage.at(opens + timedelta(days=sale.listing_days), 10))
    planned = {"notice_at": publish, "listing_from": opens, "listing_until": closes}

    def shape(**moments: datetime) -> Step:
        said = {**planned, **moments}
        return Step(
            "出让人", "编制出让公告", lambda: tenders.lot_shape(lot_id=lot.pk, actor=seller.actor, moments=said)
        )

    if variant == "short_period":
        yield shape(listing_from=opens - timedelta(days=7))
        yield Step(
            "出让人",
            "提交出让公告",
            lambda: tenders.notice_schedule(lot_id=lot.pk, actor=seller.actor),
            refused="period.too_short",
        )
    yield shape()
    if reserved:
        yield from sealed_reserve(cast, lot, sale.reserve)
    yield Step(
        "出让人", "提交出让公告", lambda: tenders.notice_schedule(lot_id=lot.pk, actor=seller.actor), state="scheduled"
    )
    stage.to(publish)
    yield Step("服务器时钟", "到点发布出让公告", lambda: None, state="announced")
    one, two = cast["bidder1"], cast["bidder2"]
    for who in (one, two):
        yield Step("竞买人", "竞买申请", lambda w=who: listings.sign_up(lot_id=lot.pk, actor=w.actor))
    stage.to(opens)
    yield Step("服务器时钟", "挂牌开始", lambda: None, state="listing")
    stage.later(hours=2)
    if variant == "low_offer":
        yield Step(
            "竞买人",
            "低于起始价的报价",
            lambda: bid(lot, one, str(Decimal(sale.start) - Decimal("0.01"))),
            refused="offer.too_low",
        )
    first = sale.yuan(4 if variant in {"low_offer", "short_period"} else 0)
    yield Step("竞买人", "报价", lambda: bid(lot, one, first), state="offered")
    if variant == "happy":
        stage.later(days=1)
        yield Step("竞买人", "报价", lambda: bid(lot, two, sale.yuan(2)))
    stage.to(closes)
    yield Step("服务器时钟", "挂牌截止，询问是否继续竞价", lambda: None, state="last_call")
    if variant == "happy":
        yield Step(
            "竞买人", "要求继续竞价", lambda: listings.bidding_continue(lot_id=lot.pk, actor=one.actor), state="timed"
        )
        stage.later(minutes=2)
        yield Step("竞买人", "限时报价", lambda: bid(lot, one, sale.yuan(5)))
        stage.later(minutes=4)
        yield Step("竞买人", "限时报价，本轮顺延", lambda: bid(lot, two, sale.yuan(6)))
    stage.later(minutes=10)
    yield Step("服务器时钟", "竞价结束", lambda: None, state="closed")

    def confirm(refused: str = "", what: str = "签订成交确认书") -> Step:
        return Step(
            "出让人", what, lambda: listings.deal_confirm(lot_id=lot.pk, actor=seller.actor),
            refused=refused, state="" if refused else "awarded",
        )  # fmt: skip

    if reserved:
        yield confirm("reserve.closed", "底价公开以前签订成交确认书")
    if variant == "reserve":
        yield Step("出让人", "解密底价", lambda: sealed.unlock_reserve(cast, lot, seller))
        yield Step("服务器时钟", "公布底价", lambda: reserves.reserve_open(lot_id=lot.pk))
        yield confirm("reserve.not_reached", "未达底价时签订成交确认书")
        yield Step("出让人", "宣布不成交", lambda: listings.listing_fail(lot_id=lot.pk, actor=seller.actor))
        return lot
    if reserved:
        for trustee in trustees_of(cast)[1:3]:
            yield Step("受托人", f"{trustee.name}释放密钥", lambda t=trustee: shared.release(cast, lot, str(t.id)))
        yield Step("服务器时钟", "公布底价", lambda: reserves.reserve_open(lot_id=lot.pk))
    yield confirm()
    return lot


def sealed_reserve(cast: Cast, lot: Lot, amount: Decimal) -> Script:
    """The reserve is decided before the notice and sealed to the initiator's key and to the trustees."""
    seller = cast["grantor"]
    yield Step(
        "出让人", "没有密封底价就提交出让公告",
        lambda: tenders.notice_schedule(lot_id=lot.pk, actor=seller.actor), refused="fact.missing",
    )  # fmt: skip
    yield Step(
        "出让人", "约定受托人",
        lambda: tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast)[1:], k=2, actor=seller.actor),
    )  # fmt: skip
    yield Step("受托人", "会签密钥集", lambda: countersign(cast, lot.ledger_ref))
    yield Step("出让人", "密封底价", lambda: sealed.reserve(cast, lot, seller, amount))


def contracted(cast: Cast, lot: Lot, *, refused: str = "") -> Step:
    """The grant contract says what the deal says."""
    seller = cast["grantor"]
    return Step(
        "出让人",
        "签订出让合同",
        lambda: awards.contract_sign(
            lot_id=lot.pk,
            particulars={"amount_cny": str(Lot.objects.get(pk=lot.pk).standing_award.amount_cny), "subject": lot.title},
            actor=seller.actor,
        ),
        refused=refused,
        state="" if refused else "contracted",
    )


def bid(lot: Lot, who: object, amount: str) -> object:
    """One offer in yuan."""
    return listings.offer_make(lot_id=lot.pk, amount=Decimal(amount), idempotency_key=uuid4(), actor=who.actor)
