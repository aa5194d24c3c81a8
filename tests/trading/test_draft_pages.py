"""Every procedure registered, drafted and published through the pages, in the words of its own law."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from platform_site.clock import CHINA
from tests.trading.stage import START, signed_in
from trading.draftforms import draft_of, shaped, stored
from trading.models import Lot, Tender
from trading.offered import offered
from trading.rehearsal import (
    equity_transfer,
    land_listing,
    mining_listing,
    procurement_consultation,
    procurement_inquiry,
    procurement_open,
)
from trading.rehearsal.casting import countersign, trustees_of
from trading.services import tenders

HTMX = {"HTTP_HX_REQUEST": "true"}
DAY = timedelta(days=1)
NOTICE = datetime(2026, 3, 11, 9, tzinfo=CHINA)
# procedure: who registers it, what is typed into each step beyond what registering left, the notice's title.
SALE = {"start_price_cny": "50000000", "increment_cny": "500000", "bond_cny": "10000000"}
SEATS = {"members": "3", "experts": "2", "specialties": "A08"}
SCORES = {
    "criteria-0-key": "technical", "criteria-0-title": "技术", "criteria-0-points": "40",
    "criteria-1-key": "business", "criteria-1-title": "商务", "criteria-1-points": "20",
    "criteria-2-key": "price", "criteria-2-title": "报价", "criteria-2-points": "40",
}  # fmt: skip
REVIEWED = {"reviews-0-key": "responsive", "reviews-0-title": "实质性响应", "reviews-0-ground": "6"}
LIVES = {
    "procurement.inquiry": ("purchaser", {
        "method": {**SEATS, **REVIEWED, "candidates": "3", "preference_small": "10", "preference_domestic": "20"},
        "times": {"notice_at": NOTICE, "documents_from": NOTICE, "bid_deadline": NOTICE + 7 * DAY},
    }, "询价公告"),
    "procurement.open": ("purchaser", {
        "method": {**SEATS, "members": "5", "experts": "4", **REVIEWED, **SCORES, "candidates": "3"},
        "times": {
            "notice_at": NOTICE, "documents_from": NOTICE, "documents_until": NOTICE + 16 * DAY,
            "bid_deadline": NOTICE + 23 * DAY, "validity_days": "90",
        },
    }, "公开招标公告"),
    "procurement.consultation": ("purchaser", {
        "method": {**SEATS, **REVIEWED, **SCORES, "candidates": "3"},
        "times": {
            "notice_at": NOTICE, "documents_from": NOTICE, "documents_until": NOTICE + 9 * DAY,
            "bid_deadline": NOTICE + 13 * DAY,
        },
    }, "竞争性磋商公告"),
    "land.listing": ("grantor", {
        "price": SALE,
        "times": {"notice_at": NOTICE, "listing_from": NOTICE + 24 * DAY, "listing_until": NOTICE + 40 * DAY},
    }, "挂牌出让公告"),
    "mining.listing": ("grantor", {
        "price": SALE,
        "times": {"notice_at": NOTICE, "listing_from": NOTICE + 34 * DAY, "listing_until": NOTICE + 61 * DAY},
    }, "挂牌出让公告"),
    "equity.transfer": ("transferor", {
        "price": {**SALE, "valuation_cny": "50000000", "way": "multi_round", "bidding_minutes": "30"},
        "times": {"notice_at": NOTICE, "disclosure_until": NOTICE + 34 * DAY, "bidding_from": NOTICE + 41 * DAY},
    }, "产权转让公告"),
    "catalogued.listing": ("grantor", {
        "price": SALE,
        "times": {"notice_at": NOTICE, "listing_from": NOTICE + 14 * DAY, "listing_until": NOTICE + 30 * DAY},
    }, "挂牌交易公告"),
}  # fmt: skip
PLAYED = {
    "procurement.inquiry": procurement_inquiry.TERMS,
    "procurement.open": {**procurement_open.TERMS, "adjustments": procurement_open.PREFERENCES},
    "procurement.consultation": procurement_consultation.TERMS,
    "land.listing": land_listing.TERMS,
    "mining.listing": mining_listing.land_listing.TERMS,
    "equity.transfer": equity_transfer.TERMS,
    "catalogued.listing": land_listing.TERMS,
}


@pytest.fixture
def cast(stage_cast, db, files, at):
    at(START)
    return stage_cast


def typed(values):
    """Values as they are typed."""
    return {name: f"{v:%Y-%m-%d %H:%M}" if isinstance(v, datetime) else v for name, v in values.items()}


def registered(cast, procedure, who, **change):
    """The project stands, registered through its form."""
    client = signed_in(cast, who)
    page = client.get("/work/register/", {"procedure": procedure})
    assert page.status_code == 200
    form = page.context["form"]
    said = {
        "procedure": procedure, "side": "initiator", "other_code": "", "title": "一个新项目",
        "trade_category": form.fields["trade_category"].choices[0][0], "centre": cast.subjects["centre"].code,
        "region_name": "泽安市", "kind": "goods", "approval_number": "泽国资〔2026〕8号",
        "approval_authority": "泽安市",
        "lots-TOTAL_FORMS": "1", "lots-INITIAL_FORMS": "0", "lots-0-title": "一个标的", "lots-0-scope": "说明",
        "lots-0-ceiling_cny": "400000", **change,
    }  # fmt: skip
    answer = client.post("/work/register/", said)
    assert answer.status_code == 302, answer.content.decode()
    return client, Lot.objects.select_related("tender").get(tender__title="一个新项目", number=1)


def address(lot, tail):
    """A page of the draft."""
    return f"/work/lots/{lot.tender.reference}/{lot.number}/draft/{tail}"


def foreign(page, lot):
    """Words of tendering on a page of another law, which calls its notice by its own name."""
    html = page.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert f"编制{lot.procedure.draft.notice}" in main
    return {word for word in ("招标人", "中标候选人", "评标办法", "标段") if word in main}


@pytest.mark.parametrize("procedure", LIVES)
def test_a_project_is_registered_drafted_and_published_in_the_words_of_its_law(cast, at, procedure):
    who, steps, notice = LIVES[procedure]
    client, lot = registered(cast, procedure, who)
    for step in lot.procedure.draft.steps:
        assert foreign(client.get(address(lot, f"{step.slug}/")), lot) == set(), step.slug
        if said := steps.get(step.slug):
            answer = client.post(address(lot, f"{step.slug}/"), {**typed(said), "next": "1"})
            assert answer.status_code == 302, (step.slug, answer.content.decode())
    if lot.procedure.draft.offered:
        tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast)[1:], k=2, actor=cast[who].actor)
        for ref in filter(None, (lot.ledger_ref, lot.final_ref)):
            countersign(cast, ref)
    review = client.get(address(lot, "review/"))
    assert [check.title for check in review.context["missing"]] == []

    assert client.post(address(lot, "submit/")).status_code == 302
    at(NOTICE)
    published = tenders.notice_publish(lot_id=lot.pk)

    assert published.title.endswith(notice)
    assert client.get(f"/work/lots/{lot.reference}/notices/{published.pk}/").status_code == 200


@pytest.mark.parametrize("procedure", LIVES)
def test_every_term_a_rehearsal_relies_on_can_be_typed(procedure):
    lot = Lot(tender=Tender(procedure=procedure), terms=PLAYED[procedure])

    said = {name: value for step in draft_of(lot).steps for name, value in stored(lot, step).items()}
    lot.terms = dict(lot.procedure.draft.first)
    for step in draft_of(lot).steps:
        mine = {name: said[name] for name in step.form.base_fields if said[name] is not None}
        lot.terms = {**lot.terms, **shaped(lot, step, mine)["terms"]}

    assert {name: lot.terms.get(name) for name in PLAYED[procedure]} == PLAYED[procedure]


@pytest.mark.parametrize(
    ("procedure", "name", "value", "said"),
    [
        ("procurement.inquiry", "preference_small", "25", "应当在 <b>10%</b> 至 <b>20%</b> 之间"),
        ("procurement.open", "preference_domestic", "10", "应当为 <b>20%</b>"),
        ("land.listing", "bond_cny", "100", "竞买保证金"),
        ("equity.transfer", "start_price_cny", "100", "下限"),
    ],
)
def test_what_the_law_refuses_stands_at_the_field_and_is_mended_by_one_click(cast, procedure, name, value, said):
    client, lot = registered(cast, procedure, LIVES[procedure][0])
    for slug, more in LIVES[procedure][1].items():
        client.post(address(lot, f"{slug}/"), typed(more))

    html = client.post(address(lot, f"field/{name}/"), {name: value}, **HTMX).content.decode()

    block = html[: html.index("hx-swap-oob")]
    assert said in block
    assert "gz-refusal" in block
    if procedure.startswith("procurement"):
        assert 'name="fix"' in block


def test_the_earliest_lawful_moment_stands_under_a_time_still_to_be_set(cast):
    client, lot = registered(cast, "land.listing", "grantor")

    html = client.post(address(lot, "field/notice_at/"), {"notice_at": "2026-03-11 09:00"}, **HTMX).content.decode()

    assert "最早可以定在" in html
    assert "不少于 20 日" in html


def test_each_procedure_is_registered_by_whom_its_law_names(cast):
    client = signed_in(cast, "grantor")

    for _, found in offered():
        for procedure in found:
            page = client.get("/work/register/", {"procedure": procedure.id})
            assert page.context["form"].fields["side"].choices[0] == ("initiator", procedure.initiator)


def test_a_procedure_nobody_offers_registers_nothing(cast):
    answer = signed_in(cast, "grantor").post("/work/register/", {"procedure": "land.lottery", "title": "甲"})

    assert answer.status_code == 422
    assert "没有这种交易方式" in answer.content.decode()
    assert not Tender.objects.exists()


def test_a_preference_taken_out_again_is_gone(cast):
    client, lot = registered(cast, "procurement.inquiry", "purchaser")
    client.post(address(lot, "field/preference_small/"), {"preference_small": "10"}, **HTMX)
    assert Lot.objects.get(pk=lot.pk).terms["adjustments"][0]["value"] == str(Decimal("0.1"))

    client.post(address(lot, "field/preference_small/"), {"preference_small": ""}, **HTMX)

    assert Lot.objects.get(pk=lot.pk).terms["adjustments"] == []
