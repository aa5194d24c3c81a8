"""Forming a committee and starting its work: labels and deliveries, never a name."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client

from experts import services as experts
from experts.models import Expert
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.models import User
from platform_site.accounts.services.duties import duty_grant
from platform_site.sealing import services as sealing
from platform_site.sealing.models import Trustee
from tests.experts import world as pool
from tests.trading import evaluation_world as w
from trading.models import Committee
from trading.services import committees, evaluations
from trading.services.committees import members_of

PARTIAL = "trading/evaluation/_committee.html"


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, lambda: w.drawn(w.opened())) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def url(world, tail=""):
    return f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/evaluation/{tail}"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(world):
    user = User.objects.create_user("officer", name="秦书白")
    duty_grant(user=user, duty="draw_officer", subject_code=world.subjects["centre"].code, actor=CONSOLE)
    return browser(user)


def agency(world):
    return browser(world.user("agency"))


def names(world):
    """Every invited expert's name."""
    return [invitation.expert.user.name for invitation in world.draw.invitations.select_related("expert__user")]


def test_the_officer_sees_deliveries_by_label_and_no_name(world, officer):
    html = officer.get(url(world)).content.decode()

    assert html.count('is-ok">确认参加') == 4
    assert world.draw.certificate["selected"][0][:4] in html
    assert not [name for name in names(world) if name in html]


def test_why_an_expert_declined_is_nobodys_to_read_here(world, officer):
    label = world.draw.certificate["selected"][0]
    experts.replace(draw_id=world.draw.id, label=label, reason="recused", note="配偶在投标人处任职", actor=pool.OFFICER)

    html = officer.get(url(world)).content.decode()

    assert "依法回避" in html
    assert "配偶" not in html


def test_the_initiators_side_sees_that_all_have_answered_and_no_delivery(world):
    html = agency(world).get(url(world)).content.decode()

    assert "受邀专家已全部答复" in html
    assert f"/experts/desk/{world.draw.id}/" not in html
    assert "确认参加" not in html
    assert world.draw.certificate["selected"][0][:4] not in html


@pytest.mark.parametrize("name", ["bidder0", "authority"])
def test_strangers_find_no_desk(world, name):
    assert browser(world.user(name)).get(url(world)).status_code == 404
    assert browser(world.user(name)).post(url(world, "start/")).status_code == 404
    assert browser(world.user(name)).post(url(world, "form/")).status_code == 404


def test_the_initiators_side_neither_draws_nor_forms(world):
    assert agency(world).post(url(world, "draw/")).status_code == 404
    assert agency(world).post(url(world, "form/"), {"people": []}).status_code == 404
    assert not Committee.objects.exists()


def test_the_committee_is_formed_with_a_representative_of_the_initiator(world, officer):
    page = officer.get(url(world)).content.decode()
    representative = world.user("initiator")
    assert f'value="{representative.public_id}"' in page

    answer = officer.post(url(world, "form/"), {"people": [str(representative.public_id)]}, follow=True)

    html = answer.content.decode()
    assert members_of(Committee.objects.get())[-1].user == representative
    assert all(label in html for label in ("评委甲", "评委乙", "评委丙", "评委丁", "评委戊"))
    assert not [name for name in names(world) if name in html]


@pytest.mark.rule("ENG-28")
def test_an_even_committee_is_refused_with_the_article_and_the_ticks_stay(world, officer):
    both = [str(world.user("initiator").public_id), str(world.user("agency").public_id)]

    answer = officer.post(url(world, "form/"), {"people": both})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "五人以上单数" in html or "5 人以上单数" in html
    assert "招标投标法 第三十七条" in html
    assert all(f'value="{one}" checked' in html for one in both)


@pytest.mark.parametrize("who", ["bidder0", "nobody"])
def test_nobody_else_can_be_made_a_representative(world, officer, who):
    someone = str(world.user(who).public_id) if who != "nobody" else "7"

    answer = officer.post(url(world, "form/"), {"people": [someone]})

    assert answer.status_code == 409
    assert not Committee.objects.exists()


def test_the_evaluation_starts_from_the_agencys_desk(world, officer):
    w.form(world)
    officer_tries = officer.post(url(world, "start/"))

    answer = agency(world).post(url(world, "start/"))

    assert officer_tries.status_code == 404
    assert answer.status_code == 302
    assert world.now().state == "evaluating"


def test_without_a_committee_the_evaluation_does_not_start(world):
    answer = agency(world).post(url(world, "start/"))

    assert answer.status_code == 409
    assert world.now().state == "opened"


@pytest.mark.rule("ENG-29")
def test_a_member_with_an_interest_is_named_by_label_with_the_way_out(world, officer):
    w.form(world)
    invitation = world.draw.invitations.order_by("rank").first()
    Expert.objects.filter(pk=invitation.expert_id).update(employer_code=world.subjects["bidder1"].code)

    html = officer.get(url(world)).content.decode()
    refused = agency(world).post(url(world, "start/"))

    assert "评委甲，专家：" in html
    assert "按原次序补抽，再重新组建" in html
    assert refused.status_code == 409
    assert "有成员应当回避" in refused.content.decode()


@pytest.mark.rule("ENG-30")
def test_after_a_replacement_the_desk_asks_to_form_again_and_labels_are_not_reused(world, officer):
    w.form(world)
    label = world.draw.certificate["selected"][0]
    experts.replace(draw_id=world.draw.id, label=label, reason="absent", note="未到场", actor=pool.OFFICER)
    w.everybody_accepts(world)
    asks = officer.get(url(world)).content.decode()

    officer.post(url(world, "form/"), {"people": [str(world.user("initiator").public_id)]})

    html = officer.get(url(world)).content.decode()
    assert "需要重新组建" in asks
    assert [m.label for m in members_of(Committee.objects.get())] == ["评委乙", "评委丙", "评委丁", "评委戊", "评委己"]
    assert "另有 1 名成员已经离席" in html


@pytest.mark.rule("ENG-30")
def test_the_initiators_side_extends_the_time_and_reads_how_many_asked_not_who(world):
    w.form(world)
    evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])
    evaluations.time_ask(lot_id=world.lot.pk, actor=world.seats()[1])
    until = clock.china(clock.now() + timedelta(hours=3))
    page = agency(world).get(url(world)).content.decode()

    bad = agency(world).post(url(world, "extend/"), {"until": "明天下午"})
    past = agency(world).post(url(world, "extend/"), {"until": "2020-01-01 09:00"})
    good = agency(world).post(url(world, "extend/"), {"until": f"{until:%Y-%m-%d %H:%M}"})

    assert "5 名成员中有 1 名认为时间不够" in page
    assert (bad.status_code, past.status_code, good.status_code) == (422, 409, 302)
    assert 'value="明天下午"' in bad.content.decode()
    assert world.now().committee.time_extended_to == until.replace(second=0, microsecond=0)


def test_the_officers_list_shows_lots_that_need_a_committee_and_is_nobody_elses(world, officer):
    assert world.lot.title in officer.get("/work/committees/").content.decode()
    assert agency(world).get("/work/committees/").status_code == 404


def test_the_officer_makes_the_list_public_for_the_seats_the_document_names(world, officer):
    second = w.Lot.objects.create(tender=world.lot.tender, number=2, title="二标段", state="opened", terms=w.TERMS)
    w.made(second)
    keepers = Trustee.objects.order_by("pk")
    sealing.assign_keyset(second.ledger_ref, list(keepers), 3)
    desk = url(world).replace("/1/evaluation/", "/2/evaluation/draw/")

    answer = officer.post(desk)
    again = officer.post(desk)

    draw = w.Draw.objects.get(lot_ref=second.ledger_ref)
    assert answer["Location"] == f"/experts/desk/{draw.id}/"
    assert draw.need["count"] == 4
    assert draw.need["specialties"] == ["A08"]
    assert set(draw.initiator_codes) == {world.subjects["initiator"].code, world.subjects["agency"].code}
    assert again.status_code == 409


def test_the_public_partial_draws_nothing_while_names_are_sealed_and_all_of_them_after(world):
    w.form(world)
    world.lot = world.now()
    sealed = render_to_string(
        "trading/evaluation/_committee.html", {"committee": committees.committee_names(world.lot)}
    )
    world.lot.state = "awarded"

    told = render_to_string("trading/evaluation/_committee.html", {"committee": committees.committee_names(world.lot)})

    assert sealed.strip() == ""
    assert all(name in told for name in names(world)[:4])


def test_the_desk_costs_the_same_however_many_were_invited(world, officer, django_assert_max_num_queries):
    w.form(world)
    with django_assert_max_num_queries(20):
        officer.get(url(world))

    experts.draw_extend(draw_id=world.draw.id, count=3, note="增加", actor=pool.OFFICER)

    with django_assert_max_num_queries(20):
        officer.get(url(world))
