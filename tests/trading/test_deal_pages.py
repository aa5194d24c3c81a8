"""After a live auction's end: confirmation or no deal, contract, settlement; each by whom the book names."""

from datetime import timedelta

import pytest
from django.test import Client

from platform_site.ledger.models import Entry
from tests.trading.public_side import followed
from tests.trading.stage import played, signed_in, standing_at
from trading.services import ticks

pytestmark = pytest.mark.django_db


def said(answer) -> str:
    return answer.content.decode()


last_call = standing_at("last_call", "low_offer", "land.listing")


@pytest.fixture
def closed(scene, at):
    """After `last_call`: one bidder offered above the start price; nobody went on."""
    ends = scene.again().recorded["call_ends"]
    ticks.tick(until=ends)
    at(ends + timedelta(minutes=1))
    return scene


@last_call
def test_the_bench_leads_to_the_confirmation(closed):
    grantor = signed_in(closed.cast, "grantor")

    text = said(grantor.get(closed.url()))
    assert closed.url("acts/award/") in text
    assert closed.url("hall/") in text
    assert "评标、定标与合同" not in text
    page = said(grantor.get(closed.url("acts/award/")))
    assert "52,000,000.00 元" in page


@last_call
def test_the_deal_is_confirmed_and_the_contract_follows_it(closed):
    grantor = signed_in(closed.cast, "grantor")

    assert grantor.post(closed.url("acts/award/")).status_code == 302
    assert closed.again().state == "awarded"
    assert "云泽恒岳建设集团有限公司" in said(grantor.get(closed.url("results/")))
    assert grantor.get(closed.url("results/contract/")).headers["Location"].endswith("acts/sign_contract/")

    differing = {"subject": closed.lot.title, "amount_cny": "51000000"}
    assert grantor.post(closed.url("acts/sign_contract/"), differing).status_code == 409
    assert closed.again().state == "awarded"
    form = {"subject": closed.lot.title, "amount_cny": "52,000,000"}
    assert grantor.post(closed.url("acts/sign_contract/"), form).status_code == 302
    assert closed.again().state == "contracted"


@last_call
def test_the_winner_finds_the_confirmation_on_its_page(closed):
    signed_in(closed.cast, "grantor").post(closed.url("acts/award/"))

    assert "成交确认书" in said(signed_in(closed.cast, "bidder1").get(closed.url("part/")))
    assert "letters/" not in said(signed_in(closed.cast, "bidder2").get(closed.url("part/")))


@last_call
def test_with_an_offer_that_binds_it_is_not_declared_unsold(closed):
    answer = signed_in(closed.cast, "grantor").post(closed.url("acts/fail_unsold/"))

    assert answer.status_code == 409
    assert closed.again().state == "closed"


@pytest.mark.parametrize("verb", ["award", "fail_unsold", "sign_contract", "settle"])
@pytest.mark.parametrize("who", ["bidder1", "bidder5", "supervisor", "initiator", "operator"])
@last_call
def test_nobody_else_ends_it(closed, who, verb):
    client, before = signed_in(closed.cast, who), Entry.objects.count()

    assert client.get(closed.url(f"acts/{verb}/")).status_code == 404
    assert client.post(closed.url(f"acts/{verb}/")).status_code == 404
    assert Entry.objects.count() == before


def test_a_tender_knows_none_of_these_pages(stage_cast, at):
    scene = played(stage_cast, "publicity")
    at(scene.stage.now)
    agency = signed_in(scene.cast, "agency")

    for verb in ("award", "fail_unsold", "sign_contract", "settle"):
        assert agency.get(scene.url(f"acts/{verb}/")).status_code == 404
    assert agency.get(scene.url("results/award/")).status_code == 200


def test_the_centre_settles_an_equity_deal_once_all_is_paid(stage_cast, at):
    scene = played(stage_cast, "contracted", procedure="equity.transfer", variant="single")
    at(scene.stage.now + timedelta(days=1))
    operator = signed_in(scene.cast, "operator")
    assert scene.url("acts/settle/") in said(operator.get(scene.url()))

    short = operator.post(scene.url("acts/settle/"), {"paid_cny": "85999999.99"})
    assert short.status_code == 409
    assert "85999999.99" in said(short)
    assert said(short).count("价款没有付清，不能出具交易凭证") == 1, "a refusal is said once"
    assert signed_in(scene.cast, "transferor").get(scene.url("acts/settle/")).status_code == 404
    assert operator.post(scene.url("acts/settle/"), {"paid_cny": "86000000"}).status_code == 302

    assert scene.again().state == "settled"
    deal = said(operator.get(scene.url("results/")))
    assert "归档" in deal
    assert "受让方" in deal
    assert "买受人" not in deal
    assert "winner" in scene.again().party_roles(scene.cast["bidder1"].actor)
    followed()
    public = said(Client().get(f"/trades/{scene.lot.tender.reference}/{scene.lot.number}/"))
    assert "合同摘要" in public
    assert "尚未订立合同" not in public
    assert "代理机构归档" not in public, "the project has none"
