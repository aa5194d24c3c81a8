"""政府采购询价, from registration to archive: the same acts under another book."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trading.models import Lot
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.casting import countersign, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import awards, documents, tenders

TERMS: dict[str, Any] = {
    "method": "lowest",
    "criteria": [],
    "reviews": [{"key": "responsive", "title": "实质性响应询价通知书", "ground": 6}],
    "committee": {"members": 3, "experts": 2, "specialties": ["A08"]},
    "candidates": 3,
}
VARIANTS = {"happy": "正常完成，最低报价成交", "too_few": "响应供应商只有两家，采购失败"}
PRICES = {"bidder1": "386000", "bidder2": "379500", "bidder3": "392000"}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life of one inquiry."""
    assert variant in VARIANTS
    buyer = cast["purchaser"]
    tender = yield Step(
        "采购人",
        "登记采购项目",
        lambda: tenders.tender_register(
            procedure="procurement.inquiry",
            trade_category="D01",
            title="泽安市第三中学教室空调采购",
            region_code="990100",
            region_name="泽安市",
            initiator=cast.subjects["purchaser"],
            centre=cast.subjects["centre"],
            authority=cast.subjects["authority"],
            kind="goods",
            actor=buyer.actor,
            lots=[
                {
                    "title": "泽安市第三中学教室空调采购",
                    "scope": "壁挂式空调 80 台，含安装。",
                    "ceiling_cny": Decimal("400000.00"),
                    "terms": TERMS,
                }
            ],
        ),
        state="registered",
    )
    lot = tender.lots.get(number=1)
    publish = stage.at(stage.now + timedelta(days=1), 9)
    yield Step(
        "采购人",
        "编制询价公告",
        lambda: tenders.lot_shape(
            lot_id=lot.pk,
            actor=buyer.actor,
            moments={"notice_at": publish, "documents_from": publish, "bid_deadline": publish + timedelta(days=7)},
        ),
    )
    yield Step(
        "采购人",
        "约定受托人",
        lambda: tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast)[1:], k=2, actor=buyer.actor),
    )
    yield Step("受托人", "会签密钥集", lambda: countersign(cast, lot.ledger_ref))
    yield Step(
        "采购人", "提交询价公告", lambda: tenders.notice_schedule(lot_id=lot.pk, actor=buyer.actor), state="scheduled"
    )
    stage.to(publish)
    yield Step("服务器时钟", "到点发布询价公告", lambda: None, state="bidding")
    for username in list(PRICES)[: 2 if variant == "too_few" else 3]:
        who = cast[username]
        yield Step(
            "供应商",
            "获取询价通知书",
            lambda w=who: documents.documents_obtain(lot_id=lot.pk, actor=w.actor, user_id=w.pk),
        )
        yield Step(
            "供应商",
            "加密递交响应文件",
            lambda w=who: sealed.file(cast, Lot.objects.get(pk=lot.pk), w, sealed.offer(w, PRICES[w.username])),
        )
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"])
    yield Step("服务器时钟", "响应截止", lambda: None, state="deadline")
    if variant == "too_few":
        yield from shared.failed(stage, cast, lot)
        return
    lot = Lot.objects.get(pk=lot.pk)
    yield from shared.opened(stage, cast, lot, trustees=2, skip=1)
    yield from shared.evaluated(stage, cast, lot, initiator="purchaser", host="operator")
    yield Step(
        "采购人",
        "发出成交通知书并公告结果",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=buyer.actor),
        state="awarded",
    )
    yield from shared.finished(stage, cast, lot, initiator="purchaser")
