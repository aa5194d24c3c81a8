"""国有产权转让: disclosed for twenty working days, then agreement, network bidding, or nobody."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from platform_site import workdays
from platform_site.rules import rule
from trading.models import Lot
from trading.rehearsal import engineering_open as shared
from trading.rehearsal.land_listing import bid
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import awards, listings, takers, tenders
from trading.services.acts import moment_of

TERMS: dict[str, Any] = {
    "valuation_cny": "86000000.00",
    "start_price_cny": "86000000.00",
    "increment_cny": "500000.00",
    "bond_cny": "20000000.00",
    "way": "multi_round",
    "bidding_minutes": 30,
    "round_minutes": 5,
    "priority_holders": True,
}
VARIANTS = {
    "happy": "两个意向受让方网络竞价，价款付清后出具交易凭证",
    "single": "一个意向受让方，协议转让，低于底价的报价被拒绝",
    "nobody": "信息披露期满没有意向受让方",
    "low_price": "底价低于评估结果、披露不足二十个工作日被拒绝，改正后协议转让",
}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one transfer."""
    assert variant in VARIANTS
    lot = yield from disclosed(stage, cast, variant)
    one, two = cast["bidder1"], cast["bidder2"]
    coming = {"happy": (one, two), "nobody": ()}.get(variant, (one,))
    for who in coming:
        yield Step("意向受让方", "登记受让意向", lambda w=who: listings.sign_up(lot_id=lot.pk, actor=w.actor))
    stage.to(Lot.objects.get(pk=lot.pk).recorded["disclosure_until"])
    yield Step("服务器时钟", "信息披露期满", lambda: None, state="ended")
    if variant == "nobody":
        yield from shared.archived(cast, lot)
        return
    if variant == "happy":
        yield from contested(stage, cast, lot)
    else:
        yield Step("意向受让方", "低于底价的报价", lambda: bid(lot, one, "85999999.99"), refused="offer.too_low")
        yield Step("意向受让方", "报价", lambda: bid(lot, one, "86000000"))
    yield Step(
        "转让方",
        "确定受让方，签发成交确认书",
        lambda: listings.deal_confirm(lot_id=lot.pk, actor=cast["transferor"].actor),
        state="awarded",
    )
    yield from concluded(stage, cast, lot)
    yield from shared.archived(cast, lot)


def disclosed(stage: Stage, cast: Cast, variant: str) -> Script:
    """Registered, drafted, published. Returns the lot."""
    seller = cast["transferor"].actor
    low = variant == "low_price"
    terms = {**TERMS, "start_price_cny": "85999999.99"} if low else TERMS
    tender = yield Step(
        "转让方",
        "登记产权转让项目",
        lambda: tenders.tender_register(
            procedure="equity.transfer",
            trade_category="E01",
            title="泽安市城建置业有限公司百分之三十四股权",
            region_code="990100",
            region_name="泽安市",
            initiator=cast.subjects["transferor"],
            centre=cast.subjects["centre"],
            kind="goods",
            approval={"number": "泽国资产权〔2026〕8号", "authority": "泽安市国有资产监督管理委员会"},
            actor=seller,
            lots=[{
                "title": "泽安市城建置业有限公司百分之三十四股权转让",
                "scope": "标的企业注册资本 2 亿元，主营城市更新和物业服务；其他股东未放弃优先购买权。",
                "terms": terms,
            }],
        ),
        state="registered",
    )  # fmt: skip
    lot = tender.lots.get(number=1)
    publish = stage.at(stage.now + timedelta(days=1), 9)
    # As short as the law allows, whatever festival falls into it: the other shareholders' thirty days run on.
    lawful = int(rule("SOE-04")["days"].amount)
    ends = stage.at(workdays.earliest_after(publish, lawful + 1, "wd") - timedelta(days=1), 17)
    said = {"notice_at": publish, "disclosure_until": ends, "bidding_from": stage.at(ends + timedelta(days=4), 9)}

    def submit(what: str, refused: str = "", **changed: Any) -> Script:
        yield Step(
            "转让方", "编制信息披露公告",
            lambda: tenders.lot_shape(lot_id=lot.pk, actor=seller, moments=said, **changed),
        )  # fmt: skip
        yield Step(
            "转让方", what, lambda: tenders.notice_schedule(lot_id=lot.pk, actor=seller),
            refused=refused, state="" if refused else "scheduled",
        )  # fmt: skip

    if low:
        yield from submit("以低于评估结果的底价提交信息披露公告", "amount.under_floor")
        said["disclosure_until"] = ends - timedelta(days=7)
        yield from submit("提交披露期不足的公告", "period.too_short", terms=TERMS)
        said["disclosure_until"] = ends
    yield from submit("提交信息披露公告")
    stage.to(publish)
    yield Step("服务器时钟", "正式披露信息", lambda: None, state="announced")
    stage.later(days=3)
    return lot


def contested(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Two takers outbid each other; an offer near the end extends the bidding."""
    one, two = cast["bidder1"], cast["bidder2"]
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bidding_from"])
    yield Step("服务器时钟", "网络竞价开始", lambda: None, state="timed")
    stage.later(minutes=5)
    yield Step("意向受让方", "竞价报价", lambda: bid(lot, one, "86000000"))
    stage.later(minutes=22)
    yield Step("意向受让方", "不足一个增价幅度的报价", lambda: bid(lot, two, "86400000"), refused="offer.too_low")
    yield Step("意向受让方", "竞价报价，竞价顺延", lambda: bid(lot, two, "88000000"))
    stage.later(minutes=10)
    yield Step("服务器时钟", "网络竞价结束", lambda: None, state="closed")


def concluded(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Contract once the other shareholders' time is over, payment through the exchange, voucher."""
    seller, operator = cast["transferor"].actor, cast["operator"].actor

    def sign(refused: str = "") -> Step:
        price = str(Lot.objects.get(pk=lot.pk).standing_award.amount_cny)
        said = {"amount_cny": price, "subject": lot.title}
        return Step(
            "转让方", "签订产权交易合同",
            lambda: awards.contract_sign(lot_id=lot.pk, particulars=said, actor=seller),
            refused=refused, state="" if refused else "contracted",
        )  # fmt: skip

    found = Lot.objects.get(pk=lot.pk)
    priority = moment_of(found, "priority_until")
    if stage.now < priority:
        yield sign(refused="priority.waiting")
        stage.to(priority)
    yield sign()
    stage.later(days=3)
    paid = Lot.objects.get(pk=lot.pk).contract.amount_cny
    yield Step(
        "交易中心",
        "价款没有付清时出具交易凭证",
        lambda: takers.deal_settle(lot_id=lot.pk, paid_cny=paid - Decimal("0.01"), actor=operator),
        refused="payment.short",
    )
    yield Step(
        "交易中心",
        "结算价款，出具交易凭证",
        lambda: takers.deal_settle(lot_id=lot.pk, paid_cny=paid, actor=operator),
        state="settled",
    )
