"""The draw desk and an expert's own pages: who sees what, and never a name too early."""

import json

import pytest

from credit.models import Membership, Subject
from experts import services
from experts.draw import label_of
from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.accounts.models import DutyGrant, User
from platform_site.ledger.models import Entry
from tests.experts import world as w


@pytest.fixture
def keepers(db):
    return w.trustees()


def somebody(*duties: str, subject: str = "") -> User:
    """A person who can sign in, with these duties, or acting for a subject of this code."""
    user = User.objects.create_user(f"{'-'.join(duties) or 'person'}-{subject[-3:]}", name="某人")
    for duty in duties:
        DutyGrant.objects.create(user=user, duty=duty, since=clock.now())
        ledger.append("duty.granted", subject=user.ref, actor=CLOCK, facts={"duty": duty})
    if subject:
        owner, new = Subject.objects.get_or_create(
            code=subject, defaults={"name": f"单位{subject[-3:]}", "registered_at": clock.now(), "origin": "import"}
        )
        if new:
            ledger.append("subject.registered", subject=owner, actor=CLOCK, facts={"state": owner.state})
        Membership.objects.create(user=user, subject=owner, duty="handler", since=clock.now())
    return user


@pytest.fixture
def as_(client, db):
    """The client, signed in as somebody."""

    def sign_in(user: User):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_a_stranger_finds_no_desk(as_, client, keepers):
    w.pool(8)
    draw = w.opened(keepers)

    assert client.get(f"/experts/desk/{draw.id}/").status_code == 302
    assert as_(somebody(subject="913300000000000991")).get(f"/experts/desk/{draw.id}/").status_code == 404


def test_the_initiators_page_offers_to_commit_and_holds_the_key_set(as_, keepers):
    w.pool(8)
    draw = w.opened(keepers)

    page = as_(somebody(subject=w.INITIATOR)).get(f"/experts/desk/{draw.id}/").content.decode()

    assert 'id="nonce-commit"' in page
    assert 'data-role="initiator"' in page
    assert services.keyset_of(draw)["members"][0]["recipient"] in page
    assert "抽取并发出邀请" not in page


def test_the_whole_draw_by_its_pages(as_, keepers):
    w.pool(8)
    draw = w.opened(keepers)
    made = w.nonces(draw)
    people = {
        "initiator": somebody(subject=w.INITIATOR),
        "witness": somebody("supervisor"),
        "officer": somebody("draw_officer"),
    }

    for role in ("initiator", "witness"):
        answer = as_(people[role]).post(f"/experts/desk/{draw.id}/commit/", {
            "role": role, "commitment": made.commitment[role], "sealed_nonce": json.dumps(made.sealed[role]),
        })  # fmt: skip
        assert answer.status_code == 302
    for role in ("initiator", "witness"):
        page = as_(people[role]).get(f"/experts/desk/{draw.id}/").content.decode()
        assert 'id="nonce-reveal"' in page
        form = {"role": role, "nonce": made.nonce[role]}
        assert as_(people[role]).post(f"/experts/desk/{draw.id}/reveal/", form).status_code == 302
    assert "抽取并发出邀请" in as_(people["officer"]).get(f"/experts/desk/{draw.id}/").content.decode()
    assert as_(people["officer"]).post(f"/experts/desk/{draw.id}/run/").status_code == 302

    draw.refresh_from_db()
    assert draw.state == "drawn"
    page = as_(people["officer"]).get(f"/experts/desk/{draw.id}/").content.decode()
    assert draw.certificate["selected"][0] in page
    assert "专家1" not in page


def test_a_refused_act_says_why(as_, keepers):
    w.pool(8)
    draw = w.opened(keepers)

    answer = as_(somebody(subject=w.INITIATOR)).post(
        f"/experts/desk/{draw.id}/commit/", {"role": "initiator", "commitment": "x", "sealed_nonce": "{"}
    )

    assert answer.status_code == 409
    assert "承诺没有按要求封存" in answer.content.decode()


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("replace", {"label": "没有这个代号", "reason": "absent", "note": "九点半仍未到场"}),
        ("extend", {"count": "0", "note": "两名专家临时回避"}),
    ],
)
def test_a_refused_replacement_or_extension_keeps_its_note_in_the_form(as_, keepers, verb, form):
    w.pool(8)
    draw = w.drawn(keepers)

    answer = as_(somebody("draw_officer")).post(f"/experts/desk/{draw.id}/{verb}/", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count(f'value="{form["note"]}"') == 1
    assert "您填写的内容" not in page


def test_a_refusal_to_come_after_the_answer_was_given_is_refused_with_its_reason(as_, keepers):
    w.pool(8)
    invitation = w.drawn(keepers).invitations.select_related("expert__user").first()
    client = as_(invitation.expert.user)
    client.post(f"/experts/invitations/{invitation.id}/", {"answer": "accept"})

    answer = client.post(f"/experts/invitations/{invitation.id}/", {"answer": "refuse", "reason": "在外地出差"})

    assert answer.status_code == 409
    assert "您填写的内容" in answer.content.decode()
    assert "在外地出差" in answer.content.decode()


def test_nobody_acts_on_the_desk_in_anothers_role(as_, keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    label = draw.certificate["selected"][0]
    client = as_(somebody(subject=w.INITIATOR))

    for verb, form in (
        ("run", {}), ("extend", {"count": "1", "note": "x"}), ("recover", {"role": "witness"}),
        ("replace", {"label": label, "reason": "absent", "note": "x"}),
    ):  # fmt: skip
        assert client.post(f"/experts/desk/{draw.id}/{verb}/", form).status_code == 403


def test_an_expert_answers_his_own_invitation_only(as_, keepers):
    w.pool(8)
    draw = w.drawn(keepers, title="江北水厂")
    one, two, _ = draw.invitations.all()

    assert as_(two.expert.user).get(f"/experts/invitations/{one.id}/").status_code == 404
    client = as_(one.expert.user)
    assert "江北水厂" not in client.get(f"/experts/invitations/{one.id}/").content.decode()
    assert client.post(f"/experts/invitations/{one.id}/", {"answer": "accept"}).status_code == 302
    assert "江北水厂" in client.get(f"/experts/invitations/{one.id}/").content.decode()
    assert "确认参加" in client.get("/experts/mine/").content.decode()


def test_who_is_no_expert_has_no_such_page(as_):
    assert as_(somebody()).get("/experts/mine/").status_code == 404


def test_a_listed_expert_sees_rank_and_reason_after_the_award_and_recomputes_his_label(as_, keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    order = [step["label"] for step in draw.certificate["walk"]]
    label = next(row["label"] for row in draw.certificate["list"] if row["label"] not in order)
    opening = draw.opened[label]
    expert = services.people.Expert.objects.get(public_id=opening.expert)
    client = as_(expert.user)
    assert label not in client.get("/experts/mine/").content.decode()

    services.names_unseal(lot_ref=draw.lot_ref, actor=w.OFFICER)
    page = client.get("/experts/mine/").content.decode()

    assert label in page
    assert opening.salt in page
    assert "未轮到" in page
    assert label_of(bytes.fromhex(opening.salt), str(expert.public_id)) == label


def test_an_altered_certificate_is_found_by_the_verifier(keepers):
    from experts.registers import certificates_unchanged

    w.pool(8)
    draw = w.drawn(keepers)
    assert list(certificates_unchanged()) == []
    draw.certificate["selected"].reverse()
    draw.save()

    assert [finding.subject for finding in certificates_unchanged()] == [draw.ledger_ref]
    assert Entry.objects.filter(event="draw.drawn").exists()


def test_moving_the_clock_repeats_invitations_and_publishes_roots(fresh_db):
    from datetime import timedelta

    from experts.models import Invitation, PoolRoot
    from platform_site.clock import services as clocks

    w.pool(8)
    w.drawn(w.trustees())
    seen = []

    clocks.advance(clock.now() + timedelta(days=2), w.OFFICER, progress=seen.append)

    assert PoolRoot.objects.count() == 3
    assert Invitation.objects.filter(state="unreachable").count() >= 3
    assert seen == sorted(seen)


def test_the_desk_takes_as_many_queries_for_many_draws_as_for_one(as_, keepers, django_assert_max_num_queries):
    w.pool(9)
    officer = somebody("draw_officer")
    for n in range(3):
        w.drawn(keepers, w.drawing.Need(("A08",), 1), lot_ref=f"lot:X-{n}/1")

    signed_in = as_(officer)
    with django_assert_max_num_queries(14):
        signed_in.get("/experts/desk/")
