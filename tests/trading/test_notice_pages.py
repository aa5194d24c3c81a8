"""Enquiries, amendments and objections from the initiator's side."""

from datetime import timedelta

import pytest

from tests.trading.stage import played, signed_in
from trading.services import challenges, documents, enquiries


@pytest.fixture
def cast(stage_cast, db, files):
    return stage_cast


@pytest.fixture
def scene(cast, at):
    made = played(cast, "bidding")
    at(made.stage.now + timedelta(hours=1))
    return made


@pytest.fixture
def agent(cast):
    return signed_in(cast, "agency")


def asked(scene, text="反冲洗设备的材质有何要求？"):
    who = scene.cast["bidder1"]
    documents.documents_obtain(lot_id=scene.lot.pk, actor=who.actor, user_id=who.pk)
    return enquiries.enquiry_ask(lot_id=scene.lot.pk, text=text, actor=who.actor)


def test_an_announced_lot_shows_its_notice_and_what_can_be_done(scene, agent):
    page = agent.get(scene.url()).content.decode()

    assert "招标公告" in page
    assert "修改招标文件" in page
    assert "发出澄清" in page
    assert "定标" not in page


def test_questions_are_shown_without_their_asker(scene, agent):
    row = asked(scene)

    page = agent.get(scene.url("enquiries/")).content.decode()

    assert row.pseudonym in page
    assert row.text in page
    assert scene.cast.subjects["bidder1"].name not in page


def test_answers_go_out_as_one_clarification(scene, agent):
    row = asked(scene)

    answer = agent.post(scene.url("enquiries/"), {f"answer-{row.pk}": "以性能参数为准。", "text": ""})

    row.refresh_from_db()
    assert answer.status_code == 302
    assert row.answer == "以性能参数为准。"
    assert scene.lot.notices.get(kind="clarification").content["answers"][0]["question"] == row.text


def test_an_overlong_answer_is_refused_and_stays_typed(scene, agent):
    row = asked(scene)

    answer = agent.post(scene.url("enquiries/"), {f"answer-{row.pk}": "长" * 5001, "text": ""})

    assert answer.status_code == 409
    assert "长" * 5001 in answer.content.decode()


def test_an_amendment_publishes_a_new_version(scene, agent):
    agent.post(scene.url("amend/"), {"summary": "调整反冲洗设备参数。", "affects": "on"})

    assert scene.lot.documents.count() == 2
    assert scene.lot.notices.filter(kind="amendment", state="published").count() == 1


@pytest.mark.rule("ENG-11")
def test_a_late_amendment_is_refused_and_one_click_moves_the_deadline(scene, agent, at):
    deadline = scene.again().recorded["bid_deadline"]
    at(deadline - timedelta(days=5))
    said = {"summary": "调整反冲洗设备参数。", "affects": "on"}

    refused = agent.post(scene.url("amend/"), said)
    html = refused.content.decode()
    assert refused.status_code == 409
    assert "澄清修改至投标截止不足" in html
    assert "顺延到最近的合法时间并发布" in html
    assert "调整反冲洗设备参数。" in html

    agent.post(scene.url("amend/"), {**said, "extend": "1"})
    assert scene.again().recorded["bid_deadline"] > deadline


def test_a_replaced_file_takes_the_place_of_its_namesake(scene, agent):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("招标文件.txt", "新文本".encode())
    agent.post(scene.url("amend/"), {"summary": "更正文件。", "affects": "on", "files": upload})

    newest = documents.current_version(scene.again())
    assert newest.number == 2
    assert [f.name for f in newest.files.all()] == ["招标文件.txt"]
    assert newest.files.get().size == len("新文本".encode())


def test_an_objection_stands_with_its_clock_and_is_answered_in_public(scene, agent):
    filed = challenges.challenge_file(
        lot_id=scene.lot.pk, kind="document", title="资格条件过高", text="请删除。", actor=scene.cast["bidder2"].actor
    )
    page = agent.get(scene.url("challenges/")).content.decode()
    assert "答复期限" in page
    assert "资格条件过高" in page
    assert "招标人答复对招标文件的异议" in agent.get(scene.url()).content.decode()

    answer = agent.post(scene.url(f"challenges/{filed.pk}/answer/"), {"reply": "不成立，理由如下。", "upheld": "no"})

    filed.refresh_from_db()
    assert answer.status_code == 302
    assert filed.upheld is False
    assert filed.replied_at is not None
    notice = scene.lot.notices.get(kind="objection")
    assert scene.cast.subjects["bidder2"].name not in str(notice.content)


def test_a_reply_without_a_conclusion_keeps_what_was_typed(scene, agent):
    filed = challenges.challenge_file(
        lot_id=scene.lot.pk, kind="document", title="资格条件过高", text="请删除。", actor=scene.cast["bidder2"].actor
    )

    answer = agent.post(scene.url(f"challenges/{filed.pk}/answer/"), {"reply": "写了一半", "upheld": ""})

    assert answer.status_code == 422
    assert "写了一半" in answer.content.decode()
    assert "请选择结论" in answer.content.decode()


@pytest.mark.parametrize("tail", ["enquiries/", "amend/", "challenges/", "results/", "terminate/", ""])
def test_whoever_is_not_on_the_initiators_side_finds_nothing(scene, cast, tail):
    assert signed_in(cast, "bidder1").get(scene.url(tail)).status_code == 404


def test_a_termination_is_public_with_its_reason_and_needs_the_refund(scene, agent):
    assert agent.post(scene.url("terminate/"), {"reason": "规划调整", "refund": ""}).status_code == 422

    agent.post(scene.url("terminate/"), {"reason": "规划调整", "refund": "五日内原路退还"})

    assert scene.again().state == "terminated"
    assert scene.lot.notices.get(kind="termination").content["reason"] == "规划调整"
    assert "已终止" in agent.get(scene.url()).content.decode()
