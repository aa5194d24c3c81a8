"""The report's pages: made from the marks, signed over one digest, read by whoever may, each as much as he may."""

import hashlib
import json
from decimal import Decimal

import pytest
from django.test import Client

from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.models import User
from platform_site.accounts.services.duties import duty_grant
from platform_site.ledger.models import Entry
from tests.trading import evaluation_world as w
from trading.kernel import contests
from trading.models import Report, ScoreMark, Signature
from trading.reportview import reading_of
from trading.services import evaluations, reports
from trading.services.committees import members_of


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, lambda: w.assess(w.evaluating())) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def url(world, tail=""):
    return f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/evaluation/{tail}"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def member(world, n=0):
    return browser(members_of(world.lot.committee)[n].user)


def drafted(world):
    return reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])


def sign(world, n, digest, **said):
    return member(world, n).post(url(world, "report/sign/"), {"digest": digest, "how": "agree", **said})


def supervisor(world, *, of="authority"):
    """An officer of the lot's authority, or of another body."""
    user = User.objects.create_user("officer", name="顾长风")
    duty_grant(user=user, duty="supervisor", subject_code=world.subjects[of].code, actor=CONSOLE)
    return browser(user)


# -- made, signed, handed in -------------------------------------------------------------------------------------------


def test_before_everybody_is_done_there_is_nothing_to_make_a_report_from(world):
    ScoreMark.objects.filter(member=members_of(world.lot.committee)[1], item="plan").delete()
    client = member(world)

    page = client.get(url(world, "report/")).content.decode()
    forced = client.post(url(world, "report/draft/"))

    assert "形成报告</button>" not in page
    assert forced.status_code == 409
    assert "评分未完成：评委乙 4 项" in forced.content.decode()
    assert not Report.objects.exists()


def test_the_report_shows_ranking_points_and_the_way_to_compute_them_again(world):
    member(world).post(url(world, "report/draft/"))

    html = member(world, 2).get(url(world, "report/")).content.decode()

    report = Report.objects.get()
    assert report.digest in html
    for row in report.content["ranking"]:
        assert row["name"] in html
        assert row["total"] in html
    assert "第 1 候选人" in html
    assert html.count("候选人</span>") == 3
    assert "（92,000,000.00 − 92,750,000.00）÷ 92,750,000.00 × 100 = -0.8086" in html
    assert "40 − 0.8086 × 0.5" in html


def test_the_shown_steps_are_the_kernels_own_arithmetic(world):
    content = drafted(world).content
    reading = reading_of(content, world.lot.terms, full=True)
    prices = {row["bid"]: Decimal(row["price_cny"]) for row in content["ranking"]}
    formula = contests.PriceFormula("mean_deviation", Decimal(40), Decimal(1), Decimal(1), Decimal("0.5"))

    assert reading.pricing.by_bid == contests.price_points(formula, prices)
    assert str(reading.pricing.base) == content["benchmark_cny"]
    for row in reading.ranking:
        assert row.parts[-1] == reading.pricing.by_bid[row.bid]
        assert sum(row.parts) == row.total


def test_signing_twice_is_one_signature_and_one_entry(world):
    digest = drafted(world).digest

    for _ in range(2):
        assert sign(world, 0, digest).status_code == 302

    assert Signature.objects.count() == 1
    assert Entry.objects.filter(event="report.signed").count() == 1
    assert "签署这份报告" not in member(world, 0).get(url(world, "report/")).content.decode()


def test_a_digest_that_is_not_the_reports_any_more_is_not_signed(world):
    old = drafted(world).digest
    ScoreMark.objects.filter(item="plan").update(points=Decimal("19.00"))
    new = drafted(world).digest

    answer = sign(world, 0, old)

    assert answer.status_code == 409
    assert "报告已经重新形成，没有签署" in answer.content.decode()
    assert new in answer.content.decode()
    assert not Signature.objects.exists()


def test_a_signature_under_an_earlier_text_is_shown_as_such_and_can_be_given_again(world):
    sign(world, 0, drafted(world).digest)
    ScoreMark.objects.filter(item="plan").update(points=Decimal("19.00"))
    stale = member(world, 0).get(url(world, "report/")).content.decode()
    member(world, 1).post(url(world, "report/draft/"))

    html = member(world, 0).get(url(world, "report/")).content.decode()

    assert "重新形成报告" in stale
    assert "签署这份报告" not in stale
    assert "签的是改动以前的报告" in html
    assert "签署这份报告" in html


@pytest.mark.parametrize(
    ("said", "words"), [({"how": ""}, "请选择同意"), ({"how": "dissent", "dissent": " "}, "请写明不同意见和理由")]
)
def test_a_signature_says_whether_it_agrees(world, said, words):
    answer = sign(world, 0, drafted(world).digest, **said)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.rule("ENG-36")
def test_a_report_without_all_signatures_is_not_handed_in(world):
    digest = drafted(world).digest
    for n in range(4):
        sign(world, n, digest)

    answer = member(world).post(url(world, "report/submit/"))

    assert answer.status_code == 409
    assert "评委戊" in answer.content.decode()
    assert world.now().state == "evaluating"


@pytest.mark.rule("ENG-36")
def test_silence_is_consent_once_more_than_half_have_signed_and_it_is_told(world):
    digest = drafted(world).digest
    for n in range(4):
        sign(world, n, digest)

    answer = member(world).post(url(world, "report/submit/"), {"silent-5": "拒绝签字，也不说明理由。"})

    assert answer.status_code == 302
    assert world.now().state == "reported"
    assert Entry.objects.get(event="report.submitted").facts["deemed_consent"] == ["评委戊"]


def test_a_dissent_goes_with_the_report(world):
    digest = drafted(world).digest
    for n in range(5):
        sign(world, n, digest, **({"how": "dissent", "dissent": "业绩一项不应计满分。"} if n == 2 else {}))
    member(world).post(url(world, "report/submit/"))

    html = browser(world.user("agency")).get(url(world, "report/")).content.decode()

    assert "业绩一项不应计满分。" in html
    assert "有不同意见" in html


def test_a_second_click_on_hand_in_changes_nothing(world):
    w.signed(world)
    client = member(world)

    assert client.post(url(world, "report/submit/")).status_code == 302
    again = client.post(url(world, "report/submit/"))

    assert again.status_code == 409
    assert Entry.objects.filter(event="report.submitted").count() == 1


def test_with_too_few_valid_bids_the_committee_may_reject_all(world):
    for n in (0, 1):
        w.review(world, n, failing=(0, 1, 2, 3, 4))
    drafted(world)
    client = member(world)

    assert "否决全部投标" in client.get(url(world, "report/")).content.decode()
    assert client.post(url(world, "report/reject/"), {"reason": ""}).status_code == 409
    assert client.post(url(world, "report/reject/"), {"reason": "有效投标不足三个，明显缺乏竞争。"}).status_code == 302
    assert world.now().state == "failed"


def test_with_enough_valid_bids_nobody_is_offered_to_reject_all(world):
    drafted(world)

    assert "否决全部投标" not in member(world).get(url(world, "report/")).content.decode()


# -- who reads how much ------------------------------------------------------------------------------------------------


def test_nobody_reads_the_report_before_it_is_handed_in_but_the_committee(world):
    w.signed(world)

    for name in ("agency", "centre", "bidder0"):
        assert browser(world.user(name)).get(url(world, "report/")).status_code == 404
    assert supervisor(world).get(url(world, "report/")).status_code == 404
    assert member(world, 3).get(url(world, "report/")).status_code == 200


def test_the_initiator_reads_the_report_without_any_individual_mark_or_name(world):
    w.review(world, 3, failing=(0, 1, 2), reason="证书过期")
    reports_ = w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    page = browser(world.user("agency")).get(url(world, "report/"))

    html = page.content.decode()
    assert page.status_code == 200
    assert reports_.digest in html
    assert "证书过期" in html
    assert "评委甲：证书过期" not in html
    assert "各成员评分" not in html
    assert page.context["reading"].marks == ()
    assert all(vote.against == () for vote in page.context["reading"].votes)
    means = {value for row in page.context["reading"].means for value in row.values}
    for mark in ScoreMark.objects.exclude(points__in=means):
        assert f">{mark.points}<" not in html
    for member_ in members_of(world.lot.committee):
        assert member_.user.name not in html
    assert browser(world.user("agency")).get(url(world, "report/canonical.json")).status_code == 404


def test_the_lots_own_authority_reads_individual_marks_and_no_other_body_does(world):
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    html = supervisor(world).get(url(world, "report/")).content.decode()
    assert "各成员评分" in html
    assert "21.75" in html
    other = User.objects.create_user("elsewhere", name="别局")
    duty_grant(user=other, duty="supervisor", subject_code=world.subjects["centre"].code, actor=CONSOLE)
    assert browser(other).get(url(world, "report/")).status_code == 404
    assert browser(other).get(url(world, "report/canonical.json")).status_code == 404


def test_the_downloaded_text_is_what_was_signed(world):
    digest = drafted(world).digest

    answer = member(world, 1).get(url(world, "report/canonical.json"))

    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert json.loads(answer.content)["lot"] == world.lot.reference
    assert digest[:16] in answer["Content-Disposition"]


def test_names_show_with_the_award_and_not_before(world):
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    agency = browser(world.user("agency"))
    name = members_of(world.lot.committee)[0].user.name
    before = agency.get(url(world, "report/")).content.decode()

    world.lot = world.now()
    world.lot.state = "awarded"
    world.lot.save()
    w.made(world.lot)

    assert "名单在结果公布以前保密" in before
    assert name not in before
    assert name in agency.get(url(world, "report/")).content.decode()


def test_the_report_costs_the_same_however_many_bids_were_asked(world, django_assert_max_num_queries):
    client = member(world)
    drafted(world)
    for n in range(4):
        evaluations.question_ask(lot_id=world.lot.pk, bid_id=world.bids[n].id, text="请说明", actor=world.seats()[0])
    drafted(world)

    with django_assert_max_num_queries(24):
        assert client.get(url(world, "report/")).status_code == 200
