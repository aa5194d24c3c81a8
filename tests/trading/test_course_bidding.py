"""What interrupts a tender before its opening: postponement, correction, termination, orders that hold the lot."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from supervision.models import Order
from supervision.services import order_issue, order_lift
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading.rehearsal.engineering_open import file
from trading.services import closings, corrections, postponements, ticks
from trading.services.acts import moment_of


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "filed_bidder4") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    return made


def postpone(scene, days=3, **given):
    until = scene.again().recorded["bid_deadline"] + timedelta(days=days)
    said = {"reason": "开标场所检修。", "actor": scene.cast["agency"].actor, **given}
    return postponements.lot_postpone(lot_id=scene.lot.pk, bid_deadline=until, **said)


def issue(scene, kind="suspend", by="supervisor", number="监〔2026〕7号"):
    return order_issue(lot_id=scene.lot.pk, kind=kind, number=number, text="调查投诉。", actor=scene.cast[by].actor)


@pytest.mark.rule("ENG-27")
def test_a_postponed_lot_opens_at_its_new_minute_with_the_bids_that_were_filed(scene, at):
    before = scene.again()

    notice = postpone(scene)

    after = scene.again()
    assert after.recorded["bid_deadline"] - before.recorded["bid_deadline"] == timedelta(days=3)
    assert after.recorded["validity_until"] > before.recorded["validity_until"]
    assert notice.kind == "postponement"
    assert Entry.objects.filter(event="lot.postponed", facts__notice=str(notice.id)).exists()
    ticks.tick(until=before.recorded["bid_deadline"])
    assert scene.again().state == "bidding"
    ticks.tick(until=after.recorded["bid_deadline"])
    assert scene.again().state == "opening"
    assert len(scene.again().opening.roll) == 4


def test_every_holder_is_told_of_a_postponement(scene):
    notice = postpone(scene)

    assert Message.objects.filter(dedupe__startswith=f"notice:{notice.id}").count() == 4


@pytest.mark.parametrize("who", ["bidder1", "operator", "supervisor"])
def test_only_the_initiators_side_interrupts(scene, who):
    actor = scene.cast[who].actor
    notice = scene.lot.notices.get(kind="tender")

    for act in (
        lambda: postpone(scene, actor=actor),
        lambda: closings.lot_terminate(lot_id=scene.lot.pk, reason="停", refund="退", actor=actor),
        lambda: corrections.notice_correct(
            lot_id=scene.lot.pk, notice_id=notice.pk, before="泽安市", after="云泽市", reason="误", actor=actor
        ),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_postponement_without_a_reason_says_so_on_its_page_and_keeps_what_was_typed(scene):
    agent = signed_in(scene.cast, "agency")

    answer = agent.post(scene.url("acts/postpone/"), {"bid_deadline": "2026-05-12 09:30", "reason": ""})

    assert answer.status_code == 422
    assert "2026-05-12 09:30" in answer.content.decode()


def test_an_earlier_opening_is_refused_on_the_page_with_both_moments(scene):
    agent = signed_in(scene.cast, "agency")

    answer = agent.post(scene.url("acts/postpone/"), {"bid_deadline": "2026-03-20 09:30", "reason": "检修"})

    assert answer.status_code == 409
    assert "投标截止时间不得提前" in answer.content.decode()
    assert scene.again().notices.filter(kind="postponement").count() == 0


def test_a_postponement_on_the_page_is_published(scene, client):
    agent = signed_in(scene.cast, "agency")

    agent.post(scene.url("acts/postpone/"), {"bid_deadline": "2026-05-12 09:30", "reason": "检修"})

    notice = scene.again().notices.get(kind="postponement")
    followed()
    page = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()
    assert "改为" in page
    assert "延期公告" in page


@pytest.mark.rule("ENG-54")
def test_a_correction_links_to_the_notice_that_stays_as_it_was(scene, client):
    wrong = scene.lot.notices.get(kind="tender")
    digest = wrong.digest

    made = corrections.notice_correct(
        lot_id=scene.lot.pk, notice_id=wrong.pk, before="财政资金", after="市级财政资金", reason="笔误。",
        actor=scene.cast["agency"].actor,
    )  # fmt: skip

    wrong.refresh_from_db()
    assert (made.follows_id, made.kind, wrong.digest) == (wrong.pk, "correction", digest)
    followed()
    old = client.get(f"/trades/{scene.lot.reference}/notices/{wrong.pk}/").content.decode()
    assert "另发更正公告" in old
    assert "已更正" in client.get(f"/trades/{scene.lot.reference}/").content.decode()
    assert "市级财政资金" in client.get(f"/trades/{scene.lot.reference}/notices/{made.pk}/").content.decode()


@pytest.mark.rule("ENG-54")
@pytest.mark.parametrize(("before", "after"), [("没有写过的话", "别的话"), ("财政资金", "财政资金")])
def test_words_that_are_not_there_or_do_not_change_are_no_correction(scene, before, after):
    wrong = scene.lot.notices.get(kind="tender")

    with pytest.raises(Refused, match=r"correction\.not_there"):
        corrections.notice_correct(
            lot_id=scene.lot.pk, notice_id=wrong.pk, before=before, after=after, reason="笔误。",
            actor=scene.cast["agency"].actor,
        )  # fmt: skip


def test_a_correction_before_the_opening_tells_holders_only(scene):
    wrong = scene.lot.notices.get(kind="tender")

    made = corrections.notice_correct(
        lot_id=scene.lot.pk, notice_id=wrong.pk, before="财政资金", after="市级财政资金", reason="笔误。",
        actor=scene.cast["agency"].actor,
    )  # fmt: skip

    assert Message.objects.filter(dedupe__startswith=f"notice:{made.id}").count() == 4


@pytest.mark.rule("ENG-19")
def test_a_terminated_tender_returns_the_envelopes_sealed_and_says_how_fees_go_back(scene, client):
    with pytest.raises(Refused, match=r"fact\.missing"):
        closings.lot_terminate(lot_id=scene.lot.pk, reason="资金", refund=" ", actor=scene.cast["agency"].actor)

    closings.lot_terminate(
        lot_id=scene.lot.pk, reason="资金未落实", refund="五日内连同利息退还", actor=scene.cast["agency"].actor
    )

    assert set(scene.lot.bids.exclude(state="replaced").values_list("state", flat=True)) == {"returned"}
    notice = scene.again().notices.get(kind="termination")
    followed()
    page = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()
    assert "五日内连同利息退还" in page
    assert "均未开启" in page


@pytest.mark.rule("CMP-05")
def test_an_order_holds_the_lot_and_its_deadline_moves_by_the_days_held(scene, at):
    planned = scene.again().recorded["bid_deadline"]
    order = issue(scene)

    assert moment_of(scene.again(), "bid_deadline") is None
    ticks.tick(until=planned + timedelta(hours=1))
    assert scene.again().state == "bidding"
    at(planned + timedelta(hours=5))
    file(scene.cast, scene.again(), "bidder1", "0.91")
    order_lift(order_id=order.id, reason="调查结束。", actor=scene.cast["supervisor"].actor)

    moved = moment_of(scene.again(), "bid_deadline")
    assert moved - planned >= timedelta(days=3)
    ticks.tick(until=moved)
    assert scene.again().state == "opening"


def test_an_order_is_public_with_its_number_and_told_to_the_initiator(scene, client):
    order = issue(scene)

    followed()
    page = client.get(f"/trades/{scene.lot.reference}/").content.decode()
    assert "监〔2026〕7号" in page
    assert Message.objects.filter(dedupe__startswith=order.ledger_ref).exists()


@pytest.mark.parametrize("who", ["operator", "agency", "bidder1", "pool_supervisor"])
def test_nobody_but_the_lots_supervisor_orders(scene, who):
    with pytest.raises(PermissionDenied):
        issue(scene, by=who)


@pytest.mark.parametrize(
    "given", [{"kind": "arrest"}, {"number": " "}, {"number": "长" * 101}], ids=["kind", "number", "length"]
)
def test_an_order_that_says_too_little_or_too_much_is_refused(scene, given):
    with pytest.raises(Refused):
        issue(scene, **given)

    assert not Order.objects.exists()


def test_a_number_is_used_once_and_an_order_lifted_once(scene):
    order = issue(scene)
    with pytest.raises(Refused, match=r"order\.known"):
        issue(scene)
    order_lift(order_id=order.id, reason="结束。", actor=scene.cast["supervisor"].actor)

    with pytest.raises(Refused, match=r"order\.lifted"):
        order_lift(order_id=order.id, reason="结束。", actor=scene.cast["supervisor"].actor)


def test_a_supervisor_orders_and_lifts_on_the_page(scene):
    supervisor = signed_in(scene.cast, "supervisor")
    url = f"/supervision/lots/{scene.lot.tender.reference}/1/orders/"

    assert supervisor.post(url, {"kind": "suspend", "number": "", "text": ""}).status_code == 422
    supervisor.post(url, {"kind": "suspend", "number": "监1号", "text": "暂停。"})
    order = Order.objects.get()
    assert supervisor.post(url, {"kind": "suspend", "number": "监1号", "text": "暂停。"}).status_code == 409
    assert "暂停：责令暂停" in supervisor.get("/supervision/").content.decode()
    assert supervisor.post(f"{url}{order.pk}/lift/", {"reason": ""}).status_code == 422
    supervisor.post(f"{url}{order.pk}/lift/", {"reason": "结束。"})

    assert Order.objects.get().state == "lifted"
    assert signed_in(scene.cast, "agency").get(url).status_code == 404
