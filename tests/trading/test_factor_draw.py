"""The factor of a played opening: after the roll, by the trustees' keys, before any price, once."""

import pytest
from django.core.exceptions import PermissionDenied

from experts.draw import new_nonce
from experts.nonces import seal_nonce
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.sealing.models import KeySet
from tests.trading.course_world import lived
from tests.trading.stage import signed_in
from trading.kernel import factors as kernel
from trading.models import FactorDraw, Notice
from trading.rehearsal.engineering_factor import TERMS
from trading.rehearsal.engineering_open import release
from trading.services import evaluations, factors, openings, ticks
from verify.factor import check_factor

LISTED = TERMS["price_formula"]["factors"]


@pytest.fixture(scope="module")
def closed(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("factor"), "deadline", "drawn_factor") as scene:
        yield scene


@pytest.fixture
def scene(closed, db, at):
    at(closed.stage.now)
    return closed


def keys(scene, count=3):
    for trustee in list(scene.cast.trustees)[1:][:count]:
        release(scene.cast, scene.lot, trustee)


def draw(scene):
    return factors.factor_draw(lot_id=scene.lot.pk, actor=scene.cast["operator"].actor)


def disclose(scene):
    return openings.bids_disclose(lot_id=scene.lot.pk, actor=scene.cast["operator"].actor)


@pytest.fixture
def time_is_up(scene, at):
    """The time for keys has run out; the clock did what it had to do."""

    def over():
        moment = scene.again().recorded["opening_closes"]
        at(moment)
        ticks.tick(until=moment)

    return over


def test_two_keys_of_three_open_nothing(scene):
    keys(scene, 2)

    with pytest.raises(Refused, match=r"factor\.keys_missing"):
        draw(scene)
    assert not FactorDraw.objects.get().drawn


@pytest.mark.rule("ENG-31")
def test_the_factor_is_drawn_before_any_price_and_stands_in_the_opening_record(scene):
    keys(scene)
    with pytest.raises(Refused, match=r"factor\.undrawn"):
        disclose(scene)

    drawn = draw(scene)
    disclose(scene)

    assert check_factor(drawn.certificate) == []
    assert drawn.certificate["roll"] == kernel.roll_shown(scene.again().opening.roll)
    entry = Entry.objects.get(event="lot.factor_drawn")
    assert (entry.facts["factor"], entry.facts["certificate"]) == (drawn.drawn, drawn.certificate)
    said = Notice.objects.get(lot=scene.lot, kind="opening").content["factor"]
    assert (said["drawn"], said["factors"]) == (drawn.drawn, LISTED)
    assert scene.again().scored_terms["price_formula"]["factor"] == drawn.drawn


@pytest.mark.rule("ENG-31")
def test_it_is_never_drawn_again(scene):
    keys(scene)
    first = draw(scene).certificate

    with pytest.raises(Refused, match=r"factor\.drawn"):
        draw(scene)
    assert FactorDraw.objects.get().certificate == first


def test_the_trustees_keys_draw_it_without_anybody_s_hand(scene):
    keys(scene)

    assert ticks.disclose_ready() == 1
    assert FactorDraw.objects.get().drawn in LISTED
    assert scene.again().state == "opened"


@pytest.mark.rule("ENG-31")
def test_without_keys_the_contents_do_not_wait_but_the_evaluation_does(scene, time_is_up):
    time_is_up()

    said = Notice.objects.get(lot=scene.lot, kind="opening").content["factor"]
    assert said == {"factors": LISTED}
    with pytest.raises(Refused) as refused:
        evaluations.evaluation_start(lot_id=scene.lot.pk, actor=scene.cast["agency"].actor)
    assert "factor.undrawn" in {v.code for v in refused.value.violations}


def test_keys_that_come_late_still_draw_it(scene, time_is_up):
    time_is_up()
    keys(scene)

    ticks.disclose_ready()

    assert FactorDraw.objects.get().drawn in LISTED


def test_the_clock_draws_it_before_it_discloses(scene, time_is_up):
    keys(scene)

    time_is_up()

    assert Notice.objects.get(lot=scene.lot, kind="opening").content["factor"]["drawn"] in LISTED


def test_a_nonce_that_is_not_the_one_committed_to_is_named_and_never_used(scene):
    bound, keyset = FactorDraw.objects.get(), KeySet.objects.get(pk=scene.lot.ledger_ref).document
    bound.sealed_nonces = {**bound.sealed_nonces, "witness": seal_nonce(new_nonce(), keyset)}
    bound.save()
    keys(scene)

    with pytest.raises(Refused, match=r"factor\.nonce_false") as refused:
        draw(scene)
    assert refused.value.violations[0].facts["roles"] == ("见证人",)
    assert not FactorDraw.objects.get().drawn


@pytest.mark.parametrize("who", ["bidder1", "supervisor", "draw_officer"])
def test_others_do_not_draw(scene, who):
    keys(scene)

    with pytest.raises(PermissionDenied):
        factors.factor_draw(lot_id=scene.lot.pk, actor=scene.cast[who].actor)


def test_the_room_shows_the_list_then_the_factor_and_the_host_draws(scene):
    host = signed_in(scene.cast, "operator")
    assert "等待受托人的密钥" in host.get(scene.url("opening/")).text
    keys(scene)
    assert "抽取系数" in host.get(scene.url("opening/")).text

    answer = host.post(scene.url("opening/factor/"), follow=True)

    drawn = FactorDraw.objects.get().drawn
    assert f"抽中系数 {drawn}" in answer.text
    assert f'<span class="gz-tag is-ok">{drawn}</span>' in answer.text
    assert host.post(scene.url("opening/factor/")).status_code == 409
