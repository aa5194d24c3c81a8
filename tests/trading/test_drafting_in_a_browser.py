"""A purchaser on a phone and a grantor at a desk register, draft and publish; the reserve is sealed in the browser."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from platform_site import clock
from platform_site.clock import CHINA
from platform_site.ledger.models import Entry
from tests.browser_checks import DESK, PHONE
from tests.trading.served import Portal, demo_key
from trading.models import Lot, Reserve
from trading.rehearsal.casting import countersign
from trading.rehearsal.land_listing import lawful
from trading.services import reserves, ticks

pytestmark = pytest.mark.browser


def typed(page: Any, **fields: Any) -> None:
    """Each field is typed into and left, so that it is kept and judged."""
    for name, value in fields.items():
        box = page.locator(f'[name="{name}"]')
        box.fill(f"{clock.china(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value)
        with page.expect_response(lambda answer: "/draft/field/" in answer.url):
            box.press("Tab")


def registered(portal: Portal, window: Any, procedure: str, title: str, **fields: str) -> Lot:
    """The project stands, registered at the form of its procedure."""
    window.goto(f"{portal.url}/work/register/?procedure={procedure}")
    centre = portal.scene.cast.subjects["centre"].code
    window.select_option('[name="centre"]', centre)
    for name, value in {"title": title, "lots-0-title": title, **fields}.items():
        window.fill(f'[name="{name}"]', value)
    window.get_by_role("button", name="登记", exact=True).click()
    window.wait_for_url("**/draft/project/")
    return Lot.objects.select_related("tender").get(title=title)


def address(portal: Portal, lot: Lot, tail: str) -> str:
    """A page of the lot's workbench."""
    return f"{portal.url}/work/lots/{lot.tender.reference}/{lot.number}/{tail}"


def agreed(portal: Portal, window: Any, lot: Lot) -> None:
    """Trustees are agreed at the panel and countersign, as their agents do by themselves."""
    window.goto(address(portal, lot, "draft/files/"))
    own = window.get_by_role("checkbox", name="江北水务")
    if own.count():
        own.uncheck()
    window.select_option('[name="k"]', "2")
    window.get_by_role("button", name="约定受托人").click()
    window.get_by_text("密钥集指纹").wait_for()
    countersign(portal.scene.cast, lot.ledger_ref)


def published(portal: Portal, window: Any, lot: Lot) -> str:
    """Submitted at the last step, out at its minute; the notice's page as it reads."""
    window.goto(address(portal, lot, "draft/review/"))
    window.get_by_role("button", name="提交，到时自动发布").click()
    window.wait_for_url(f"**/{lot.number}/")
    at = Lot.objects.get(pk=lot.pk).recorded["notice_at"]
    with clock.at(at):
        ticks.tick(until=at)
    notice = lot.notices.get(state="published")
    window.goto(address(portal, lot, f"notices/{notice.pk}/"))
    return window.locator("main").inner_text()


@pytest.mark.parametrize(
    "portal",
    [{"procedure": "land.listing", "variant": "low_offer", "milestone": "registered", "days": 0}],
    indirect=True,
)
def test_an_inquiry_from_a_phone_and_a_plot_with_its_reserve_from_a_desk(portal, page):
    morning = clock.machine().astimezone(CHINA).replace(hour=9, minute=0, second=0, microsecond=0)
    day = morning + timedelta(days=1)

    page.set_viewport_size(PHONE)
    portal.sign_in(page, "purchaser")
    lot = registered(portal, page, "procurement.inquiry", "第三中学空调采购", **{"lots-0-ceiling_cny": "400,000"})
    page.goto(address(portal, lot, "draft/method/"))
    typed(page, preference_small="25")
    page.locator("#f-preference_small .gz-refusal").get_by_role("button").click()
    page.locator("#f-preference_small .gz-refusal").wait_for(state="detached")
    typed(page, specialties="A08")
    page.goto(address(portal, lot, "draft/times/"))
    typed(page, notice_at=day, documents_from=day, bid_deadline=day + timedelta(days=12))
    agreed(portal, page, lot)
    text = published(portal, page, lot)
    assert "询价" in text
    assert "预算金额" in text
    assert "小微企业价格扣除" in text

    page.set_viewport_size(DESK)
    portal.sign_in(page, "grantor")
    lot = registered(portal, page, "land.listing", "JB-2026-19号宗地", **{"lots-0-scope": "商业用地，40 年"})
    page.goto(address(portal, lot, "draft/price/"))
    typed(page, start_price_cny="50,000,000", increment_cny="500,000", bond_cny="10,000,000")
    with page.expect_response(lambda answer: "/draft/field/reserve/" in answer.url):
        page.get_by_label("设有底价").check()
    opens = lawful(lot, "LND-03", day, day + timedelta(days=24))
    page.goto(address(portal, lot, "draft/times/"))
    typed(page, notice_at=day)
    page.get_by_text("最早可以定在").wait_for()
    typed(page, listing_from=opens, listing_until=lawful(lot, "LND-05", opens, opens + timedelta(days=16)))
    agreed(portal, page, lot)
    page.goto(address(portal, lot, "reserve/"))
    page.fill("#amount", "40,000,000")
    page.get_by_text("不起作用").wait_for()
    page.fill("#amount", "52,000,000")
    demo_key(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.get_by_role("button", name="密封底价").click()
    page.get_by_role("heading", name="重新密封").wait_for()
    assert not any("52000000" in body or "52,000,000" in body for body in sent)
    sealed = Reserve.objects.select_related("envelope").get(lot=lot)
    assert Entry.objects.get(event="reserve.sealed").facts["envelope"] == sealed.envelope.header_sha256

    text = published(portal, page, lot)
    assert "设有底价" in text
    assert "52,000,000" not in text

    for moment in ("listing_from", "listing_until", "call_ends"):
        at = Lot.objects.get(pk=lot.pk).recorded[moment]
        with clock.at(at):
            ticks.tick(until=at)
    page.goto(address(portal, lot, "reserve/"))
    demo_key(page)
    page.get_by_role("button", name="解密并公开").click()
    page.get_by_role("heading", name="52,000,000").wait_for()
    assert reserves.standing(Lot.objects.get(pk=lot.pk)).amount_cny == 52_000_000
