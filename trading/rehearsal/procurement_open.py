"""政府采购公开招标: scored by a drawn committee of five, price at least thirty of a hundred points."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.casting import countersign, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import awards, documents, marks, reports, tenders

TERMS: dict[str, Any] = {
    "method": "scored",
    "reviews": [
        {"key": "qualification", "title": "资格条件符合", "ground": 3},
        {"key": "responsive", "title": "实质性响应招标文件", "ground": 6},
    ],
    "criteria": [
        {"key": "technical", "title": "技术", "points": "50", "items": [
            {"key": "performance", "title": "设备性能", "points": "30"},
            {"key": "service", "title": "安装和售后", "points": "20"},
        ]},
        {"key": "business", "title": "商务", "points": "20", "items": [
            {"key": "record", "title": "同类业绩", "points": "20"},
        ]},
        {"key": "price", "title": "报价", "points": "30", "items": []},
    ],
    "price_formula": {"kind": "lowest_ratio", "full": "30"},
    "committee": {"members": 5, "experts": 4, "specialties": ["A08"]},
    "candidates": 3,
}  # fmt: skip
PREFERENCES: list[dict[str, Any]] = [
    {"key": "small", "title": "小微企业价格扣除", "kind": "preference", "value": "0.10", "most": 1},
    {"key": "joint", "title": "联合体或者分包含小微企业的价格扣除", "kind": "preference", "value": "0.04", "most": 1},
    {"key": "domestic", "title": "本国产品价格扣除", "kind": "preference", "value": "0.20", "most": 1},
]
VARIANTS = {
    "happy": "正常完成，综合得分最高的中标",
    "light_price": "价格分不足百分之三十、招标文件提供期不足被拒绝，改正后完成",
    "too_few": "投标人只有两家，废标",
    "unresponsive": "实质响应的不足三家，评标委员会废标",
    "preference_decides": "价格扣除比例超出规定被拒绝，改正后完成；小微企业和本国产品两项扣除各按原报价计算，由此成交",
}
PRICES = {"bidder1": "2860000", "bidder2": "2795000", "bidder3": "2920000"}
# What each declares where the document gives preferences: a large one, a small one with imported goods, a small one
# with domestic goods.
DECLARED: dict[str, dict[str, str]] = {
    "bidder1": {"size": "large", "domestic_share": "0.62"},
    "bidder2": {"size": "small", "domestic_share": "0.15"},
    "bidder3": {"size": "micro", "domestic_share": "0.93"},
}

SCOPE = "理化实验室设备 6 间，含安装和培训。"


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one procurement by open tender."""
    assert variant in VARIANTS
    buyer, preferred = cast["purchaser"].actor, variant == "preference_decides"
    lot = yield from announced(stage, cast, variant, **draft or {})
    for username in list(PRICES)[: 2 if variant == "too_few" else 3]:
        who = cast[username]
        yield Step(
            "供应商",
            "获取招标文件",
            lambda w=who: documents.documents_obtain(lot_id=lot.pk, actor=w.actor, user_id=w.pk),
        )
        yield Step(
            "供应商",
            "加密递交投标文件",
            lambda w=who: sealed.file(
                cast,
                Lot.objects.get(pk=lot.pk),
                w,
                sealed.offer(w, PRICES[w.username], declares=DECLARED[w.username] if preferred else None),
            ),
        )
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"])
    yield Step("服务器时钟", "投标截止", lambda: None, state="deadline")
    if variant == "too_few":
        yield from shared.failed(stage, cast, lot)
        return
    lot = Lot.objects.get(pk=lot.pk)
    yield from shared.opened(stage, cast, lot, trustees=2, skip=1)
    yield from shared.seated(stage, cast, lot, initiator="purchaser", host="operator")
    if variant == "unresponsive":
        yield from aborted(stage, cast, Lot.objects.get(pk=lot.pk))
        return
    yield from shared.reported(cast, lot)
    yield Step(
        "采购人",
        "发出中标通知书并公告结果",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=buyer),
        state="awarded",
    )
    yield from shared.finished(stage, cast, lot, initiator="purchaser")


def announced(
    stage: Stage, cast: Cast, variant: str, *, title: str = "泽安市第三中学理化实验室设备采购", scope: str = SCOPE
) -> Script:
    """Registered, drafted, published. Returns the lot."""
    buyer = cast["purchaser"].actor
    tender = yield Step(
        "采购人",
        "登记采购项目",
        lambda: tenders.tender_register(
            procedure="procurement.open",
            trade_category="D01",
            title=title,
            region_code="990100",
            region_name="泽安市",
            initiator=cast.subjects["purchaser"],
            centre=cast.subjects["centre"],
            authority=cast.subjects["authority"],
            kind="goods",
            actor=buyer,
            lots=[{
                "title": title,
                "scope": scope,
                "ceiling_cny": Decimal("3000000.00"),
                "terms": TERMS,
            }],
        ),
        state="registered",
    )  # fmt: skip
    lot = tender.lots.get(number=1)
    publish = stage.at(stage.now + timedelta(days=1), 9)
    said = {
        "notice_at": publish,
        "documents_from": publish,
        "documents_until": stage.at(publish + timedelta(days=16), 17),
        "bid_deadline": stage.at(publish + timedelta(days=23), 9, 30),
    }

    def shape(terms: Mapping[str, Any] = TERMS, **moments: Any) -> Step:
        return Step(
            "采购人", "编制招标公告",
            lambda: tenders.lot_shape(lot_id=lot.pk, actor=buyer, moments={**said, **moments}, terms=terms),
        )  # fmt: skip

    def submit(refused: str = "") -> Step:
        return Step(
            "采购人", "提交招标公告", lambda: tenders.notice_schedule(lot_id=lot.pk, actor=buyer),
            refused=refused, state="" if refused else "scheduled",
        )  # fmt: skip

    yield shape()
    yield Step(
        "采购人",
        "约定受托人",
        lambda: tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast)[1:], k=2, actor=buyer),
    )
    yield Step("受托人", "会签密钥集", lambda: countersign(cast, lot.ledger_ref))
    if variant == "light_price":
        technical, business, price = TERMS["criteria"]
        lighter = [{**technical, "points": "50.01"}, business, {**price, "points": "29.99"}]
        yield shape({**TERMS, "criteria": lighter})
        yield submit("share.under_floor")
        yield shape(documents_until=stage.at(publish + timedelta(days=2), 17))
        yield submit("period.too_short")
        yield shape()
    if variant == "preference_decides":
        small, *others = PREFERENCES
        yield shape({**TERMS, "adjustments": [{**small, "value": "0.25"}, *others]})
        refused = yield submit("preference.out_of_span")
        nearest = refused.violations[0].remedy["value"]
        assert nearest == Decimal("0.20"), nearest
        yield shape({**TERMS, "adjustments": PREFERENCES})
    yield submit()
    stage.to(publish)
    yield Step("服务器时钟", "到点发布招标公告", lambda: None, state="bidding")
    return lot


def aborted(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """One bid does not respond: with two left there is no report, and the committee ends it."""
    members, offered = shared.members_of(lot), shared.offered_to(cast, lot)

    def judge(actor: Any, number: int) -> None:
        shared.assess(lot, offered[1:], actor, number)
        marks.sheet_mark(
            lot_id=lot.pk,
            bid_id=offered[0].id,
            answers={
                "qualification": marks.Answer(passed=True),
                "responsive": marks.Answer(passed=False, reason="设备性能参数低于招标文件的实质性要求。"),
            },
            actor=actor,
        )

    chief = Actor("person", members[0].user.public_id)
    for number, member in enumerate(members):
        actor = Actor("person", member.user.public_id)
        yield Step(member.label, "响应性审查和评分", lambda a=actor, n=number: judge(a, n))
    reason = "实质响应的投标人不足三家。"
    yield Step("评标委员会", "废标", lambda: reports.bids_reject_all(lot_id=lot.pk, reason=reason, actor=chief))
    stage.later(hours=1)
    yield from shared.archived(cast, lot)
