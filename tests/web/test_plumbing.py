"""htmx, refusals, error pages, taste, reports, health."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from platform_site.web.models import CspReport

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_an_htmx_request_gets_the_partial(client):
    assert client.get("/either/", headers=HTMX).content == b"partial"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_a_restored_page_get_the_whole_page(client, header):
    assert client.get("/either/", headers={**HTMX, header: "true"}).content == b"page"


def test_an_answer_that_may_be_a_partial_varies_on_the_headers_it_was_chosen_by(client):
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(
        client.get("/either/").headers["Vary"].split(", ")
    )


def test_a_page_that_is_never_a_partial_does_not_vary_on_htmx(client):
    assert "HX-Request" not in client.get("/about/").headers.get("Vary", "")


def test_a_refusal_is_a_409_page_with_every_reason_and_its_article(client):
    response = client.get("/refuse/")

    text = response.content.decode()
    assert response.status_code == 409
    assert "等标期不足 20 日" in text
    assert "少于 3 家，不得开标" in text
    assert "最短不得少于二十日" in text


def test_a_refused_htmx_request_gets_the_refusal_alone_and_leaves_its_target_as_it_was(client):
    response = client.post("/refuse/", headers=HTMX)

    assert response.status_code == 409
    assert b"<html" not in response.content
    assert response.headers["HX-Retarget"] == "#refusal"


def test_a_refused_machine_gets_codes_facts_and_the_same_words(client):
    found = client.get("/api/refuse/").json()["violations"]

    assert [one["code"] for one in found] == ["period.too_short", "bids.too_few"]
    assert found[1]["facts"] == {"have": 2, "need": 3}
    assert found[0]["remedy"]["field"] == "bid_deadline"
    assert "还差 7 日" in found[0]["text"]
    assert "<" not in found[0]["text"]


@pytest.mark.rule("ENG-21")
def test_a_refused_request_leaves_no_line_in_the_log(client, caplog):
    """Before the opening it would say that somebody tried to ask or to file for a lot."""
    client.get("/no-such-page/")

    assert [record.getMessage() for record in caplog.records if "no-such-page" in record.getMessage()] == []


def test_a_missing_page_is_a_404_in_the_frame(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "没有这一页" in response.content.decode()


def test_a_forbidden_act_is_a_403_that_says_whose_act_it_is(client):
    response = client.get("/forbid/")

    assert response.status_code == 403
    assert "其他职责的人员办理" in response.content.decode()


def test_a_crash_is_a_500_that_blames_nobody_else_and_needs_nothing():
    response = Client(raise_request_exception=False).get("/crash/")

    assert response.status_code == 500
    assert "这是平台的问题" in response.content.decode()


def test_a_stale_form_is_told_so():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in/", {})

    assert response.status_code == 403
    assert "已经过期" in response.content.decode()


def test_the_theme_cookie_is_written_into_the_page_by_the_server(client):
    client.cookies["gz-theme"] = "dark"
    client.cookies["gz-size"] = "large"

    text = client.get("/about/").content.decode()

    assert '<html lang="zh-CN" data-bs-theme="dark" data-gz-theme="dark" data-gz-size="large"' in text


def test_a_made_up_theme_counts_as_none(client):
    client.cookies["gz-theme"] = '"><script>'

    assert 'data-bs-theme="light" data-gz-theme="auto"' in client.get("/about/").content.decode()


def test_taste_is_kept_and_leads_back_to_the_page_it_was_asked_on(client):
    response = client.post("/taste/", {"theme": "dark"}, headers={"Referer": "http://testserver/rules/?q=1"})

    assert response.headers["Location"] == "/rules/?q=1"
    assert response.cookies["gz-theme"].value == "dark"


@pytest.mark.parametrize("referer", ["http://elsewhere.example/rules/", "http://testserver//elsewhere.example/", ""])
def test_taste_never_leads_to_another_site(client, referer):
    response = client.post("/taste/", {"size": "large"}, headers={"Referer": referer})

    assert response.headers["Location"] == "/"


def test_taste_needs_no_session_and_asks_for_none(client):
    assert "sessionid" not in client.post("/taste/", {"size": "large"}).cookies


def test_a_public_page_sets_no_cookie(client):
    assert not client.get("/rules/").cookies


@pytest.mark.parametrize(
    "body",
    [
        {"csp-report": {"document-uri": "http://x/", "violated-directive": "script-src", "blocked-uri": "inline"}},
        [
            {
                "type": "csp-violation",
                "body": {"documentURL": "http://x/", "effectiveDirective": "script-src", "blockedURL": "inline"},
            }
        ],
    ],
)
def test_a_policy_report_is_kept_in_either_form(client, body):
    response = client.post("/csp-report/", json.dumps(body), content_type="application/csp-report")

    assert response.status_code == 204
    assert str(CspReport.objects.get()) == "script-src inline on http://x/"


@pytest.mark.parametrize("body", ["", "x", "[]x", '{"a": 1}', "7", "x" * 20_000])
def test_what_is_not_a_report_is_a_400_and_leaves_nothing(client, body):
    response = client.post("/csp-report/", body, content_type="application/csp-report")

    assert response.status_code == 400
    assert not CspReport.objects.exists()


def test_reports_cannot_fill_the_disk(client):
    CspReport.KEPT, kept = 3, CspReport.KEPT
    try:
        for number in range(8):
            body = {"csp-report": {"document-uri": str(number), "blocked-uri": "x" * 5000}}
            client.post("/csp-report/", json.dumps(body), content_type="application/csp-report")
    finally:
        CspReport.KEPT = kept

    assert [report.document for report in CspReport.objects.all()] == ["7", "6", "5"]
    assert len(CspReport.objects.first().blocked) == 300


def test_health_says_ready_and_how_far_the_clocks_are_apart(client):
    body = client.get("/health/").json()

    assert body["ready"] is True
    assert body["clock_skew_ms"] < 100


def test_one_request_sees_one_clock(client, django_assert_num_queries, at):
    at(datetime(2026, 11, 24, 1, 42, tzinfo=UTC))

    with django_assert_num_queries(1):
        text = client.get("/rules/ENG-10/").content.decode()

    assert 'data-now="2026-11-24T09:42:00+08:00"' in text
