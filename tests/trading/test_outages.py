"""A declared outage: what falls due inside moves, in the initiator's name and told to whoever took the documents."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import IntegrityError

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.holds.models import Hold
from platform_site.holds.registers import holds_as_recorded
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import START, signed_in
from trading import testimony
from trading.models import Lot, Notice, Outage
from trading.rehearsal import land_listing
from trading.rehearsal.stage import Played, Stage, play
from trading.services import outages, postponements, ticks
from trading.services.acts import moment_of
from trading.services.deadlines import deadline_of
from trading.testimony.outages import outages_as_recorded

HOUR = timedelta(hours=1)
# The deadline is a Friday's, and behind it lies 清明: whatever lasts up to four days moves it to the Tuesday.
NEXT = timedelta(days=4)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "filed_bidder4") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    """Four bids are filed; it is an hour after the deadline, and the clock has not got round to opening them."""
    made.deadline = made.again().recorded["bid_deadline"]
    at(made.deadline + HOUR)
    return made


def declare(scene, start=-HOUR, end=HOUR, by="operator", **given):
    """An outage from `start` to `end`, counted from the bid deadline; end None: it lasts."""
    said = {"failed": "机房断电，不能上传", "evidence": "供电所停电记录 2026-041 号。", **given}
    return outages.outage_declare(
        starts_at=scene.deadline + start,
        ends_at=None if end is None else scene.deadline + end,
        actor=scene.cast[by].actor,
        **said,
    )


def refused(scene, *args, **kwargs):
    with pytest.raises(Refused) as found:
        declare(scene, *args, **kwargs)
    assert not Outage.objects.exists()
    return [one.code for one in found.value.violations]


def notices(scene):
    return scene.again().notices.filter(kind="outage")


@pytest.mark.rule("ELE-07")
def test_a_deadline_inside_moves_and_the_lot_opens_then_with_the_bids_that_were_filed(scene):
    declare(scene)

    later = moment_of(scene.again(), "bid_deadline")
    assert later == scene.deadline + NEXT
    ticks.tick(until=later - HOUR)
    assert scene.again().state == "bidding"
    ticks.tick(until=later)
    assert scene.again().state == "opening"
    assert len(scene.again().opening.roll) == 4


def test_the_change_notice_is_the_initiators_and_names_the_article(scene, client):
    declare(scene)

    notice = notices(scene).get()
    assert notice.content["issuer"]["code"] == scene.cast["initiator"].code
    assert "第三十一条" in notice.content["article"]
    assert [one["title"] for one in notice.content["moved"]] == ["投标截止时间"]
    followed()
    page = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()
    assert "机房断电，不能上传" in page
    assert "顺延为" in page


def test_whoever_took_the_documents_is_told_and_so_are_the_initiator_and_the_authority(scene):
    declare(scene)

    told = Message.objects.filter(dedupe__startswith=f"notice:{notices(scene).get().pk}")
    assert told.exclude(dedupe__contains=":initiator").exclude(dedupe__contains=":authority").count() == 4
    assert told.filter(dedupe__contains=":initiator").count() == 2
    authority = told.filter(dedupe__contains=":authority")
    assert authority.exists()
    assert all("供电所停电记录" in message.body for message in authority)


def test_the_record_says_who_declared_what_and_what_moved(scene):
    outage = declare(scene)

    said = Entry.objects.get(event="outage.declared", subject=outage.ledger_ref).facts
    moved = Entry.objects.get(event="lot.outage_moved").facts
    assert (said["failed"], said["state"]) == ("机房断电，不能上传", "over")
    assert moved["outage"] == str(outage.pk)
    assert moved["notice"] == str(notices(scene).get().pk)
    assert [*outages_as_recorded(), *holds_as_recorded(), *testimony.rows_as_recorded()] == []


def test_an_outage_changed_behind_the_record_is_found(scene):
    outage = declare(scene)
    Outage.objects.filter(pk=outage.pk).update(evidence="没有证据")

    assert [one.why for one in outages_as_recorded()] == ["outage: evidence is not the one recorded"]


def test_a_deadline_outside_stays_where_it_is(scene):
    declare(scene, start=timedelta(minutes=1), end=HOUR)

    assert moment_of(scene.again(), "bid_deadline") == scene.deadline
    assert not notices(scene).exists()


def test_a_document_without_the_clause_is_left_alone(scene):
    lot = scene.again()
    lot.terms = {**lot.terms, "outage_clause": False}
    lot.save(update_fields=["terms"])

    declare(scene)

    assert moment_of(scene.again(), "bid_deadline") == scene.deadline


def test_validity_runs_from_the_new_deadline(scene):
    before = scene.again().recorded["validity_until"]

    declare(scene)

    assert scene.again().recorded["validity_until"] - before >= timedelta(days=3)


def test_while_it_lasts_nothing_falls_due_and_its_end_settles_it(scene, at):
    outage = declare(scene, end=None)
    ticks.tick(until=scene.deadline + 2 * HOUR)
    assert (scene.again().state, moment_of(scene.again(), "bid_deadline")) == ("bidding", None)

    at(scene.deadline + 30 * HOUR)
    outages.outage_end(outage_id=outage.pk, ends_at=scene.deadline + 29 * HOUR, actor=scene.cast["operator"].actor)

    assert deadline_of(scene.again()) == scene.deadline + NEXT
    assert notices(scene).count() == 1
    assert [*outages_as_recorded(), *holds_as_recorded()] == []


def test_one_that_ends_before_the_deadline_leaves_it_where_it_was(scene, at):
    at(scene.deadline - 5 * HOUR)
    outage = declare(scene, start=-6 * HOUR, end=None)
    at(scene.deadline - 3 * HOUR)

    outages.outage_end(outage_id=outage.pk, ends_at=scene.deadline - 4 * HOUR, actor=scene.cast["operator"].actor)

    assert moment_of(scene.again(), "bid_deadline") == scene.deadline
    assert not notices(scene).exists()


def test_it_ends_once_and_not_in_the_future(scene):
    outage = declare(scene, end=None)
    operator = scene.cast["operator"].actor

    with pytest.raises(Refused, match=r"outage\.end"):
        outages.outage_end(outage_id=outage.pk, ends_at=scene.deadline + 2 * HOUR, actor=operator)
    outages.outage_end(outage_id=outage.pk, ends_at=scene.deadline + HOUR, actor=operator)
    with pytest.raises(Refused, match=r"outage\.over"):
        outages.outage_end(outage_id=outage.pk, ends_at=scene.deadline + HOUR, actor=operator)


def test_an_outage_that_ends_before_it_begins_is_refused(scene):
    assert refused(scene, start=HOUR, end=-HOUR) == ["outage.end"]


def test_one_in_the_future_beyond_reason_is_refused(scene):
    days = outages.AHEAD + 2 * HOUR

    assert refused(scene, start=days, end=days + HOUR) == ["outage.ahead"]
    assert refused(scene, start=2 * HOUR, end=None) == ["outage.ahead"]
    assert refused(scene, end=outages.LONGEST) == ["outage.long"]


@pytest.mark.parametrize("end", [HOUR, None])
def test_an_overlapping_one_is_refused_and_a_neighbour_is_not(scene, end):
    first = declare(scene, start=-3 * HOUR, end=-2 * HOUR)

    with pytest.raises(Refused, match=r"outage\.overlap"):
        declare(scene, start=-2.5 * HOUR, end=end)

    declare(scene, start=-2 * HOUR, end=end)
    assert set(Outage.objects.values_list("starts_at", flat=True)) == {first.starts_at, first.ends_at}


def test_after_the_opening_began_it_is_too_late(scene):
    ticks.tick(until=scene.deadline)

    assert refused(scene) == ["outage.opened"]
    assert scene.again().state == "opening"


@pytest.mark.parametrize("who", ["initiator", "agency", "bidder1", "supervisor", "draw_officer"])
def test_only_the_operator_declares(scene, who):
    with pytest.raises(PermissionDenied):
        declare(scene, by=who)


@pytest.mark.parametrize("given", [{"failed": " "}, {"evidence": ""}, {"failed": "断" * 201}])
def test_nothing_is_declared_without_words(scene, given):
    assert refused(scene, **given) == ["text.length"]


def test_a_postponement_afterwards_counts_from_the_moved_deadline_and_is_not_moved_by_the_past(scene, at):
    declare(scene)
    moved = deadline_of(scene.again())
    at(moved - HOUR)

    with pytest.raises(Refused, match=r"deadline\.earlier"):
        postpone(scene, moved)
    postpone(scene, moved + timedelta(days=3))

    assert deadline_of(scene.again()) == moved + timedelta(days=3)


def postpone(scene, until):
    postponements.lot_postpone(
        lot_id=scene.lot.pk, bid_deadline=until, reason="检修。", actor=scene.cast["agency"].actor
    )


def test_the_page_shows_what_would_move_before_anything_does(scene):
    operator = signed_in(scene.cast, "operator")
    said = {
        "starts_at": f"{clock.china(scene.deadline - HOUR):%Y-%m-%d %H:%M}",
        "ends_at": f"{clock.china(scene.deadline + HOUR):%Y-%m-%d %H:%M}",
        "failed": "机房断电",
        "evidence": "停电记录。",
    }

    looked = operator.post("/work/centre/outages/", {**said, "look": "1"})

    assert looked.status_code == 200
    assert scene.lot.title in looked.content.decode()
    assert not Outage.objects.exists()
    assert operator.post("/work/centre/outages/", said).status_code == 302
    assert notices(scene).count() == 1


def test_a_wrong_time_on_the_page_is_said_beside_what_was_typed(scene):
    operator = signed_in(scene.cast, "operator")

    bad = operator.post("/work/centre/outages/", {"starts_at": "昨天", "failed": "断电", "evidence": "记录"})
    empty = operator.post("/work/centre/outages/", {})

    assert (bad.status_code, empty.status_code) == (422, 422)
    assert "昨天" in bad.content.decode()


def test_whatever_a_service_forgets_the_database_refuses(scene):
    outage = declare(scene)

    with pytest.raises(IntegrityError, match="outage_one_at_a_time"), transaction.atomic():
        Outage.objects.create(
            centre=outage.centre, starts_at=outage.starts_at, ends_at=None, failed="x", evidence="x",
            declared_at=outage.declared_at,
        )  # fmt: skip


def test_the_notice_of_a_document_with_the_clause_prints_it(scene, client):
    notice = Notice.objects.get(lot=scene.lot, kind="tender")

    followed()
    page = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()

    assert "不足一日的按一日" in page


# -- another law ------------------------------------------------------------------------------------------------------


def test_a_listing_whose_grant_document_carries_the_clause_ends_later(scene, at):
    stage = Stage(START)
    play(stage, land_listing.script(stage, scene.cast, "low_offer"), Played("land.listing", ""), stop_at="offered")
    lot = Lot.objects.select_related("tender").latest("pk")
    ends = moment_of(lot, "listing_until")
    at(ends + HOUR)
    outages.outage_declare(
        starts_at=ends - HOUR, ends_at=ends + HOUR, failed="机房断电", evidence="停电记录。",
        actor=scene.cast["operator"].actor,
    )  # fmt: skip

    assert moment_of(Lot.objects.get(pk=lot.pk), "listing_until").date() > ends.date()
    notice = Notice.objects.get(lot=lot, kind="outage")
    assert notice.content["article"] == ""  # the document's own term: the decree on e-tendering governs no grant
    assert "载明的补救方案" in Hold.objects.get(ref=lot.ledger_ref).article
