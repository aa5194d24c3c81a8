"""更换受托人 between notice and opening: what was sealed before still opens, or everybody has the days to seal anew."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from platform_site import workdays
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.sealing.models import KeySet
from tests.trading.boundaries import ENG, day
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading.kernel.procedure import Facts
from trading.rehearsal import engineering_open, sealed
from trading.rehearsal.casting import add_trustee, countersign, trustees_of
from trading.rooms import guards_of
from trading.rulebooks.guards import document
from trading.services import bids, ticks, trustees
from trading.services.deadlines import deadline_of


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "filed_bidder4") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    kept = dict(made.cast.trustees)
    yield made
    made.cast.trustees.clear()
    made.cast.trustees.update(kept)


def rows_without(scene, *roles):
    return [row for row in trustees_of(scene.cast) if row.role not in roles]


def propose(scene, *roles, by="agency", k=3, sign=True):
    """Trustees of these roles are replaced by new keys of the same subjects."""
    of = {"notary": "notary", "other_centre": "other_centre"}
    kept = rows_without(scene, *roles)
    fresh = [add_trustee(scene.cast, role, scene.cast.subjects[of[role]], stock=5) for role in roles]
    made = trustees.trustees_propose(lot_id=scene.lot.pk, trustees=[*kept, *fresh], k=k, actor=scene.cast[by].actor)
    if sign:
        countersign(scene.cast, made.pk)
    return made


def replace(scene, ground="lost", by="agency", **given):
    return trustees.trustees_replace(
        lot_id=scene.lot.pk, ground=ground, reason="存放密钥的设备损坏。", actor=scene.cast[by].actor, **given
    )


@pytest.mark.rule("ELE-07")
def test_a_set_in_which_nobody_is_replaced_is_none():
    asked = {"key_set": "ab", "gone": ()}

    assert document.trustee_gone(Facts("bidding", day(0), values=asked), ENG).code == "trustees.nobody_gone"
    assert document.trustee_gone(Facts("bidding", day(0), values={**asked, "key_set": ""}), ENG).code == "fact.missing"
    assert document.trustee_gone(Facts("bidding", day(0), values={**asked, "gone": ["公证处"]}), ENG) is None


@pytest.mark.rule("ELE-05")
def test_the_new_set_is_judged_like_the_first(scene):
    with pytest.raises(Refused, match=r"trustees\.insiders_reach_k"):
        trustees.trustees_propose(
            lot_id=scene.lot.pk, trustees=rows_without(scene, "notary"), k=2, actor=scene.cast["agency"].actor
        )

    assert KeySet.objects.filter(pk__startswith=scene.lot.ledger_ref).count() == 1


def test_a_set_few_have_countersigned_is_not_in_force(scene):
    before = scene.again().key_set_hash
    propose(scene, "notary", sign=False)

    with pytest.raises(Refused, match=r"trustees\.not_countersigned"):
        replace(scene)

    assert scene.again().key_set_hash == before


@pytest.mark.parametrize("who", ["bidder1", "operator", "supervisor"])
def test_only_the_initiators_side_replaces(scene, who):
    with pytest.raises(PermissionDenied):
        propose(scene, "notary", by=who)
    propose(scene, "notary")
    with pytest.raises(PermissionDenied):
        replace(scene, by=who)


def test_where_enough_are_left_nothing_moves_and_an_older_envelope_is_still_taken(scene):
    was = scene.again()
    late = sealed.prepare(scene.cast, was, scene.cast["bidder1"], sealed.offer(scene.cast["bidder1"], "170000000"))
    made = propose(scene, "notary")

    notice = replace(scene)

    assert scene.again().recorded["bid_deadline"] == was.recorded["bid_deadline"]
    assert scene.again().key_set_hash == made.hash
    assert notice.content["former_opens"] is True
    assert Entry.objects.filter(event="lot.trustees_replaced", facts__former=was.key_set_hash).exists()
    bids.bid_file(**late)
    engineering_open.file(scene.cast, scene.again(), "bidder2", "0.905")
    standing = scene.again().bids.standing().select_related("envelope", "subject")
    sealed_to = {bid.subject.code: bid.envelope.header["trustee_set"] for bid in standing}
    assert sealed_to[scene.cast["bidder1"].code] == was.key_set_hash
    assert sealed_to[scene.cast["bidder2"].code] == made.hash


@pytest.mark.rule("ENG-11")
def test_where_too_few_are_left_the_days_of_an_amendment_are_left_or_the_deadline_moves(scene):
    was = scene.again()
    late = sealed.prepare(scene.cast, was, scene.cast["bidder1"], sealed.offer(scene.cast["bidder1"], "170000000"))
    propose(scene, "notary", "other_centre")
    with pytest.raises(Refused, match=r"period\.too_short"):
        replace(scene, "departed")

    notice = replace(scene, "departed", extend=True)

    moved = deadline_of(scene.again())
    assert moved >= workdays.earliest_after(scene.stage.now, 15, "cd")
    assert moved.time() == was.recorded["bid_deadline"].time()
    assert notice.content["former_opens"] is False
    with pytest.raises(Refused, match=r"trustees\.former_set"):
        bids.bid_file(**late)
    ticks.tick(until=was.recorded["bid_deadline"])
    assert scene.again().state == "bidding"


def test_a_key_in_other_hands_ends_the_former_set_though_enough_are_left(scene):
    propose(scene, "notary")
    with pytest.raises(Refused, match=r"period\.too_short"):
        replace(scene, "exposed")

    notice = replace(scene, "exposed", extend=True)

    assert notice.content["former_left"] == 3
    assert notice.content["former_opens"] is False
    assert [row.hash for row in trustees.key_sets_to_seal(scene.again())] == [scene.again().key_set_hash]


def test_a_second_loss_counts_with_the_first(scene):
    first = scene.again().key_set_hash
    second = propose(scene, "notary").hash
    replace(scene)
    lost = next(row for row in trustees_of(scene.cast) if row.role == "other_centre")
    del scene.cast.trustees[str(lost.pk)]
    old = next(row for row in trustees_of(scene.cast) if row.role == "notary")
    del scene.cast.trustees[str(old.pk)]
    fresh = add_trustee(scene.cast, "other_centre", scene.cast.subjects["other_centre"], stock=5)
    made = trustees.trustees_propose(
        lot_id=scene.lot.pk,
        trustees=[row for row in trustees_of(scene.cast) if row.pk != fresh.pk] + [fresh],
        k=3,
        actor=scene.cast["agency"].actor,
    )
    countersign(scene.cast, made.pk)
    replace(scene)

    assert [row.hash for row in trustees.key_sets_to_seal(scene.again())] == [made.hash, second]
    assert first not in {row.hash for row in trustees.key_sets_to_seal(scene.again())}


def test_every_holder_is_told_the_same_words_whether_he_filed_or_not(scene):
    propose(scene, "notary")

    notice = replace(scene)

    told = Message.objects.filter(dedupe__startswith=f"notice:{notice.id}")
    assert told.count() == 4
    assert len(set(told.values_list("title", "body", "url"))) == 1


def test_nothing_to_replace_and_no_ground_are_refused_and_nothing_changes(scene):
    with pytest.raises(Refused, match=r"fact\.missing"):
        replace(scene)
    propose(scene, "notary")
    with pytest.raises(Refused, match=r"fact\.missing"):
        replace(scene, "whim")
    with pytest.raises(Refused, match=r"deadline\.earlier"):
        replace(scene, bid_deadline=deadline_of(scene.again()) - timedelta(days=1))

    assert not scene.again().notices.filter(kind="trustees").exists()


def test_after_the_deadline_nobody_is_replaced(scene, at):
    deadline = scene.again().recorded["bid_deadline"]
    at(deadline)
    ticks.tick(until=deadline)

    with pytest.raises(Refused, match=r"state\.wrong"):
        propose(scene, "notary")


def test_on_the_page_a_set_is_chosen_signed_and_published(scene, client):
    agent, url = signed_in(scene.cast, "agency"), scene.url("trustees/")
    fresh = add_trustee(scene.cast, "notary", scene.cast.subjects["notary"], stock=5)
    same = {"trustees": [str(row.pk) for row in rows_without(scene) if row.pk != fresh.pk], "k": "3"}
    refused = agent.post(url, same)
    assert refused.status_code == 409
    assert "一个也没有更换" in refused.content.decode()
    kept = [str(row.pk) for row in rows_without(scene, "notary")]

    assert agent.post(url, {"trustees": [*kept, str(fresh.pk)], "k": "3"}).status_code == 302
    page = agent.get(url).content.decode()
    assert "待公告的密钥集" in page
    assert "disabled" in page
    early = agent.post(f"{url}publish/", {"ground": "lost", "reason": "设备损坏", "bid_deadline": ""})
    assert early.status_code == 409
    assert "设备损坏" in early.content.decode()
    countersign(scene.cast, trustees.key_set_proposed(scene.again()).pk)
    assert agent.post(f"{url}publish/", {"ground": "", "reason": ""}).status_code == 422
    assert agent.post(f"{url}publish/", {"ground": "lost", "reason": "设备损坏"}).status_code == 302

    notice = scene.again().notices.get(kind="trustees")
    followed()
    public = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()
    assert "不必重新递交" in public
    assert "更换受托人公告" in client.get(f"/trades/{scene.lot.reference}/").content.decode()


def test_the_filing_page_and_the_ticket_speak_of_the_set_in_force_and_name_the_former(scene, client):
    former = scene.again().key_set_hash
    made = propose(scene, "notary")
    bidder = signed_in(scene.cast, "bidder1")
    assert f'data-keyset-hash="{former}"' in bidder.get(scene.url("bid/file/")).content.decode()

    replace(scene)

    page = bidder.get(scene.url("bid/file/")).content.decode()
    assert f'data-keyset-hash="{made.hash}"' in page
    assert f'data-keyset-former="{former}"' in page
    assert f'data-keyset="/sealing/lots/{made.pk.replace("#", "%23")}/"' in page
    ticket = bidder.get(scene.url("bid/file/ticket.json")).json()["ticket"]
    assert ticket["keyset"]["lot"] == made.pk
    assert client.get(f"/sealing/lots/{made.pk.replace('#', '%23')}/").json()["hash"] == made.hash


def test_only_who_must_seal_anew_reads_so_on_the_own_page(scene):
    propose(scene, "notary", "other_centre")
    replace(scene, "departed", extend=True)
    engineering_open.file(scene.cast, scene.again(), "bidder2", "0.905")

    page = {who: signed_in(scene.cast, who).get(scene.url("bid/")).content.decode() for who in ("bidder1", "bidder2")}

    assert "重新加密递交" in page["bidder1"]
    assert "已经停用的密钥集" not in page["bidder2"]
    assert "已经停用的密钥集" not in signed_in(scene.cast, "agency").get(scene.url()).content.decode()


def test_the_room_shows_both_sets_and_who_is_not_waited_for(scene):
    propose(scene, "notary")
    replace(scene)
    deadline = scene.again().recorded["bid_deadline"]
    ticks.tick(until=deadline)

    now, before = guards_of(scene.again())

    assert (now.k, before.k) == (3, 3)
    assert [row.gone for row in now.trustees] == [False] * 4
    assert [row.name for row in before.trustees if row.gone] == [scene.cast.subjects["notary"].name]
