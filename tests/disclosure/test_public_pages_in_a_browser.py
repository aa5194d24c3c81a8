"""The public pages with real trades, in the dark and in large type, on paper, without their bars. One of each make;
tests.frame goes through every route and stage at two widths."""

import json

import pytest

from tests.browser_checks import PHONE, Watched, assert_no_csp_reports, dressed
from tests.web.serving import serving
from trading.models import Bid, Notice

pytestmark = pytest.mark.browser


@pytest.fixture
def origin(province):
    """The public face, served."""
    with serving() as found:
        yield found


@pytest.mark.parametrize("life", ["objected", "failed"])
def test_a_trade_page_is_accessible_fits_and_keeps_the_policy(origin, province, page, life):
    window = Watched(page)
    page.goto(f"{origin}/health/")

    window.check_everywhere(origin + province[life])

    assert_no_csp_reports()


@pytest.mark.parametrize("path", ["/trades/?q=空调&period=all", "/deals/"])
def test_a_list_is_accessible_fits_and_keeps_the_policy(origin, page, path):
    window = Watched(page)
    page.goto(f"{origin}/health/")

    window.check_everywhere(origin + path)


@pytest.mark.parametrize("kind", ["tender", "opening", "candidates", "award"])
def test_a_paper_fits_a_phone(origin, page, kind):
    window = Watched(page)
    notice = Notice.objects.filter(state="published", kind=kind).select_related("lot__tender").first()
    page.goto(f"{origin}/health/")

    with dressed(page, size=PHONE, theme="dark"):
        window.goto(f"{origin}/trades/{notice.lot.reference}/notices/{notice.pk}/")
        window.check()


def test_a_receipt_handed_in_is_answered_on_a_page_that_fits_a_phone(origin, page):
    window = Watched(page)
    promise = Bid.objects.exclude(promise={}).first().promise
    for size in (PHONE, {"width": 1440, "height": 900}):
        with dressed(page, size=size, theme="light"):
            window.goto(f"{origin}/verify/")
            page.click("summary:has-text('手中只有文字')")
            page.fill("#promise", json.dumps(promise))
            page.click("#promise ~ p button")
            window.check()

    assert "是本平台签发的回执" in page.inner_text("main")


def test_on_paper_bars_and_buttons_vanish(origin, province, page):
    page.goto(origin + province["archived"])

    page.emulate_media(media="print")

    for gone in (".gz-top", ".gz-foot", ".gz-subnav", ".gz-demo", ".btn"):
        assert not page.is_visible(gone), gone
    assert page.is_visible("#notices")


def test_a_phone_shows_the_last_the_present_and_the_next_stage_and_the_rest_on_demand(origin, province, page):
    page.set_viewport_size(PHONE)
    page.goto(origin + province["objected"])

    assert [el.inner_text().split("\n")[0] for el in page.query_selector_all(".gz-stages li") if el.is_visible()] == [
        "评标",
        "候选人公示",
        "中标通知",
    ]
    page.check(".gz-stages-more input", force=True)
    assert sum(el.is_visible() for el in page.query_selector_all(".gz-stages li")) == 9


def test_the_list_turns_filters_and_comes_back(origin, page):
    page.goto(f"{origin}/trades/?period=all")

    with page.expect_response(lambda response: "kind=end" in response.url):
        page.check("[name=kind][value=end]")
    page.wait_for_selector(".gz-chip")
    assert "失败" in page.inner_text(".gz-list")

    page.go_back()
    page.wait_for_selector(".gz-list")
    assert "kind=end" not in page.url
