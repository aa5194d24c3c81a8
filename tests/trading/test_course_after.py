"""Results that do not stand: upheld objections, the winner who gives up, an award set aside, the next in order."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from supervision.services import order_issue, order_lift
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading.models import EvaluationSetAside, Letter, ScoreMark
from trading.services import awards, challenges, corrections, overturns, retenders, successions
from trading.services.acts import moment_of


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "publicity") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    return made


@pytest.fixture
def won(scene, at):
    """The first-ranked has the award."""
    at(moment_of(scene.again(), "publicity_ends"))
    awards.award_make(lot_id=scene.lot.pk, rank=1, actor=scene.cast["agency"].actor)
    return scene


def agent(scene):
    return {"lot_id": scene.lot.pk, "actor": scene.cast["agency"].actor}


def winner(scene):
    code = scene.again().standing_award.subject.code
    return next(p for p in scene.cast.people.values() if p.code == code)


def answered(scene, *, upheld=True, affects=None):
    filed = challenges.challenge_file(
        lot_id=scene.lot.pk, kind="result", title="业绩", text="请核实。", actor=scene.cast["bidder3"].actor
    )
    return challenges.challenge_answer(
        challenge_id=filed.id, reply="已核实。", upheld=upheld, affects_result=affects, actor=scene.cast["agency"].actor
    )


def decide(scene):
    return order_issue(
        lot_id=scene.lot.pk, kind="void", number="罚3号", text="业绩虚假。", actor=scene.cast["supervisor"].actor
    )


# -- objections ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("ENG-39")
def test_an_upheld_objection_that_touches_the_result_stops_the_award(scene, at):
    answered(scene)
    at(moment_of(scene.again(), "publicity_ends"))

    with pytest.raises(Refused, match=r"result\.objection_upheld"):
        awards.award_make(rank=1, **agent(scene))


def test_an_upheld_objection_that_does_not_touch_the_result_lets_the_award_go_on(scene, at):
    answered(scene, affects=False)
    at(moment_of(scene.again(), "publicity_ends"))

    assert awards.award_make(rank=1, **agent(scene)).state == "standing"


@pytest.mark.rule("ENG-39")
def test_an_objection_after_the_publicity_is_refused_with_its_window(scene, at):
    ends = moment_of(scene.again(), "publicity_ends")
    at(ends)

    with pytest.raises(Refused, match=r"clock\.too_late") as refused:
        challenges.challenge_file(
            lot_id=scene.lot.pk, kind="result", title="业绩", text="请核实。", actor=scene.cast["bidder3"].actor
        )
    assert refused.value.violations[0].facts["since"] == ends


@pytest.mark.rule("ENG-51")
def test_a_redone_evaluation_starts_empty_and_keeps_the_former_report(scene):
    report = scene.again().report
    answered(scene)

    overturns.result_redo(reason="异议成立。", **agent(scene))

    lot = scene.again()
    kept = EvaluationSetAside.objects.get()
    assert (lot.state, lot.candidates.count()) == ("evaluating", 0)
    assert (kept.digest, kept.content) == (report.digest, report.content)
    assert len(kept.signatures) == 5
    assert not ScoreMark.objects.exists()
    assert lot.report.submitted_at is None
    assert Entry.objects.get(event="evaluation.redone").facts["set_aside"] == report.digest


@pytest.mark.rule("ENG-51")
def test_a_result_nothing_speaks_against_is_not_redone(scene):
    for act in (overturns.result_redo, overturns.result_fail):
        with pytest.raises(Refused, match=r"result\.standing"):
            act(reason="不满意。", **agent(scene))


def test_a_failed_result_is_tendered_anew_and_both_pages_say_so(scene, client):
    answered(scene)
    overturns.result_fail(reason="评标标准有缺陷。", **agent(scene))

    again = retenders.retender_register(**agent(scene))

    assert (again.state, again.retenders_id) == ("registered", scene.lot.pk)
    assert (again.ceiling_cny, again.terms) == (scene.again().ceiling_cny, scene.again().terms)
    followed()
    page = client.get(f"/trades/{scene.lot.reference}/").content.decode()
    assert again.reference not in page  # a draft is nobody's business
    assert client.get(f"/trades/{again.reference}/").status_code == 404


def test_acts_that_nothing_calls_for_are_not_offered(scene):
    page = signed_in(scene.cast, "agency").get(scene.url()).content.decode()

    assert "acts/redo_evaluation/" not in page
    answered(scene)
    page = signed_in(scene.cast, "agency").get(scene.url()).content.decode()
    assert "acts/redo_evaluation/" in page
    assert "acts/set_aside_award/" not in page


def test_the_page_of_a_redone_evaluation_refuses_with_the_article_and_then_does_it(scene):
    page = signed_in(scene.cast, "agency")

    refused = page.post(scene.url("acts/redo_evaluation/"), {"reason": "重评。"})
    assert refused.status_code == 409
    assert "第八十一条" in refused.content.decode()
    answered(scene)
    page.post(scene.url("acts/redo_evaluation/"), {"reason": "重评。"})

    assert scene.again().state == "evaluating"


@pytest.mark.rule("ENG-38")
def test_corrected_candidates_are_public_for_the_whole_period_anew(scene, at):
    lot = scene.again()
    ends = moment_of(lot, "publicity_ends")
    at(ends - timedelta(hours=1))

    corrections.notice_correct(
        notice_id=lot.notices.get(kind="candidates").pk,
        before="郭承志",
        after="郭承智",
        reason="笔误。",
        **agent(scene),
    )

    at(ends)
    with pytest.raises(Refused, match=r"clock\.too_early"):
        awards.award_make(rank=1, **agent(scene))
    assert moment_of(scene.again(), "publicity_ends") >= ends + timedelta(days=2)


# -- the winner -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("ENG-43")
def test_a_winner_who_gives_up_loses_place_and_bond_and_the_next_follows(won, client):
    first = winner(won)
    with pytest.raises(Refused, match=r"award\.not_given_up"):
        successions.award_cancel(ground="refused", reason="不签。", **agent(won))
    successions.award_give_up(lot_id=won.lot.pk, reason="涨价。", actor=first.actor)
    successions.award_cancel(ground="refused", reason="书面放弃。", **agent(won))
    assert won.again().state == "vacated"
    assert Entry.objects.get(event="award.cancelled").facts["bond_forfeited"] is True

    award = successions.award_next(rank=2, **agent(won))

    assert won.again().state == "awarded"
    assert award.subject.code != first.code
    assert won.again().recorded["award_at"] == award.at
    assert Letter.objects.filter(award=award).count() == 4
    assert Letter.objects.get(award=award, subject__code=first.code).kind == "result"
    followed()
    page = client.get(f"/trades/{won.lot.reference}/").content.decode()
    assert "中标资格已取消" in page
    assert "涨价" not in page


def test_giving_up_twice_is_one_act_and_strangers_cannot(won):
    first = winner(won)
    successions.award_give_up(lot_id=won.lot.pk, reason="涨价。", actor=first.actor)
    successions.award_give_up(lot_id=won.lot.pk, reason="涨价。", actor=first.actor)

    assert Entry.objects.filter(event="award.given_up").count() == 1
    for who in ("bidder4", "agency", "operator", "supervisor"):
        with pytest.raises(PermissionDenied):
            successions.award_give_up(lot_id=won.lot.pk, reason="涨价。", actor=won.cast[who].actor)


@pytest.mark.rule("ENG-43")
def test_after_thirty_days_without_a_contract_the_place_is_lost_without_a_word(won, at):
    due = moment_of(won.again(), "contract_due")
    at(due)

    successions.award_cancel(ground="refused", reason="逾期未订立合同。", **agent(won))

    assert won.again().state == "vacated"


@pytest.mark.rule("ENG-40")
def test_the_third_does_not_come_before_the_second_and_nobody_twice(won):
    successions.award_cancel(ground="force_majeure", reason="厂房灭失。", **agent(won))
    assert Entry.objects.get(event="award.cancelled").facts["bond_forfeited"] is False

    for rank in (1, 3):
        with pytest.raises(Refused, match=r"award\.not_next"):
            successions.award_next(rank=rank, **agent(won))
    with pytest.raises(Refused, match=r"award\.not_candidate"):
        successions.award_next(rank=4, **agent(won))


def test_the_pages_of_succession_offer_the_next_and_refuse_what_is_not_lawful(won):
    page, own = signed_in(won.cast, "agency"), signed_in(won.cast, winner(won).username)
    refused = page.post(won.url("acts/cancel_award/"), {"ground": "refused", "reason": "不签。"})
    assert refused.status_code == 409
    assert "订立合同的期限到" in refused.content.decode()
    assert "acts/give_up_award/" in own.get(won.url("bid/")).content.decode()
    own.post(won.url("acts/give_up_award/"), {"reason": "涨价。"})
    page.post(won.url("acts/cancel_award/"), {"ground": "refused", "reason": "书面放弃。"})
    assert "acts/award_next/" in page.get(won.url("results/")).content.decode()

    page.post(won.url("acts/award_next/"), {"rank": "2"})

    assert won.again().state == "awarded"


@pytest.mark.parametrize(
    ("who", "verb"),
    [
        ("bidder4", "give_up_award"),
        ("agency", "give_up_award"),
        ("bidder4", "cancel_award"),
        ("operator", "cancel_award"),
    ],
)
def test_whose_act_it_is_not_has_no_page_for_it(won, who, verb):
    assert signed_in(won.cast, who).get(won.url(f"acts/{verb}/")).status_code == 404


# -- the authority's decision ---------------------------------------------------------------------------------------


@pytest.mark.rule("ENG-51")
def test_an_award_is_set_aside_under_a_decision_only_and_the_decision_is_carried_out_once(won):
    with pytest.raises(Refused, match=r"decision\.missing"):
        overturns.award_set_aside(reason="虚假业绩。", **agent(won))
    order = decide(won)
    with pytest.raises(Refused, match=r"hold\.standing"):
        awards.contract_sign(particulars={"amount_cny": won.again().standing_award.amount_cny}, **agent(won))

    overturns.award_set_aside(reason="虚假业绩。", **agent(won))

    assert won.again().state == "vacated"
    assert won.again().awards.get().state == "void"
    assert Entry.objects.get(event="award.set_aside").facts["decision"] == str(order.id)
    assert overturns.decision_on(won.again()) is None
    with pytest.raises(Refused, match=r"hold\.standing"):
        successions.award_next(rank=2, **agent(won))
    order_lift(order_id=order.id, reason="已执行。", actor=won.cast["supervisor"].actor)
    assert successions.award_next(rank=2, **agent(won)).state == "standing"


@pytest.mark.rule("ENG-51")
def test_supervision_decides_but_carries_nothing_out(won):
    decide(won)

    with pytest.raises(PermissionDenied):
        overturns.award_set_aside(lot_id=won.lot.pk, reason="虚假。", actor=won.cast["supervisor"].actor)


def test_a_suspension_is_no_decision_that_the_award_is_void(won):
    order_issue(lot_id=won.lot.pk, kind="suspend", number="监9号", text="调查。", actor=won.cast["supervisor"].actor)

    with pytest.raises(Refused, match=r"decision\.missing"):
        overturns.award_set_aside(reason="虚假业绩。", **agent(won))
