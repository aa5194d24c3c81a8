"""The same pages under both books, over lots really filed for: files, words, and what a book does not know."""

import pytest
from django.test import Client

from trading.models import Lot, ReviewMark, ScoreMark
from trading.rehearsal import engineering_open
from trading.services import evaluations
from trading.services.committees import members_of


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


def evaluating(play_until, cast, at, procedure, milestone="evaluating"):
    """A lot of the procedure at its milestone, the clock standing there."""
    stage = play_until(cast, milestone, procedure=procedure)
    at(stage.now)
    return Lot.objects.select_related("tender").latest("pk")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def member(lot, n=0):
    return browser(members_of(lot.committee)[n].user)


def url(lot, tail=""):
    return f"/work/lots/{lot.reference}/evaluation/{tail}"


def test_decrypted_files_are_the_committees_alone(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "engineering.open")
    bid = evaluations.bids_of(lot)[0]
    file = bid.envelope.result.files.get()
    place = url(lot, f"room/{bid.pk}/files/{file.pk}/")

    answer = member(lot).get(place)

    assert b"".join(answer.streaming_content) == f"{bid.subject.code} 技术标".encode()
    assert answer["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer["Content-Disposition"]
    for name in ("agency", "operator", "draw_officer", "supervisor", "bidder1", "bidder2"):
        assert browser(cast[name].user).get(place).status_code == 404
    other = evaluations.bids_of(lot)[1]
    assert member(lot).get(url(lot, f"room/{other.pk}/files/{file.pk}/")).status_code == 404


def test_the_documents_files_are_read_in_the_room(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "engineering.open")
    file = lot.documents.latest("number").files.get()

    assert f"document/{file.pk}/" in member(lot).get(url(lot, "room/document/")).content.decode()
    answer = member(lot).get(url(lot, f"room/document/{file.pk}/"))

    assert b"".join(answer.streaming_content).startswith("招标文件".encode())


def test_an_inquiry_is_reviewed_and_ranked_by_price_without_any_points(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "procurement.inquiry")
    bid = evaluations.bids_of(lot)[0]
    client = member(lot)

    room = client.get(url(lot, "room/")).content.decode()
    sheet = client.get(url(lot, f"room/{bid.pk}/")).content.decode()

    assert "评审报告" in room
    assert "供应商" in room
    assert "合计" not in room
    assert "gz-score" not in sheet
    assert "评分" not in sheet.replace("审查和评分", "")
    assert "第五十一条" not in sheet
    assert client.get(url(lot, "room/questions/")).status_code == 404
    assert client.post(url(lot, "room/time/")).status_code == 404
    assert client.get(f"/work/lots/{lot.reference}/questions/").status_code == 404


def test_an_inquiry_is_carried_to_its_report_through_the_pages(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "procurement.inquiry")
    members, bids = members_of(lot.committee), evaluations.bids_of(lot)
    for n in range(len(members)):
        for bid in bids:
            assert member(lot, n).post(url(lot, f"room/{bid.pk}/"), {"r1-answer": "yes"}).status_code == 302
    client = member(lot)
    client.post(url(lot, "report/draft/"))
    digest = Lot.objects.get(pk=lot.pk).report.digest
    for n in range(len(members)):
        member(lot, n).post(url(lot, "report/sign/"), {"digest": digest, "how": "agree"})

    assert client.post(url(lot, "report/submit/")).status_code == 302

    lot = Lot.objects.get(pk=lot.pk)
    html = browser(cast["purchaser"].user).get(url(lot, "report/")).content.decode()
    assert lot.state == "reported"
    assert ReviewMark.objects.filter(bid__lot=lot).count() == 9
    assert html.index("379,500") < html.index("386,000") < html.index("392,000")
    assert "报价由低到高" in html


def test_a_lowest_price_tender_of_engineering_asks_for_no_points_either(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "engineering.open")
    lot.terms = {**lot.terms, "method": "lowest"}
    lot.save(update_fields=["terms"])
    bid = evaluations.bids_of(lot)[0]

    assert "gz-score" not in member(lot).get(url(lot, f"room/{bid.pk}/")).content.decode()
    assert "不打分" in member(lot).get(url(lot, "room/document/")).content.decode()


def test_a_low_price_is_pointed_out_with_the_way_to_ask(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "engineering.open")
    bid = evaluations.bids_of(lot)[1]
    bid.offer = {**bid.offer, "price_cny": "70000000.00"}
    bid.save(update_fields=["offer"])

    html = member(lot).get(url(lot, f"room/{bid.pk}/")).content.decode()

    assert "报价明显低于其他报价" in html
    assert f"questions/?bid={bid.pk}" in html


def test_the_agency_and_the_operator_start_and_read_under_either_book(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "procurement.inquiry", "committee")
    operator = browser(cast["operator"].user)

    desk = operator.get(url(lot)).content.decode()
    answer = operator.post(url(lot, "start/"))

    assert "询价小组" in desk
    assert "开始评审</button>" in desk
    assert answer.status_code == 302
    assert Lot.objects.get(pk=lot.pk).state == "evaluating"
    assert operator.get(url(lot, "report/")).status_code == 404


def test_after_the_award_the_room_still_shows_a_member_the_own_marks(cast, play_until, at):
    lot = evaluating(play_until, cast, at, "engineering.open", "awarded")
    bid = evaluations.bids_of(lot)[0]

    html = member(lot).get(url(lot, f"room/{bid.pk}/")).content.decode()

    assert "评审意见只能看，不能改" in html
    assert str(ScoreMark.objects.get(member=members_of(lot.committee)[0], bid=bid, item="plan").points) in html
    names = browser(cast["agency"].user).get(url(lot, "report/")).content.decode()
    assert all(m.user.name in names for m in members_of(lot.committee))
    assert engineering_open.TERMS["criteria"][0]["title"] in names
