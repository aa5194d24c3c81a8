"""Bonds on screen: the own one, the list that tells nothing before the opening, the institutions' door."""

import json

import pytest
from django.db import transaction
from django.test import Client

from platform_site import clock
from tests.trading.bonds_world import Counter, again
from tests.trading.stage import played, signed_in
from trading.bank_standin import StandIn, lie
from trading.models import Bond, BondInstitution
from trading.rehearsal.engineering_open import file
from trading.rehearsal.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(stage_cast, django_db_blocker):
    """One lot that takes bids; each test's own changes are rolled back over it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield played(stage_cast, "amended")
        transaction.set_rollback(True)


@pytest.fixture
def counter(scene, db, at):
    at(scene.stage.now)
    return Counter(scene.cast, Stage(scene.stage.now), scene.lot)


def url(counter, tail: str) -> str:
    return f"/work/lots/{counter.lot.reference}/{tail}"


def declare(counter, who="bidder1", **said):
    bank = BondInstitution.objects.get(kind="bank")
    given = {"form": "transfer", "institution": str(bank.pk), "payer_account": "6222001", **said}
    return signed_in(counter.cast, who).post(url(counter, "bid/bond/"), given)


def call_back(message, **more) -> tuple[int, str]:
    said = {"institution": str(message["institution_id"]), "body": message["body"], "signature": message["signature"]}
    answer = Client().post("/work/bonds/callback/", json.dumps({**said, **more}), content_type="application/json")
    return answer.status_code, answer.json()["outcome"]


def test_a_bidder_declares_a_bond_and_sees_it_confirmed(counter):
    assert declare(counter).status_code == 302
    bond = Bond.objects.get()
    page = signed_in(counter.cast, "bidder1").get(url(counter, "bid/")).content.decode()
    assert bond.account in page
    assert "待到账" in page

    assert call_back(counter.credit(bond)) == (200, "accepted")

    page = signed_in(counter.cast, "bidder1").get(url(counter, "bid/")).content.decode()
    assert "有效" in page
    assert "800,000" in page


def test_a_refused_declaration_keeps_what_was_typed(counter):
    answer = declare(counter, form="cash")

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "保证金的形式不在招标文件规定之内" in page
    assert "6222001" in page


@pytest.mark.parametrize("institution", ["", "nobody", "00000000-0000-4000-8000-000000000000"])
def test_an_institution_nobody_knows_is_refused(counter, institution):
    assert declare(counter, institution=institution).status_code == 409
    assert not Bond.objects.exists()


def test_the_demo_stand_in_confirms_the_own_bond_only(counter, settings):
    declare(counter)

    assert signed_in(counter.cast, "bidder3").post(url(counter, "bid/bond/pay/")).status_code == 404
    assert signed_in(counter.cast, "bidder1").post(url(counter, "bid/bond/pay/")).status_code == 302
    assert again(Bond.objects.get()).state == "held"


def test_outside_the_demo_nobody_confirms_by_a_button(counter, settings):
    declare(counter)
    settings.MODE = "sandbox"

    assert signed_in(counter.cast, "bidder1").post(url(counter, "bid/bond/pay/")).status_code == 404
    settings.MODE = "production"
    with pytest.raises(RuntimeError):
        StandIn()


@pytest.mark.rule("PLT-16")
@pytest.mark.parametrize("who", ["initiator", "agency", "operator", "supervisor"])
def test_before_the_opening_the_list_is_the_same_whoever_has_paid(counter, who):
    client = signed_in(counter.cast, who)

    def seen() -> str:
        answer = client.get(url(counter, "bonds/"))
        assert answer.status_code == 200
        return answer.content.decode().split("<main", 1)[1].split("</main", 1)[0]

    before = seen()
    counter.paid("bidder1")
    counter.paid("bidder3")

    assert seen() == before
    assert "开标以前保密" in before


@pytest.mark.parametrize("who", ["bidder1", "bidder5", "draw_officer", "maintainer", "purchaser"])
def test_the_list_is_not_there_for_others(counter, who):
    assert signed_in(counter.cast, who).get(url(counter, "bonds/")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"institution": "x"}', b"x" * 20_000, b'{"institution": null, "body": 1}'],
)
def test_the_door_answers_rubbish_without_a_stir(counter, body):
    answer = Client().post("/work/bonds/callback/", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (400, {"outcome": "malformed"})


def test_the_door_lets_nobody_in_without_a_signature(counter):
    declare(counter)
    message = counter.credit(Bond.objects.get())

    assert call_back(lie(StandIn(), message, "signature")) == (403, "unsigned")
    assert call_back(message, signature="00" * 64) == (403, "unsigned")
    assert call_back(message, institution="00000000-0000-4000-8000-000000000000") == (403, "unsigned")
    assert Bond.objects.get().state == "declared"


def test_the_door_takes_no_get(counter):
    assert Client().get("/work/bonds/callback/").status_code == 405


def opened(counter) -> None:
    """Four bids, three of them with a bond, and the opening."""
    for who in ("bidder1", "bidder3", "bidder4"):
        counter.paid(who)
    for who in ("bidder1", "bidder2", "bidder3", "bidder4"):
        file(counter.cast, counter.lot, who)
    counter.past_deadline()


def test_after_the_opening_the_side_and_its_supervision_read_the_list(counter):
    opened(counter)

    with clock.at(counter.stage.now):
        for who in ("initiator", "agency", "operator", "supervisor"):
            page = signed_in(counter.cast, who).get(url(counter, "bonds/")).content.decode()
            assert "3 笔" in page
            assert counter.cast.subjects["bidder3"].name in page


def test_supervision_reads_and_has_no_verb(counter):
    opened(counter)
    bond = Bond.objects.first()

    with clock.at(counter.stage.now):
        client = signed_in(counter.cast, "supervisor")
        assert "<form" not in client.get(url(counter, "bonds/")).content.decode().split("<main", 1)[1]
        said = {"ground": "no_contract", "reason": "x"}
        assert client.post(url(counter, f"bonds/{bond.pk}/forfeit/"), said).status_code == 404


def test_a_bond_of_another_lot_is_not_found_here(counter):
    opened(counter)

    with clock.at(counter.stage.now):
        answer = signed_in(counter.cast, "initiator").post(
            url(counter, "bonds/00000000-0000-4000-8000-000000000000/forfeit/"), {"ground": "revoked", "reason": "x"}
        )

    assert answer.status_code == 404
