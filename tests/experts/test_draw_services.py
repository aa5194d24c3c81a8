"""The draw with its people, trustees and record."""

import copy
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from experts import draw as drawing
from experts import services
from experts.models import Draw, Expert, Invitation
from experts.nonces import seal_nonce
from experts.services.invitations import GIVE_UP
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.sealing.canonical import digest
from tests.experts import world as w
from verify.draw import check_draw


@pytest.fixture
def keepers(db):
    return w.trustees()


def test_a_draw_from_list_to_invitations(keepers):
    w.pool(8)

    draw = w.drawn(keepers)

    assert draw.state == "drawn"
    assert check_draw(draw.certificate) == []
    assert draw.invitations.filter(state="invited").count() == 3
    assert list(Entry.objects.about(draw.ledger_ref).order_by("recorded_at").values_list("event", flat=True)) == [
        "draw.opened", "draw.nonce_committed", "draw.nonces_committed", "draw.nonce_revealed", "draw.nonces_revealed",
        "draw.drawn",
    ]  # fmt: skip


def test_nothing_public_names_an_expert(keepers):
    experts = w.pool(8)
    draw = w.drawn(keepers)
    first = draw.invitations.first()
    services.invitation_answer(invitation_id=first.id, accept=False, reason="出差", actor=w.as_expert(first.expert))

    draw.refresh_from_db()
    public = json.dumps(draw.certificate) + json.dumps([e.facts for e in Entry.objects.about(draw.ledger_ref)])
    for expert in experts:
        assert str(expert.public_id) not in public
        assert str(expert.user.public_id) not in public
        assert expert.employer_code not in public


def test_the_record_binds_the_list_before_any_nonce_and_the_certificate_after(keepers):
    w.pool(8)

    draw = w.drawn(keepers)

    said = {e.event: e.facts for e in Entry.objects.about(draw.ledger_ref)}
    assert said["draw.opened"]["root"] == draw.certificate["root"]
    assert said["draw.drawn"]["certificate"] == digest(draw.certificate)
    assert said["draw.nonce_committed"]["commitment"] == draw.certificate["commitments"]["initiator"]


@pytest.mark.rule("EXP-03")
def test_a_need_is_drawn_once(keepers):
    w.pool(8)
    w.drawn(keepers)

    with pytest.raises(Refused, match=r"draw\.repeated"):
        w.opened(keepers)


def test_a_draw_does_not_go_on_without_a_committed_nonce(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.nonces(draw)
    services.nonce_commit(draw_id=draw.id, role="initiator", commitment=made.commitment["initiator"],
                          sealed_nonce=made.sealed["initiator"], actor=w.BUYER)  # fmt: skip

    with pytest.raises(Refused, match=r"draw\.state"):
        services.nonce_reveal(draw_id=draw.id, role="initiator", nonce=made.nonce["initiator"], actor=w.BUYER)
    with pytest.raises(Refused, match=r"draw\.state"):
        services.draw_run(draw_id=draw.id, actor=w.OFFICER)


def test_only_the_nonce_committed_to_is_taken(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.committed(draw)

    with pytest.raises(Refused, match=r"draw\.nonce_false"):
        services.nonce_reveal(draw_id=draw.id, role="witness", nonce=drawing.new_nonce(), actor=w.WITNESS)
    services.nonce_reveal(draw_id=draw.id, role="witness", nonce=made.nonce["witness"], actor=w.WITNESS)


def test_who_does_not_reveal_is_revealed_by_k_trustees(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.committed(draw)
    services.nonce_reveal(draw_id=draw.id, role="initiator", nonce=made.nonce["initiator"], actor=w.BUYER)

    w.release(draw, keepers, 2)
    with pytest.raises(Refused, match=r"draw\.keys_missing"):
        services.nonce_recover(draw_id=draw.id, role="witness", actor=w.OFFICER)
    w.release(draw, keepers, 3)
    draw = services.nonce_recover(draw_id=draw.id, role="witness", actor=w.OFFICER)

    assert draw.nonces["witness"] == made.nonce["witness"]
    assert draw.state == "revealed"
    assert Entry.objects.about(draw.ledger_ref).get(event="draw.nonces_revealed").facts["by"] == "trustees"


def test_trustees_give_nothing_away_before_both_are_bound(keepers):
    w.pool(8)
    draw = w.opened(keepers)

    with pytest.raises(Refused, match=r"trustees\.too_early"):
        w.release(draw, keepers, 1)


def test_a_false_sealed_nonce_is_named_and_never_used(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.nonces(draw)
    made.sealed["witness"] = seal_nonce(drawing.new_nonce(), services.keyset_of(draw))
    for role, actor in (("initiator", w.BUYER), ("witness", w.WITNESS)):
        services.nonce_commit(draw_id=draw.id, role=role, commitment=made.commitment[role],
                              sealed_nonce=made.sealed[role], actor=actor)  # fmt: skip
    w.release(draw, keepers, 3)

    with pytest.raises(Refused, match=r"draw\.nonce_false"):
        services.nonce_recover(draw_id=draw.id, role="witness", actor=w.OFFICER)


def test_a_nonce_sealed_to_other_trustees_is_refused(keepers):
    w.pool(8)
    one, two = w.opened(keepers), w.opened(keepers, lot_ref="lot:T-2/1")
    made, other = w.nonces(one), w.nonces(two)

    with pytest.raises(Refused, match=r"draw\.nonce_malformed"):
        services.nonce_commit(draw_id=one.id, role="initiator", commitment=made.commitment["initiator"],
                              sealed_nonce=other.sealed["initiator"], actor=w.BUYER)  # fmt: skip


def test_roles_belong_to_their_people(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.nonces(draw)

    def commit(role, actor):
        services.nonce_commit(draw_id=draw.id, role=role, commitment=made.commitment[role],
                              sealed_nonce=made.sealed[role], actor=actor)  # fmt: skip

    for role, actor in (
        ("initiator", w.WITNESS),
        ("witness", w.BUYER),
        ("witness", w.OFFICER),
        ("initiator", w.person()),
    ):
        with pytest.raises(PermissionDenied):
            commit(role, actor)
    commit("initiator", w.BUYER)
    with pytest.raises(Refused, match=r"draw\.committed_before"):
        commit("initiator", w.BUYER)
    commit("witness", w.SUPERVISOR)


@pytest.mark.parametrize("actor", [w.BUYER, w.SUPERVISOR, w.MAINTAINER, w.person()])
def test_only_the_draw_officer_draws(keepers, actor):
    w.pool(4)
    with pytest.raises(PermissionDenied):
        services.draw_open(
            lot_ref="lot:T-1/1", need=w.NEED, actor=actor, initiator_codes=[], trustees=keepers.rows, k=3
        )


def test_excluded_experts_are_listed_with_their_reason_and_never_seated(keepers):
    experts = w.pool(8)
    exclusions = services.Exclusions(
        employers={e.employer_code: "bidder" for e in experts[:3]}, persons={str(experts[3].public_id): "recent"}
    )

    draw = w.drawn(keepers, exclusions=exclusions)

    reasons = {draw.opened[row.label].expert: row.excluded for row in draw.listed}
    assert [reasons[str(e.public_id)] for e in experts] == ["bidder"] * 3 + ["recent"] + [""] * 4
    seated = set(draw.invitations.values_list("expert_id", flat=True))
    assert not seated & {e.pk for e in experts[:4]}


def test_the_list_is_the_pool_of_the_recorded_root_whatever_was_changed_since(keepers):
    experts = w.pool(6)
    w.expert(99)
    services.expert_suspend(expert_id=experts[0].pk, reason="立案调查", actor=w.MAINTAINER)

    draw = w.opened(keepers)

    listed = {draw.opened[row.label].expert: row.excluded for row in draw.listed}
    assert set(listed) == {str(e.public_id) for e in experts}
    assert listed[str(experts[0].public_id)] == "suspended"


def test_only_the_specialty_and_region_asked_for_are_listed(keepers):
    inside = w.expert(1, specialties=("A0801", "B01"))
    w.expert(2, specialties=("A09",))
    w.expert(3, region="320100")
    services.pool_root_publish(actor=w.MAINTAINER)

    draw = w.opened(keepers, drawing.Need(("A08",), 1, regions=("33",)))

    assert [o.expert for o in draw.opened.values()] == [str(inside.public_id)]


def test_no_draw_without_a_pool_root_or_with_too_few(keepers):
    w.expert(1)
    with pytest.raises(Refused, match=r"draw\.no_pool_root"):
        w.opened(keepers)
    services.pool_root_publish(actor=w.MAINTAINER)
    with pytest.raises(Refused, match=r"draw\.too_few"):
        w.opened(keepers)


def test_a_refusal_is_the_experts_own_and_the_next_in_order_is_invited(keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    first = draw.invitations.first()
    before = list(draw.certificate["walk"])

    with pytest.raises(PermissionDenied):
        services.invitation_answer(invitation_id=first.id, accept=False, reason="不来", actor=w.OFFICER)
    services.invitation_answer(invitation_id=first.id, accept=False, reason="出差", actor=w.as_expert(first.expert))

    draw.refresh_from_db()
    assert draw.certificate["walk"][: len(before)] == before
    assert len(draw.certificate["walk"]) == len(before) + 1
    assert first.label not in draw.certificate["selected"]
    assert draw.invitations.filter(state="invited").count() == 3
    assert check_draw(draw.certificate) == []


def test_nobody_answers_twice_and_nobody_refuses_without_a_reason(keepers):
    w.pool(8)
    one, two, _ = w.drawn(keepers).invitations.all()
    services.invitation_answer(invitation_id=one.id, accept=True, actor=w.as_expert(one.expert))

    with pytest.raises(Refused, match=r"invitation\.answered"):
        services.invitation_answer(invitation_id=one.id, accept=False, reason="反悔", actor=w.as_expert(one.expert))
    with pytest.raises(Refused, match=r"fact\.missing"):
        services.invitation_answer(invitation_id=two.id, accept=False, reason=" ", actor=w.as_expert(two.expert))


def test_silence_counts_only_after_the_whole_schedule(keepers, at):
    w.pool(8)
    start = clock.now()
    at(start)
    draw = w.drawn(keepers)
    first, *others = draw.invitations.all()
    for other in others:
        services.invitation_answer(invitation_id=other.id, accept=True, actor=w.as_expert(other.expert))

    at(start + timedelta(minutes=GIVE_UP - 1))
    services.invitations_tick()
    first.refresh_from_db()
    assert (first.state, len(first.attempts)) == ("invited", 3)
    at(start + timedelta(minutes=GIVE_UP))
    services.invitations_tick()

    first.refresh_from_db()
    assert first.state == "unreachable"
    entry = Entry.objects.about(draw.ledger_ref).get(event="draw.replaced")
    assert entry.facts["reason"] == "unreachable"
    assert len(entry.facts["attempts"]) == 3
    assert draw.invitations.filter(state="invited").count() == 1


def test_a_selected_expert_is_replaced_only_for_a_lawful_cause(keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    label = draw.certificate["selected"][0]

    with pytest.raises(Refused, match=r"draw\.no_cause"):
        services.replace(draw_id=draw.id, label=label, reason="refused", note="换人", actor=w.OFFICER)
    with pytest.raises(Refused, match=r"draw\.not_selected"):
        services.replace(draw_id=draw.id, label="00" * 32, reason="recused", note="与投标人同单位", actor=w.OFFICER)
    services.replace(draw_id=draw.id, label=label, reason="recused", note="与投标人同单位", actor=w.OFFICER)

    assert Invitation.objects.get(draw=draw, label=label).state == "recused"


def test_an_extension_continues_the_order(keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    before = list(draw.certificate["selected"])

    draw = services.draw_extend(draw_id=draw.id, count=2, note="增加评委", actor=w.OFFICER)

    assert draw.certificate["selected"][:3] == before
    assert draw.invitations.count() == 5
    assert check_draw(draw.certificate) == []


def test_a_second_need_of_the_lot_does_not_take_the_same_people(keepers):
    w.pool(8)
    first = w.drawn(keepers)

    second = w.opened(keepers, drawing.Need(("A08",), 2), lot_ref="lot:T-1/1#technical")

    taken = {str(i.expert.public_id) for i in first.invitations.select_related("expert")}
    assert {second.opened[row.label].expert for row in second.listed if row.excluded == "drawn"} == taken


def test_names_unlock_once_and_for_the_lots_own_draws_only(keepers):
    w.pool(8)
    mine, other = w.drawn(keepers), w.drawn(keepers, lot_ref="lot:T-1/11")

    services.names_unseal(lot_ref="lot:T-1/1", actor=w.OFFICER)
    services.names_unseal(lot_ref="lot:T-1/1", actor=w.OFFICER)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.names_unsealed_at
    assert other.names_unsealed_at is None
    assert Entry.objects.filter(event="draw.names_unsealed").count() == 1


def test_the_pool_root_is_published_once_a_day(db, at):
    w.expert(1)
    one = services.pool_root_publish()
    w.expert(2)
    same = services.pool_root_publish()
    at(clock.now() + timedelta(days=1))
    next_day = services.pool_root_publish()

    assert same == one
    assert next_day.count == 2
    assert next_day.root != one.root
    assert Entry.objects.filter(event="pool.root_published").count() == 2


@pytest.mark.rule("EXP-01", "EXP-02")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"years": 7}, "expert.entry"),
        ({"senior": False}, "expert.entry"),
        ({"specialties": ["A8"]}, "expert.specialty"),
        ({"specialties": []}, "expert.specialty"),
        ({"region_code": "33"}, "expert.region"),
    ],
)
def test_who_may_enter_the_pool(db, change, code):
    from platform_site.accounts.models import User

    given = {"specialties": ["A08"], "region_code": "330100", "years": 8, "senior": True, **change}
    user = User.objects.create_user("newcomer", name="新人")

    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        services.expert_admit(user=user, actor=w.MAINTAINER, **given)
    services.expert_admit(
        user=user, specialties=["A08"], region_code="330100", years=8, senior=True, actor=w.MAINTAINER
    )


def test_an_altered_stored_list_publishes_nothing(keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.committed(draw)
    for role, actor in (("initiator", w.BUYER), ("witness", w.WITNESS)):
        services.nonce_reveal(draw_id=draw.id, role=role, nonce=made.nonce[role], actor=actor)
    rows = copy.deepcopy(draw.rows)
    rows[0]["excluded"] = "bidder"
    Draw.objects.filter(pk=draw.pk).update(rows=rows)

    with pytest.raises(RuntimeError, match="recompute"):
        services.draw_run(draw_id=draw.id, actor=w.OFFICER)


def test_a_state_that_moves_without_an_entry_does_not_commit(fresh_db):
    w.pool(8)
    draw = w.drawn(w.trustees())
    invitation = draw.invitations.first()
    services.invitation_answer(invitation_id=invitation.id, accept=True, actor=w.as_expert(invitation.expert))

    with pytest.raises(IntegrityError, match="without an entry"):
        Draw.objects.filter(pk=draw.pk).update(state="open")
    with pytest.raises(IntegrityError, match="without an entry"):
        Invitation.objects.filter(pk=invitation.pk).update(state="refused")
    with pytest.raises(IntegrityError, match="without an entry"):
        Expert.objects.filter(pk=invitation.expert_id).update(state="exited")
