"""A whole tender whose every act is killed between entry and commit, done, and then asked for once more."""

import hashlib
import os
from collections import Counter
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.failpoints import KILLED
from platform_site.ledger.models import Entry
from platform_site.messages import services as mail
from platform_site.messages.models import Message
from platform_site.sealing import services as sealing
from tests.ledger import children
from trading.models import Bid, Lot, Notice
from trading.rehearsal import engineering_open, sealed
from trading.rehearsal.repertoire import START, cast_for
from trading.rehearsal.stage import Stage
from trading.services import bids, ticks

pytestmark = pytest.mark.chaos


def killed(work, failpoint: str) -> int:
    """The exit status of a process that did `work` and was to be killed at `failpoint`."""

    def child() -> None:
        os.environ["PORTAL_FAILPOINT"] = failpoint
        work()

    return children.wait(children.start(child))


def standing() -> Counter:
    """Everything that an act may leave behind, counted."""
    entries = Counter(Entry.objects.values_list("event", flat=True))
    notices = Counter(f"notice {kind} {state}" for kind, state in Notice.objects.values_list("kind", "state"))
    states = Counter(f"lot {state}" for state in Lot.objects.values_list("state", flat=True))
    found = entries + notices + states
    found["messages"], found["bids"] = Message.objects.count(), Bid.objects.count()
    return found


def test_a_life_killed_before_every_commit_loses_and_doubles_nothing(fresh_db, files):
    cast, stage = cast_for(), Stage(START)
    script, answer, kills, seen = engineering_open.script(stage, cast, "objection"), None, 0, set()
    step = next(script)
    while True:
        probe = step.what not in seen and not step.refused
        seen.add(step.what)
        if probe:
            before = standing()
            with clock.at(stage.now):
                status = killed(step.call, "*.appended")
            if status == KILLED:
                kills += 1
                assert standing() == before, f"{step.what} left something behind"
        with clock.at(stage.now):
            try:
                answer = step.call()
            except Refused as refused:
                if not step.refused:
                    raise
                answer = refused
        if probe:
            after = standing()
            _ask_again(step, stage)
            _same_but_repeatable(after, standing(), step.what)
        try:
            step = script.send(answer)
        except StopIteration:
            break
    assert kills >= 15, f"only {kills} acts were killed; the failpoints are gone"
    assert Lot.objects.order_by("pk").first().state == "archived"
    doubled = {key: n for key, n in Counter(Message.objects.values_list("user", "dedupe")).items() if n > 1}
    assert doubled == {}


def _ask_again(step, stage) -> None:
    """The same request once more, as after a lost answer: refused or answered alike."""
    with clock.at(stage.now):
        try:
            step.call()
        except (Refused, PermissionDenied, ObjectDoesNotExist):
            return


# What may lawfully be done twice: another question, a filing that replaces, the same seats.
REPEATABLE = {
    "进场登记",
    "提出询问",
    "发出澄清",
    "修改招标文件",
    "加密递交投标文件",
    "替换投标文件",
    "组建评标委员会",
    "响应性审查和评分",
    "形成评标报告",
    "提交招标公告",
    "约定受托人，四人中三人可解密",
    "向监督部门提交书面报告",
    "退还投标保证金及利息",
    "归档",
}


def _same_but_repeatable(before: Counter, after: Counter, what: str) -> None:
    if what not in REPEATABLE:
        assert after == before, f"{what} happened twice: {after - before}"


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
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    cast = cast_for()
    mail.deliver([cast["agency"].pk], dedupe="once", title="通知", body="")

    assert killed(mail.send_due, where) == KILLED
    sent = len(list(settings.EMAIL_FILE_PATH.glob("*"))) if settings.EMAIL_FILE_PATH.exists() else 0
    Message.objects.update(mail_next_at=clock.machine())
    mail.send_due()

    now = len(list(settings.EMAIL_FILE_PATH.glob("*")))
    assert (now - sent, now) == (mails, 1)
    assert Message.objects.count() == 1


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
    from platform_site.ledger import audit, publishing

    play_until(cast_for(), "bidding")

    def round_() -> None:
        ledger.sequence_once()
        publishing.publish()

    assert killed(round_, where) == KILLED
    round_()

    assert audit.verify().bad == []
    assert not Entry.objects.filter(place__isnull=True, sealed=False).exists()
