"""What the portal's own scripts do, seen from outside."""

import pytest

from platform_site.web.models import CspReport

pytestmark = pytest.mark.browser


def test_the_switch_turns_the_page_dark_at_once_and_the_server_remembers(served, page):
    page.goto(f"{served}/about/")

    with page.expect_response("**/taste/"):
        page.click(".gz-top .gz-taste [data-act=theme]")

    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert 'data-bs-theme="dark"' in page.request.get(f"{served}/about/").text()


def test_a_device_that_likes_the_dark_gets_it_before_the_first_paint(served, browser):
    context = browser.new_context(color_scheme="dark")
    window = context.new_page()

    window.goto(f"{served}/about/")

    assert window.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    context.close()


def test_large_type_scales_everything(served, page):
    page.goto(f"{served}/about/")
    before = page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")

    page.click(".gz-top .gz-taste [data-act=size]")

    assert float(page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")[:-2]) > float(before[:-2])


def test_a_refused_htmx_post_shows_the_reasons_and_keeps_what_was_typed(served, page):
    page.goto(f"{served}/post-refused/")
    page.fill("[name=amount]", "4711")

    page.click("button.btn >> text=报价")
    page.wait_for_selector("#refusal .gz-refusal")

    assert page.input_value("[name=amount]") == "4711"
    assert page.inner_text("#out") == "原样"


def test_the_way_out_fills_the_field(served, page):
    page.goto(f"{served}/bench/")
    wanted = page.get_attribute("[data-act=fill]", "data-value")

    page.click("[data-act=fill]")

    assert page.input_value("[name=bid_deadline]") == wanted


def test_when_a_countdown_reaches_zero_the_server_is_asked_what_follows(served, page):
    page.goto(f"{served}/live/")

    page.wait_for_selector("#after")

    assert page.inner_text("#after") == "已开标"


def test_the_countdown_runs_on_the_servers_clock_not_on_the_devices(served, browser):
    context = browser.new_context()
    window = context.new_page()
    window.clock.set_fixed_time("2031-01-01T00:00:00Z")

    window.goto(f"{served}/live/")

    assert window.inner_text("#count").startswith("00:00:0")
    context.close()


def test_filters_stand_open_on_a_desk_and_folded_on_a_phone(served, page):
    page.goto(f"{served}/rules/")
    assert page.is_visible("[name=domain]")

    page.set_viewport_size({"width": 390, "height": 844})

    page.wait_for_function("!document.querySelector('details.gz-fold').open")


def test_a_chosen_filter_answers_with_the_rows_and_a_new_address(served, page):
    page.goto(f"{served}/rules/")

    with page.expect_response(lambda response: "domain=CMP" in response.url):
        page.check("[name=domain][value=CMP]")
    page.wait_for_selector("#d-CMP")

    assert "domain=CMP" in page.url
    assert not page.query_selector("#d-ENG")


def test_the_rule_search_works_without_script(served, browser):
    context = browser.new_context(java_script_enabled=False)
    window = context.new_page()
    window.goto(f"{served}/rules/")

    window.fill("#q", "等标期")
    window.click("form[data-auto] button")

    assert "ENG-10" in window.inner_text("#rows")
    context.close()


def test_a_breach_of_the_policy_is_blocked_and_reported(served, browser):
    context = browser.new_context()
    window = context.new_page()

    with window.expect_request("**/csp-report/"):
        window.goto(f"{served}/breach/")

    assert window.title() == "x"
    for _ in range(50):
        if CspReport.objects.exists():
            break
        window.wait_for_timeout(100)
    assert CspReport.objects.get().directive.startswith("script-src")
    context.close()
