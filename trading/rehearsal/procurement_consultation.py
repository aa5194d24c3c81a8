"""政府采购竞争性磋商: first responses to a group, a document that changes, sealed final quotes, scores."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from platform_site import workdays
from platform_site.accounts.actors import Actor
from trading.kernel.time import same_hour
from trading.models import Lot
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.casting import countersign, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.procurement_open import PREFERENCES
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import awards, documents, enquiries, evaluations, quotes, tenders

TERMS: dict[str, Any] = {
    "method": "scored",
    "reviews": [{"key": "responsive", "title": "实质性响应磋商文件", "ground": 6}],
    "criteria": [
        {"key": "technical", "title": "技术", "points": "40", "items": [
            {"key": "performance", "title": "设备性能", "points": "25"},
            {"key": "service", "title": "安装和售后", "points": "15"},
        ]},
        {"key": "business", "title": "商务", "points": "20", "items": [
            {"key": "record", "title": "同类业绩", "points": "20"},
        ]},
        {"key": "price", "title": "报价", "points": "40", "items": []},
    ],
    "price_formula": {"kind": "lowest_ratio", "full": "40"},
    "committee": {"members": 3, "experts": 2, "specialties": ["A08"]},
    "candidates": 3,
}  # fmt: skip
VARIANTS = {
    "happy": "正常完成：磋商中变动文件，四家提交最后报价，得分最高的成交",
    "short_periods": "首次响应时间、发售期、价格分和修改时间不合规定被拒绝，改正后完成",
    "too_few": "响应供应商只有两家，采购失败",
    "one_leaves": "一家没有提交最后报价，退出磋商，其余三家继续",
    "few_quotes": "只有两家提交最后报价，原样退回，采购失败",
    "preference_decides": "小微企业和本国产品两项扣除各按最后报价计算，由此成交",
}
# username: first price, final price, what it declares where the document gives preferences.
OFFERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "bidder1": ("1860000", "1795000", {"size": "large", "domestic_share": "0.55"}),
    "bidder2": ("1880000", "1820000", {"size": "medium", "small_share": "0.20", "domestic_share": "0.40"}),
    "bidder3": ("1920000", "1900000", {"size": "small", "domestic_share": "0.91"}),
    "bidder4": ("1905000", "1850000", {"size": "large", "domestic_share": "0.30"}),
}
TITLE, SCOPE = "泽安市第三中学录播教室设备采购", "录播教室设备 4 间，含安装、调试和培训。"
QUOTING = {"one_leaves": 3, "few_quotes": 2}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one consultation."""
    assert variant in VARIANTS
    buyer, declares = cast["purchaser"].actor, variant == "preference_decides"
    lot = yield from announced(stage, cast, variant, **draft or {})
    yield from responded(stage, cast, lot, list(OFFERS)[: 2 if variant == "too_few" else 4], declares=declares)
    if variant == "too_few":
        yield from shared.failed(stage, cast, lot)
        return
    yield from shared.opened(stage, cast, lot, trustees=2, skip=1, what="响应文件交磋商小组")
    yield from shared.drawn(cast, lot, initiator="purchaser")
    quoting = list(OFFERS)[: QUOTING.get(variant, 4)]
    yield from consulted(stage, cast, lot, quoting)
    if variant == "few_quotes":
        yield from shared.failed(stage, cast, lot)
        return
    yield from quoted(stage, cast, lot, quoting)
    yield Step(
        "交易中心", "开始评审",
        lambda: evaluations.evaluation_start(lot_id=lot.pk, actor=cast["operator"].actor), state="evaluating",
    )  # fmt: skip
    yield from shared.reported(cast, lot)
    yield Step(
        "采购人", "发出成交通知书并公告结果",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=buyer), state="awarded",
    )  # fmt: skip
    yield from shared.finished(stage, cast, lot, initiator="purchaser")


def first_deadline(publish: datetime) -> datetime:
    """Until when first responses come in: a day more than the rule's ten."""
    return same_hour(workdays.earliest_after(publish, 10, "cd") + timedelta(days=1), publish)


def announced(stage: Stage, cast: Cast, variant: str, *, title: str = TITLE, scope: str = SCOPE) -> Any:
    """Registered, drafted, published. Returns the lot."""
    buyer = cast["purchaser"].actor
    terms = {**TERMS, "adjustments": PREFERENCES} if variant == "preference_decides" else TERMS
    tender = yield Step(
        "采购人",
        "登记采购项目",
        lambda: tenders.tender_register(
            procedure="procurement.consultation",
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
                "ceiling_cny": Decimal("2000000.00"),
                "terms": terms,
            }],
        ),
        state="registered",
    )  # fmt: skip
    lot = tender.lots.get(number=1)
    publish = stage.at(stage.now + timedelta(days=1), 9)
    said = {
        "notice_at": publish,
        "documents_from": publish,
        "documents_until": same_hour(workdays.earliest_after(publish, 6, "wd"), publish.replace(hour=17)),
        "bid_deadline": first_deadline(publish),
    }

    def shape(terms: Mapping[str, Any] = terms, **moments: Any) -> Step:
        return Step(
            "采购人", "编制磋商公告",
            lambda: tenders.lot_shape(lot_id=lot.pk, actor=buyer, moments={**said, **moments}, terms=terms),
        )  # fmt: skip

    def submit(refused: str = "") -> Step:
        return Step(
            "采购人", "提交磋商公告", lambda: tenders.notice_schedule(lot_id=lot.pk, actor=buyer),
            refused=refused, state="" if refused else "scheduled",
        )  # fmt: skip

    yield shape()
    yield Step(
        "采购人", "约定受托人，首次响应和最后报价各用一套密钥",
        lambda: tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast)[1:], k=2, actor=buyer),
    )  # fmt: skip
    yield Step("受托人", "会签首次响应的密钥集", lambda: countersign(cast, lot.ledger_ref))
    yield Step("受托人", "会签最后报价的密钥集", lambda: countersign(cast, lot.final_ref))
    if variant == "short_periods":
        technical, business, price = TERMS["criteria"]
        heavier = [{**technical, "points": "19"}, business, {**price, "points": "61"}]
        yield shape({**TERMS, "criteria": heavier})
        yield submit("share.over_cap")
        yield shape(bid_deadline=publish + timedelta(days=9))
        yield submit("period.too_short")
        yield shape(documents_until=stage.at(publish + timedelta(days=3), 17))
        yield submit("period.too_short")
        yield shape()
    yield submit()
    stage.to(publish)
    yield Step("服务器时钟", "到点发布磋商公告", lambda: None, state="bidding")
    if variant == "short_periods":
        yield from amended(stage, cast, lot)
    return Lot.objects.get(pk=lot.pk)


def amended(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """A change four days before the deadline is refused, and moves the deadline where the purchaser lets it."""
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=4))

    def amend(*, extend: bool) -> Any:
        return enquiries.amendment_issue(
            lot_id=lot.pk, summary="调整录播主机的接口参数，其余不变。", actor=cast["purchaser"].actor, extend=extend
        )

    yield Step("采购人", "距截止不足五日修改磋商文件", lambda: amend(extend=False), refused="period.too_short")
    yield Step("采购人", "修改磋商文件并顺延截止时间", lambda: amend(extend=True), state="amended")


def responded(stage: Stage, cast: Cast, lot: Lot, present: list[str], *, declares: bool) -> Script:
    """Documents, first responses, the deadline."""
    for username in present:
        who, (price, _, declared) = cast[username], OFFERS[username]
        yield Step(
            "供应商", "获取磋商文件",
            lambda w=who: documents.documents_obtain(lot_id=lot.pk, actor=w.actor, user_id=w.pk),
        )  # fmt: skip
        said = sealed.offer(who, price, declares=declared if declares else None)
        yield Step(
            "供应商", "加密递交响应文件",
            lambda w=who, s=said: sealed.file(cast, Lot.objects.get(pk=lot.pk), w, s),
        )  # fmt: skip
    yield from shared.closed(stage, lot)


def consulted(stage: Stage, cast: Cast, lot: Lot, quoting: list[str]) -> Script:
    """The group talks, the document changes for everybody, final quotes are called for and filed under seal."""
    chief = Actor("person", shared.members_of(lot)[0].user.public_id)
    stage.later(days=1)
    yield Step(
        "采购人", "磋商中变动磋商文件，同时通知全部供应商",
        lambda: enquiries.amendment_issue(
            lot_id=lot.pk, summary="经磋商，培训由两次改为四次，增加一年质保。", actor=cast["purchaser"].actor,
            verb="change_requirements",
        ),
        state="changed",
    )  # fmt: skip

    def call(days: int, refused: str = "") -> Step:
        return Step(
            "磋商小组", "要求提交最后报价",
            lambda: quotes.quotes_call(lot_id=lot.pk, deadline=stage.now + timedelta(days=days), actor=chief),
            refused=refused, state="" if refused else "quoting",
        )  # fmt: skip

    yield call(0, refused="quote.deadline")
    yield call(2)
    for username in quoting:
        who = cast[username]
        yield Step("供应商", "加密递交最后报价", lambda w=who: quote(cast, lot, w), state=f"quoted_{username}")
    yield Step("供应商", "替换最后报价", lambda: quote(cast, lot, cast["bidder1"]), state="quoted")
    stage.to(Lot.objects.get(pk=lot.pk).recorded["final_deadline"])
    yield Step("服务器时钟", "最后报价截止", lambda: None, state="final_deadline")


def quote(cast: Cast, lot: Lot, who: Any) -> Any:
    """The supplier's final quote as its browser seals it."""
    return sealed.quote(cast, Lot.objects.get(pk=lot.pk), who, sealed.offer(who, OFFERS[who.username][1]))


def quoted(stage: Stage, cast: Cast, lot: Lot, quoting: list[str]) -> Script:
    """Every supplier but one unlocks, two trustees release the second round's keys, all quotes are public together."""
    for username in quoting[:-1]:
        yield Step("供应商", "解密最后报价", lambda w=cast[username]: sealed.unlock_quote(cast, lot, w))
    for trustee in list(cast.trustees)[1:3]:
        yield Step(
            "受托人", "交出最后报价的密钥", lambda t=trustee: shared.release(cast, lot, t, lot.final_ref)
        )  # fmt: skip
    yield Step(
        "交易中心", "公布最后报价",
        lambda: quotes.quotes_disclose(lot_id=lot.pk, actor=cast["operator"].actor), state="disclosed",
    )  # fmt: skip
