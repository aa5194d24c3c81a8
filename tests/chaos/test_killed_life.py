"""A whole tender whose every act is killed before and after its commit, then asked again."""

import hashlib
import os
import pickle
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection

from experts.models import Draw
from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.failpoints import KILLED
from platform_site.ledger import audit, publishing
from platform_site.ledger.models import Entry
from platform_site.messages import services as mail
from platform_site.messages.models import Message
from platform_site.sealing import services as sealing
from tests.chaos.killing import KilledStage, Killer, killed, standing
from trading.models import Bid, Bond, Challenge, Enquiry, Letter, Lot, Notice, Report
from trading.rehearsal import engineering_open, sealed
from trading.rehearsal.repertoire import START, cast_for
from trading.services import bids, ticks

pytestmark = pytest.mark.chaos


# What may lawfully be done twice: another question or version, another payment, the same seats or marks, a new package.
REPEATABLE = {
    "进场登记",
    "提出询问",
    "确认投标保证金",
    "发出澄清",
    "修改招标文件",
    "组建评标委员会",
    "响应性审查和评分",
    "形成评标报告",
    "提交招标公告",
    "约定受托人，四人中三人可解密",
    "向监督部门提交书面报告",
    "退还投标保证金及利息",
    "归档",
}
# What the script goes on with where the answer was lost: the person finds it on the lot's page.
FOUND_AGAIN: dict[str, Callable[[], Any]] = {
    "提出询问": lambda: Enquiry.objects.get(),
    "登记投标保证金": lambda: Bond.objects.get(),
    "公布名单，准备抽取评标专家": lambda: Draw.objects.get(),
    "形成评标报告": lambda: Report.objects.get(),
    "对评标结果提出异议": lambda: Challenge.objects.get(),
}


# Kinds of notice of which a trade may have several.
SEVERAL = {"clarification", "amendment"}


@pytest.fixture
def filed_once(monkeypatch, files):
    """A filing asked for again is the same request: the browser keeps what it sealed and uploaded."""
    prepare = sealed.prepare

    def remembered(cast, lot, bidder, said, **more):
        path = files / f"sealed-{bidder.code}-{said['price_cny']}"
        if path.exists():
            return pickle.loads(path.read_bytes())
        made = prepare(cast, lot, bidder, said, **more)
        if not connection.in_atomic_block:  # a trial's uploads are rolled back with it
            path.write_bytes(pickle.dumps(made))
        return made

    monkeypatch.setattr(sealed, "prepare", remembered)


def test_a_life_killed_around_every_commit_loses_and_doubles_nothing(fresh_db, files, filed_once):
    killer = Killer(files)
    cast, stage = cast_for(), KilledStage(START, killer)
    script, seen = engineering_open.script(stage, cast, "objection"), set()
    step = next(script)
    while True:
        probe = step.what not in seen and not step.refused
        seen.add(step.what)
        if probe and killer.kill(step.call, stage.now, step.what):
            answer = FOUND_AGAIN.get(step.what, lambda: None)()
        else:
            answer = _do(step, stage)
        if probe:
            after = standing()
            _ask_again(step, stage)
            if step.what not in REPEATABLE:
                assert standing() == after, f"{step.what} happened twice: {standing() - after}"
        try:
            step = script.send(answer)
        except StopIteration:
            break

    lot = Lot.objects.order_by("pk").first()
    assert lot.state == "archived"
    recorded = set(Entry.objects.filter(facts__has_key="act").values_list("facts__act", flat=True))
    # A registration has no lot yet to be locked: it is killed between entry and commit only.
    assert recorded - {"register"} <= killer.verbs, f"never killed: {recorded - killer.verbs}"
    assert killer.appended >= 15, f"only {killer.appended} acts were killed between entry and commit"
    published = Counter(lot.notices.filter(state="published").values_list("kind", flat=True))
    twice = [kind for kind, n in published.items() if n > 1]
    assert set(twice) <= SEVERAL
    for rows in (
        Message.objects.values_list("user", "dedupe"),
        Letter.objects.values_list("lot", "kind", "subject"),
    ):
        assert [key for key, n in Counter(rows).items() if n > 1] == []
    ledger.sequence_once()
    publishing.publish()
    assert audit.verify().bad == []


def _do(step, stage):
    """What the step answers, or the refusal it is there to meet."""
    with clock.at(stage.now):
        try:
            return step.call()
        except Refused as refused:
            if not step.refused:
                raise
            return refused


def _ask_again(step, stage) -> None:
    """The same request once more, as after a lost answer: refused or answered alike."""
    with clock.at(stage.now):
        try:
            step.call()
        except (Refused, PermissionDenied, ObjectDoesNotExist):
            return


def test_a_notice_killed_before_and_after_its_commit_is_published_once(fresh_db, play_until):
    play_until(cast_for(), "scheduled")
    moment = Lot.objects.get().recorded["notice_at"]

    assert killed(lambda: ticks.tick(until=moment), "publish_notice.before_commit") == KILLED
    assert Notice.objects.get().state == "scheduled"
    assert killed(lambda: ticks.tick(until=moment), "publish_notice.after_commit") == KILLED
    ticks.tick(until=moment)

    assert Notice.objects.get().state == "published"
    assert Entry.objects.filter(event="lot.announced").count() == 1


@pytest.mark.parametrize("where", ["file_bid.before_commit", "file_bid.after_commit"])
def test_a_filing_whose_answer_was_lost_is_answered_alike(fresh_db, play_until, where):
    cast = cast_for()
    stage = play_until(cast, "amended")
    lot = Lot.objects.get()
    with clock.at(stage.now):
        made = sealed.prepare(cast, lot, cast["bidder1"], sealed.offer(cast["bidder1"], "1000000"))
        assert killed(lambda: bids.bid_file(**made), where) == KILLED
        assert Bid.objects.count() == (1 if where.endswith("after_commit") else 0)
        bid = bids.bid_file(**made)

    assert Bid.objects.get().pk == bid.pk
    assert bid.promise["id"] == str(bid.entry_id)
    assert Entry.objects.filter(event="bid.filed").count() == 1


@pytest.mark.parametrize("where", ["upload.before_write", "upload.after_write", "upload.after_commit"])
def test_a_chunk_cut_off_anywhere_is_resumed_to_the_right_bytes(fresh_db, files, where):
    content = b"age-encryption.org/v1\n" + os.urandom(200_000)
    digest = hashlib.sha256(content).hexdigest()
    upload = sealing.upload_begin(
        owner_ref="x", key=str(uuid4()), size=len(content), sha256=digest, must_be_sealed=False
    )
    token, half = sealing.upload_token(upload.id), len(content) // 2

    def send(offset: int, chunk: bytes):
        check = hashlib.sha256(chunk).hexdigest()
        return sealing.upload_append(upload_id=upload.id, token=token, offset=offset, chunk=chunk, sha256=check)

    send(0, content[:half])
    assert killed(lambda: send(half, content[half:]), where) == KILLED
    send(half, content[half:])

    assert sealing.upload_finish(upload_id=upload.id, token=token).finished_at


@pytest.mark.parametrize(("where", "mails"), [("mail.claimed", 1), ("mail.sent", 0)])
def test_a_mail_is_never_sent_twice(fresh_db, files, settings, tmp_path, where, mails):
    cast = cast_for()
    mail.send_due()  # what the cast was told while it assembled
    before = Message.objects.count()
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    mail.deliver([cast["agency"].pk], dedupe="once", title="通知", body="")

    assert killed(mail.send_due, where) == KILLED
    sent = len(list(settings.EMAIL_FILE_PATH.glob("*"))) if settings.EMAIL_FILE_PATH.exists() else 0
    Message.objects.update(mail_next_at=clock.machine())
    mail.send_due()

    now = len(list(settings.EMAIL_FILE_PATH.glob("*")))
    assert (now - sent, now) == (mails, 1)
    assert Message.objects.count() == before + 1


@pytest.mark.parametrize(
    "where",
    [
        "ledger.number.before_commit",
        "ledger.number.after_commit",
        "ledger.seal.before_commit",
        "ledger.seal.after_commit",
        "ledger.publish.after_tiles",
        "ledger.publish.before_checkpoint",
        "ledger.publish.after_checkpoint",
    ],
)
def test_a_sequencer_killed_anywhere_heals_with_its_next_round(fresh_db, play_until, where):
    play_until(cast_for(), "bidding")

    def round_() -> None:
        ledger.sequence_once()
        publishing.publish()

    assert killed(round_, where) == KILLED
    round_()

    assert audit.verify().bad == []
    assert not Entry.objects.filter(place__isnull=True, sealed=False).exists()
