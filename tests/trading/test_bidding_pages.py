"""A bidder's pages before the opening: documents, questions, objections, filing, withdrawing."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from credit.models import Sanction
from credit.services.sanctions import sanction_publish
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.ledger.models import Entry
from platform_site.sealing import services as sealing
from platform_site.sealing.models import Upload
from tests.trading.filing import (
    SOON,
    again,
    deadline_of,
    filed,
    opening,
    parcel,
    send,
    signed_in,
    three_file,
)
from trading.models import Bid, Challenge, DocumentObtained, Enquiry, FilingArrival, Lot, StoredFile
from trading.services import ticks

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


@pytest.fixture
def scene(announced, db, at):
    """Two hours after the notice."""
    scene = again(announced)
    at(scene.stage.now + SOON)
    return scene


# -- documents ---------------------------------------------------------------------------------------------------------


def test_one_click_obtains_the_document_and_a_second_changes_nothing(scene):
    client = signed_in(scene.cast, "bidder1")

    first = client.post(scene.url("bid/obtain/"))
    again = client.post(scene.url("bid/obtain/"))

    assert first.status_code == again.status_code == 302
    assert DocumentObtained.objects.filter(lot=scene.lot).count() == 1
    assert "招标文件.txt" in client.get(scene.url("bid/")).content.decode()


def test_files_are_for_holders_and_a_stranger_finds_nothing(scene):
    file = StoredFile.objects.get(documentversion__lot=scene.lot)
    address = scene.url(f"bid/documents/{file.pk}/")
    holder, stranger = signed_in(scene.cast, "bidder1"), signed_in(scene.cast, "bidder2")
    holder.post(scene.url("bid/obtain/"))

    for client in (holder, signed_in(scene.cast, "agency")):
        answer = client.get(address)
        assert hashlib.sha256(downloaded(answer)).hexdigest() == file.sha256
        assert "attachment" in answer["Content-Disposition"]
    assert stranger.get(address).status_code == 404


def downloaded(answer) -> bytes:
    """The whole file, its handle closed; `answer.close()` would close the test's database connection too."""
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    return content


def test_nobody_is_asked_for_whom_without_a_subject(scene):
    person = signed_in(scene.cast, "expert1")

    answer = person.post(scene.url("bid/obtain/"))

    assert answer.status_code == 409
    assert not DocumentObtained.objects.filter(lot=scene.lot).exists()
    assert "没有为任何单位办理" in answer.content.decode()


def test_a_draft_lot_and_an_unknown_one_are_the_same_404(cast, at):
    from tests.trading.stage import drafted

    draft = drafted(cast)
    at(draft.stage.now)
    client = signed_in(cast, "bidder1")

    assert client.get(draft.url("bid/")).status_code == 404
    assert client.get(draft.url("opening/")).status_code == 404
    assert client.get("/work/lots/A07-none/1/bid/").status_code == 404


def test_pages_of_a_bidder_ask_a_stranger_to_sign_in(scene):
    for tail in ("bid/", "bid/file/", "bid/withdraw/"):
        assert Client().get(scene.url(tail)).status_code == 302


# -- questions and objections ------------------------------------------------------------------------------------------


def test_a_question_stands_under_a_pseudonym(scene):
    client = signed_in(scene.cast, "bidder1")
    client.post(scene.url("bid/obtain/"))

    client.post(scene.url("bid/ask/"), {"question": "设备材质是否包括同等性能的其他材料？"})

    enquiry = Enquiry.objects.get(lot=scene.lot)
    page = client.get(scene.url("bid/")).content.decode()
    assert enquiry.pseudonym in page
    assert "等待答复" in page


def test_an_overlong_question_is_refused_and_what_was_typed_stays(scene):
    client = signed_in(scene.cast, "bidder1")
    client.post(scene.url("bid/obtain/"))

    answer = client.post(scene.url("bid/ask/"), {"question": "问" * 5001})

    assert answer.status_code == 409
    assert "问" * 5001 in answer.content.decode()
    assert not Enquiry.objects.filter(lot=scene.lot).exists()


def test_an_objection_to_the_document_pauses_and_shows_its_reply_clock(scene):
    client = signed_in(scene.cast, "bidder1")

    client.post(scene.url("bid/object/"), {"title": "设备参数指向特定品牌", "text": "第三章技术参数仅一家满足。"})

    assert Challenge.objects.get(lot=scene.lot).kind == "document"
    page = client.get(scene.url("bid/")).content.decode()
    assert "异-01" in page
    assert "计时暂停" in page


@pytest.mark.rule("ENG-12")
def test_a_late_objection_is_refused_with_its_window_and_keeps_the_text(scene, at):
    at(deadline_of(scene) - timedelta(days=9))
    client = signed_in(scene.cast, "bidder1")

    answer = client.post(scene.url("bid/object/"), {"title": "参数", "text": "写了很久的理由"})

    assert answer.status_code == 409
    assert "提出异议的期限已过" in answer.content.decode()
    assert "写了很久的理由" in answer.content.decode()


# -- filing ------------------------------------------------------------------------------------------------------------


def test_the_filing_page_carries_what_the_envelope_is_bound_to(scene):
    page = signed_in(scene.cast, "bidder1").get(scene.url("bid/file/")).content.decode()
    lot = scene.again()

    assert f'data-lot="{lot.ledger_ref}"' in page
    assert f'data-document="{lot.documents.get(number=1).digest}"' in page
    assert f'data-keyset-hash="{lot.key_set_hash}"' in page


def test_a_subject_without_a_key_is_led_to_make_one(scene):
    page = signed_in(scene.cast, "agency").get(scene.url("bid/file/")).content.decode()

    assert "还没有登记密钥" in page


def test_a_filing_is_answered_with_its_receipt_and_the_signed_promise(scene):
    bid = filed(scene, "bidder1")

    assert bid.state == "sealed"
    assert bid.promise["entry"] == Entry.objects.get(pk=bid.entry_id).leaf_hash.hex()
    assert not FilingArrival.objects.exists()


def test_a_replayed_request_is_answered_alike(scene):
    client, said = signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1")

    first, again = send(scene, client, said), send(scene, client, said)

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Bid.objects.filter(lot=scene.lot).count() == 1
    assert Entry.objects.filter(event="bid.filed").count() == 1


def test_a_replay_after_the_deadline_is_still_answered_alike(scene, at):
    client, said = signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1")
    first = send(scene, client, said)
    at(deadline_of(scene) + timedelta(minutes=5))

    again = send(scene, client, said)

    assert (first.status_code, first.content) == (again.status_code, again.content)


def test_the_same_envelope_under_another_key_is_the_same_bid(scene):
    client, said = signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1")
    first = send(scene, client, said).json()

    again = send(scene, client, {**said, "key": str(uuid4()), "standing": first["bid"]})

    assert again.json() == first
    assert Bid.objects.filter(lot=scene.lot).count() == 1


def test_a_replacement_keeps_the_former_receipt(scene):
    former = filed(scene, "bidder1")

    later = filed(scene, "bidder1", "169000000", standing=str(former.pk))

    former.refresh_from_db()
    assert (former.state, later.state) == ("replaced", "sealed")
    page = signed_in(scene.cast, "bidder1").get(scene.url(f"bid/receipts/{former.pk}/"))
    assert page.status_code == 200
    assert "已替换" in page.content.decode()


def test_a_page_that_does_not_know_of_the_other_windows_filing_is_told_before_it_replaces(scene):
    standing = filed(scene, "bidder1")
    client, said = signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1", "168000000")

    told = send(scene, client, said)
    confirmed = send(scene, client, {**said, "standing": told.json()["violations"][0]["facts"]["bid"]})

    assert told.status_code == 409
    assert told.json()["violations"][0]["code"] == "bid.other_window"
    assert told.json()["violations"][0]["facts"]["bid"] == str(standing.pk)
    assert confirmed.status_code == 201


@pytest.mark.rule("ENG-24", "ELE-04")
@pytest.mark.parametrize("opened", [False, True])
def test_a_late_filing_is_refused_with_the_clock_whether_or_not_the_opening_has_begun(scene, at, opened):
    three_file(scene, clock.now())
    said = parcel(scene, "bidder4")
    if opened:
        opening(scene)
    at(deadline_of(scene))

    answer = send(scene, signed_in(scene.cast, "bidder4"), said)

    assert answer.status_code == 409
    (violation,) = answer.json()["violations"]
    assert violation["code"] == "clock.too_late"
    assert "投标截止时间" in violation["text"]
    assert "gz-refusal" in violation["html"]
    assert Bid.objects.filter(lot=scene.lot).count() == 3


def test_the_last_moment_before_the_deadline_counts(scene, at):
    said = parcel(scene, "bidder1")
    at(deadline_of(scene) - timedelta(milliseconds=1))

    assert send(scene, signed_in(scene.cast, "bidder1"), said).status_code == 201


def test_the_stamp_is_taken_before_anything_is_looked_up(scene, at, monkeypatch):
    from trading.views import bidding as views

    real, said, client = views.announced_lot, parcel(scene, "bidder1"), signed_in(scene.cast, "bidder1")
    at(deadline_of(scene) - timedelta(seconds=1))

    def slow(*args, **more):
        at(deadline_of(scene) + timedelta(seconds=9))
        return real(*args, **more)

    monkeypatch.setattr(views, "announced_lot", slow)

    answer = send(scene, client, said)

    assert answer.status_code == 201, answer.content
    assert Bid.objects.get().arrived_at < deadline_of(scene)


def test_the_opening_waits_a_moment_for_requests_stamped_but_not_yet_noted(scene, at):
    three_file(scene, clock.now())
    deadline = deadline_of(scene)
    at(deadline + timedelta(milliseconds=300))
    ticks.tick()
    waiting = scene.again().state
    at(deadline + timedelta(seconds=2))

    ticks.tick()

    assert (waiting, scene.again().state) == ("bidding", "opening")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'{"header": 1}', b'{"header": "x", "signature": "", "wraps": [], "uploads": []}'],
)
def test_nonsense_is_refused_and_nothing_stands(scene, body):
    answer = send(scene, signed_in(scene.cast, "bidder1"), body)

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "upload.malformed"
    assert not Bid.objects.exists()
    assert not FilingArrival.objects.exists()


def test_a_request_cut_off_on_its_way_is_nothing(scene):
    said = json.dumps(parcel(scene, "bidder1"))

    broken = {"wsgi.input": BytesIO(said[:-40].encode()), "CONTENT_LENGTH": str(len(said))}
    answer = send(scene, signed_in(scene.cast, "bidder1"), said, **broken)

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "upload.damaged"
    assert not Bid.objects.exists()


def test_an_upload_that_is_not_whole_is_refused(scene):
    said = parcel(scene, "bidder1")
    Upload.objects.filter(pk=said["uploads"][-1]).update(finished_at=None)

    answer = send(scene, signed_in(scene.cast, "bidder1"), said)

    assert answer.status_code == 409
    assert {one["code"] for one in answer.json()["violations"]} == {"bid.not_encrypted", "upload.incomplete"}


def test_somebody_elses_upload_is_refused(scene):
    said, other = parcel(scene, "bidder1"), parcel(scene, "bidder2")

    answer = send(scene, signed_in(scene.cast, "bidder1"), {**said, "uploads": other["uploads"]})

    assert answer.status_code == 409
    assert not Bid.objects.exists()


def test_an_envelope_for_another_subject_is_refused_generically(scene):
    other = parcel(scene, "bidder2")

    answer = send(scene, signed_in(scene.cast, "bidder1"), {**other, "subject": scene.cast["bidder1"].code})

    assert answer.status_code == 409
    assert not Bid.objects.exists()


def test_a_page_opened_for_another_subject_is_told_so(scene):
    answer = send(scene, signed_in(scene.cast, "bidder2"), parcel(scene, "bidder1"))

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "subject.changed"
    assert scene.cast.subjects["bidder1"].name in answer.json()["violations"][0]["text"]


def test_an_expired_session_is_told_in_words_and_never_redirected(scene):
    answer = send(scene, Client(), parcel(scene, "bidder1"))
    begun = Client().post(scene.url("bid/file/uploads/"), "{}", content_type="application/json")

    for one in (answer, begun):
        assert one.status_code == 401
        assert one.json()["violations"][0]["code"] == "session.expired"
        assert "/accounts/" in one.json()["violations"][0]["html"] or "sign-in" in one.json()["violations"][0]["html"]


def test_a_filing_needs_the_pages_token(scene):
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.cast["bidder1"].user)

    assert send(scene, client, parcel(scene, "bidder1")).status_code == 403


def test_a_node_whose_clock_is_off_takes_no_filing(scene, monkeypatch):
    from platform_site.clock import services

    monkeypatch.setattr(services, "drift", lambda: timedelta(milliseconds=101))

    answer = send(scene, signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1"))

    assert answer.json()["violations"][0]["code"] == "clock.drift"


@pytest.mark.rule("CRE-07")
def test_a_banned_subject_is_told_by_whom_and_until_when(scene):
    today = clock.china(clock.now()).date()
    subject = scene.cast.subjects["bidder1"]
    ban(subject, today)

    answer = send(scene, signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1"))

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "sanction.banned"
    assert "泽安市水务局" in answer.json()["violations"][0]["text"]


def ban(subject, today) -> Sanction:
    """A ban in force today, taken over from elsewhere."""
    return sanction_publish(
        subject_code=subject.code, subject_name=subject.name, kind="ban", authority="泽安市水务局",
        document_no="泽水罚〔2026〕1号", reason="串通投标", article="招标投标法 第五十三条", decided_on=today,
        since=today, until=today + timedelta(days=300), actor=CONSOLE,
    )  # fmt: skip


@pytest.mark.parametrize(("who", "code"), [("agency", "key.missing"), ("initiator", "bidder.agency")])
def test_the_initiators_side_does_not_file(scene, who, code):
    said = {**parcel(scene, "bidder1"), "subject": scene.cast[who].code}

    answer = send(scene, signed_in(scene.cast, who), said)

    assert answer.status_code == 409
    assert not Bid.objects.exists()
    assert "bidder.agency" in {one["code"] for one in answer.json()["violations"]}


# -- uploads -----------------------------------------------------------------------------------------------------------


def begin(scene, client, **changes):
    body = {"key": "k" * 40, "size": 9_000_000, "sha256": "ab" * 32, **changes}
    address = scene.url("bid/file/uploads/") + f"?for={scene.cast['bidder1'].code}"
    return client.post(address, json.dumps(body), content_type="application/json")


def test_an_upload_begins_for_the_subject_and_the_same_key_answers_alike(scene):
    client = signed_in(scene.cast, "bidder1")

    first, again = begin(scene, client), begin(scene, client)

    assert first.status_code == 201
    assert first.json() == again.json()
    assert Upload.objects.get(pk=first.json()["id"]).owner_ref == scene.cast["bidder1"].code


def test_an_oversized_or_misused_upload_is_refused(scene):
    client = signed_in(scene.cast, "bidder1")
    begin(scene, client)

    assert begin(scene, client, key="other", size=10**15).json()["violations"][0]["code"] == "upload.size"
    assert begin(scene, client, size=5).json()["violations"][0]["code"] == "upload.key_reused"
    assert begin(scene, signed_in(scene.cast, "bidder2")).json()["violations"][0]["code"] == "subject.changed"


def test_more_bytes_than_promised_are_refused_at_the_chunk_door(scene):
    client = signed_in(scene.cast, "bidder1")
    begun = begin(scene, client, key="small", size=4, sha256=hashlib.sha256(b"abcd").hexdigest()).json()
    headers = {"Upload-Token": begun["token"], "Upload-Offset": "0", "Accept": "application/json",
               "Upload-SHA256": hashlib.sha256(b"abcdef").hexdigest()}  # fmt: skip

    answer = client.patch(f"/sealing/uploads/{begun['id']}/", b"abcdef", headers=headers,
                          content_type="application/octet-stream")  # fmt: skip

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "upload.oversized"


def test_no_upload_begins_after_the_deadline(scene, at):
    at(deadline_of(scene))

    assert begin(scene, signed_in(scene.cast, "bidder1")).json()["violations"][0]["code"] == "clock.too_late"


def test_chunks_through_the_door_become_a_filing(scene):
    client = signed_in(scene.cast, "bidder1")
    said = parcel(scene, "bidder1")
    stored = Upload.objects.get(pk=said["uploads"][0])
    content = sealing.uploads.storage.ciphertext_path(stored.pk).read_bytes()
    begun = begin(scene, client, key="resume", size=len(content), sha256=stored.sha256).json()
    half = len(content) // 2
    for offset, piece in ((0, content[:half]), (half, content[half:])):
        headers = {"Upload-Token": begun["token"], "Upload-Offset": str(offset),
                   "Upload-SHA256": hashlib.sha256(piece).hexdigest()}  # fmt: skip
        client.patch(f"/sealing/uploads/{begun['id']}/", piece, headers=headers,
                     content_type="application/octet-stream")  # fmt: skip
    client.post(f"/sealing/uploads/{begun['id']}/finish/", headers={"Upload-Token": begun["token"]})

    answer = send(scene, client, {**said, "uploads": [begun["id"], *said["uploads"][1:]]})

    assert answer.status_code == 201, answer.content.decode()


# -- withdrawing -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("ENG-23")
def test_a_withdrawal_is_confirmed_first_and_then_stands(scene):
    bid = filed(scene, "bidder1")
    client = signed_in(scene.cast, "bidder1")

    asked = client.get(scene.url("bid/withdraw/"))
    done = client.post(scene.url("bid/withdraw/"))

    bid.refresh_from_db()
    assert "确认撤回投标文件" in asked.content.decode()
    assert done.status_code == 302
    assert bid.state == "withdrawn"
    assert client.get(scene.url("bid/withdraw/")).status_code == 404


def test_a_withdrawal_after_the_deadline_is_refused_with_the_clock(scene, at):
    bid = filed(scene, "bidder1")
    at(deadline_of(scene))

    answer = signed_in(scene.cast, "bidder1").post(scene.url("bid/withdraw/"))

    bid.refresh_from_db()
    assert answer.status_code == 409
    assert "投标截止时间已过" in answer.content.decode()
    assert bid.state == "sealed"


def test_no_withdrawal_is_offered_once_the_opening_has_begun(scene):
    filed(scene, "bidder1")
    Lot.objects.update(state="opening")

    assert signed_in(scene.cast, "bidder1").get(scene.url("bid/withdraw/")).status_code == 404


def test_who_has_filed_nothing_has_nothing_to_withdraw(scene):
    filed(scene, "bidder1")

    assert signed_in(scene.cast, "bidder2").post(scene.url("bid/withdraw/")).status_code == 404


# -- query counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tail", "most"), [("bid/", 22), ("bid/file/", 20), ("bid/withdraw/", 14)])
def test_a_bidders_page_costs_the_same_however_many_filed(scene, django_assert_max_num_queries, tail, most):
    filed(scene, "bidder1")
    client = signed_in(scene.cast, "bidder1")

    with django_assert_max_num_queries(most):
        assert client.get(scene.url(tail)).status_code == 200


def test_a_filing_costs_a_known_number_of_queries(scene, django_assert_max_num_queries):
    client, said = signed_in(scene.cast, "bidder1"), parcel(scene, "bidder1")

    with django_assert_max_num_queries(37):
        assert send(scene, client, said).status_code == 201


def test_a_filing_does_not_write_the_lots_row_anew(scene):
    # Whoever waits for the lock need not read it again, and the row's age tells nobody that somebody filed.
    before = version_of(scene.lot)

    filed(scene, "bidder1")

    assert version_of(scene.lot) == before


def version_of(lot: Lot) -> str:
    """Where the row lies: somewhere else each time it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM trading_lot WHERE id = %s", [lot.pk])
        return cursor.fetchone()[0]


def test_a_strangers_request_leaves_no_note_behind(scene):
    send(scene, Client(), parcel(scene, "bidder1"))

    assert not FilingArrival.objects.exists()
