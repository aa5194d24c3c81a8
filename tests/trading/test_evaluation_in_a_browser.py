"""A member at work in a real browser: marks save themselves, what fails stays typed, every page is accessible."""

import pytest
from django.test import Client

from platform_site import clock
from platform_site.accounts.actors import Actor
from tests.browser_checks import Watched, assert_no_csp_reports
from tests.trading.stage import assembled
from tests.web.serving import serving
from trading.models import Lot, ReviewMark, ScoreMark
from trading.rehearsal import engineering_open
from trading.services import evaluations, reports
from trading.services.committees import members_of

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(fresh_db, play_until):
    """A lot under evaluation, its cast and clock."""
    cast = assembled()
    played = play_until(cast, "evaluating")
    return cast, played, Lot.objects.select_related("tender").get()


@pytest.fixture
def origin(stage):
    _, played, _ = stage
    with serving() as where, clock.at(played.now):
        yield where


def base(lot):
    return f"/work/lots/{lot.reference}/evaluation/"


def enter(page, origin, user):
    """The window is the user's."""
    client = Client()
    client.force_login(user)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": origin}])


def open_sheet(page, origin, lot, n=0):
    bid = evaluations.bids_of(lot)[n]
    enter(page, origin, members_of(lot.committee)[0].user)
    page.goto(f"{origin}{base(lot)}room/{bid.pk}/")
    page.wait_for_load_state("networkidle")


def test_marks_save_themselves_and_are_shown_as_they_were_understood(stage, origin, page):
    _, _, lot = stage
    open_sheet(page, origin, lot)

    page.fill('[name="s1-points"]', "２２．５")
    page.press('[name="s1-points"]', "Tab")
    page.wait_for_selector("#s1-mark:has-text('已保存')")
    page.fill('[name="s2-points"]', "10")
    page.press('[name="s2-points"]', "Tab")
    page.wait_for_selector("#total:has-text('32.50')")
    page.check('[name="r1-answer"][value="yes"]')
    page.wait_for_selector("#r1-mark:has-text('已保存')")

    assert page.input_value('[name="s1-points"]') == "22.50"
    assert sorted(str(mark.points) for mark in ScoreMark.objects.all()) == ["10.00", "22.50"]
    assert ReviewMark.objects.get().passed


def test_a_refused_number_stays_typed_beside_the_reason(stage, origin, page):
    _, _, lot = stage
    open_sheet(page, origin, lot)

    page.fill('[name="s1-points"]', "25.01")
    page.press('[name="s1-points"]', "Tab")
    page.wait_for_selector("#s1-said :text('评分超出分值范围')")

    assert page.input_value('[name="s1-points"]') == "25.01"
    assert "没有保存" in page.inner_text("#s1-mark")
    page.fill('[name="s1-points"]', "25")
    page.press('[name="s1-points"]', "Tab")
    page.wait_for_selector("#s1-mark:has-text('已保存')")
    assert page.inner_text("#s1-said") == ""


def test_a_number_that_never_reached_the_server_says_so_and_can_be_sent_again(stage, origin, page):
    _, _, lot = stage
    open_sheet(page, origin, lot)
    page.route("**/score/**", lambda route: route.abort())
    page.fill('[name="s1-points"]', "21")
    page.press('[name="s1-points"]', "Tab")
    page.wait_for_selector("#s1-mark:has-text('没有保存')")

    assert page.input_value('[name="s1-points"]') == "21"
    assert not ScoreMark.objects.exists()
    page.unroute("**/score/**")
    page.click("#s1-mark >> text=再试一次")
    page.wait_for_selector("#s1-mark:has-text('已保存')")
    assert str(ScoreMark.objects.get().points) == "21.00"


def test_a_failing_answer_opens_its_ground_and_reason_and_saves_with_them(stage, origin, page):
    _, _, lot = stage
    open_sheet(page, origin, lot)

    assert not page.is_visible('[name="r2-reason"]')
    page.check('[name="r2-answer"][value="no"]')
    page.wait_for_selector("#r2-mark:has-text('待写理由')")
    page.fill('[name="r2-reason"]', "项目经理注册专业不符")
    page.press('[name="r2-reason"]', "Tab")
    page.wait_for_selector("#r2-mark:has-text('已保存')")

    assert (ReviewMark.objects.get().ground, ReviewMark.objects.get().reason) == (3, "项目经理注册专业不符")


def test_without_script_a_sheet_is_posted_whole(stage, origin, browser):
    _, _, lot = stage
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_sheet(page, origin, lot)

    for line in ("r1", "r2", "r3"):
        page.check(f'[name="{line}-answer"][value="yes"]')
    for line, points in (("s1", "20"), ("s2", "12"), ("s3", "18")):
        page.fill(f'[name="{line}-points"]', points)
    page.click("text=保存本份")
    page.wait_for_load_state("networkidle")

    assert "已保存 6 项" in page.content()
    assert ScoreMark.objects.count() == 3
    context.close()


def test_every_page_of_an_evaluation_is_accessible_fits_and_keeps_the_policy(stage, origin, page):
    cast, _, lot = stage
    window, bids = Watched(page), evaluations.bids_of(lot)
    members = members_of(lot.committee)
    actors = [Actor("person", member.user.public_id) for member in members]
    question = evaluations.question_ask(
        lot_id=lot.pk, bid_id=bids[0].pk, text="大小写不一致，请确认。", actor=actors[0]
    )
    page.goto(f"{origin}/health/")
    asked = next(person for person in cast.people.values() if person.code == bids[0].subject.code)
    enter(page, origin, asked.user)
    window.check_everywhere(f"{origin}/work/lots/{lot.reference}/questions/")
    evaluations.question_answer(question_id=question.pk, text="以大写为准。", actor=asked.actor)
    enter(page, origin, cast["draw_officer"].user)
    window.check_everywhere(f"{origin}{base(lot)}")
    enter(page, origin, cast["agency"].user)
    window.check_everywhere(f"{origin}{base(lot)}")
    enter(page, origin, members[0].user)
    for tail in ("room/", f"room/{bids[0].pk}/", "room/document/", "room/questions/"):
        window.check_everywhere(f"{origin}{base(lot)}{tail}")
    for n, actor in enumerate(actors):
        engineering_open.assess(lot, bids, actor, n)
    report = reports.report_draft(lot_id=lot.pk, actor=actors[0])
    window.check_everywhere(f"{origin}{base(lot)}report/")
    for actor in actors:
        reports.report_sign(lot_id=lot.pk, digest=report.digest, actor=actor)
    reports.report_submit(lot_id=lot.pk, actor=actors[0])
    enter(page, origin, cast["agency"].user)
    window.check_everywhere(f"{origin}{base(lot)}report/")

    assert_no_csp_reports()
