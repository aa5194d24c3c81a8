"""An upload the deadline finds unfinished is a withdrawal, and its bidder alone is told so (ELE-04)."""

import hashlib
import json

import pytest

from platform_site import clock
from platform_site.messages.models import Message
from platform_site.sealing import age
from platform_site.sealing.models import Upload
from platform_site.sealing.services import upload_append, upload_token
from tests.trading.filing import bidding, deadline_of, opening, parcel, send, signed_in, three_file
from tests.trading.stage import START
from trading.services import ticks

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ELE-04")]
TITLE = "投标文件没有传完，视为撤回"


@pytest.fixture
def scene(stage_cast):
    return bidding(stage_cast)


def begun(scene, username, *, received=0):
    """An upload stands open, so many bytes of it here."""
    content = age.encrypt(b"offer" * 2000, age.generate()[1])
    client, code = signed_in(scene.cast, username), scene.cast[username].code
    said = {"key": "k", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    answer = client.post(scene.url(f"bid/file/uploads/?for={code}"), json.dumps(said), content_type="application/json")
    assert answer.status_code == 201
    upload = Upload.objects.get(pk=answer.json()["id"])
    if received:
        piece = content[:received]
        digest = hashlib.sha256(piece).hexdigest()
        upload_append(upload_id=upload.pk, token=upload_token(upload.pk), offset=0, chunk=piece, sha256=digest)
    return client


def told(scene, username):
    return list(Message.objects.filter(user__username=username, title=TITLE))


def test_before_the_deadline_its_bidder_sees_how_far_it_got(scene):
    with clock.at(START):
        client = begun(scene, "bidder1", received=5000)
        page = client.get(scene.url("bid/")).content.decode()

    assert "有一次递交没有完成" in page
    assert "已到 5 KB" in page, page[page.index("有一次递交") :][:200]


def test_at_the_deadline_it_is_withdrawn_and_its_bidder_alone_is_told(scene):
    when = deadline_of(scene) - (deadline_of(scene) - START) / 2
    three_file(scene, when, ("bidder2", "bidder3", "bidder4"))
    with clock.at(when):
        client = begun(scene, "bidder1", received=5000)

    opening(scene)

    assert len(told(scene, "bidder1")) == 1
    assert not Message.objects.filter(title=TITLE).exclude(user__username="bidder1").exists()
    with clock.at(deadline_of(scene)):
        page = client.get(scene.url("bid/")).content.decode()
    assert "视为撤回" in page
    assert "第二十七条" in page


def test_when_nobody_filed_enough_it_is_told_as_well(scene):
    with clock.at(START):
        begun(scene, "bidder1")
    moment = deadline_of(scene)

    with clock.at(moment):
        ticks.tick(until=moment)

    assert scene.again().state == "failed"
    assert len(told(scene, "bidder1")) == 1


def test_who_filed_in_the_end_is_told_nothing_of_the_kind(scene):
    when = deadline_of(scene) - (deadline_of(scene) - START) / 2
    with clock.at(when):
        begun(scene, "bidder1", received=5000)
    three_file(scene, when)

    opening(scene)

    assert told(scene, "bidder1") == []


def test_a_filing_that_comes_after_the_deadline_says_why(scene):
    with clock.at(START):
        said = parcel(scene, "bidder1")
    moment = deadline_of(scene)

    with clock.at(moment):
        answer = send(scene, signed_in(scene.cast, "bidder1"), said, HTTP_ACCEPT="application/json")

    assert answer.status_code == 409
    (violation,) = answer.json()["violations"]
    assert violation["code"] == "clock.too_late"
    assert "视为撤回" in violation["html"]
