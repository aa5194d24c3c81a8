"""An objection to the result on the bidder's own page: received while the candidates are public, refused afterwards."""

import pytest

from tests.trading.stage import played, signed_in
from trading.models import Challenge

pytestmark = pytest.mark.django_db
SAID = {"title": "对第一候选人业绩证明的异议", "text": "请核实项目经理的业绩证明。"}


@pytest.fixture
def scene(stage_cast, files, at):
    found = played(stage_cast, "publicity")
    at(found.stage.now)
    return found


def test_it_holds_the_lot_and_stands_on_the_page(scene):
    client = signed_in(scene.cast, "bidder3")

    client.post(scene.url("bid/object-result/"), SAID)

    assert Challenge.objects.get(lot=scene.lot).kind == "result"
    page = client.get(scene.url("bid/")).content.decode()
    assert SAID["title"] in page
    assert "对评标结果" in page
    assert "应当答复，最迟" in page


def test_after_the_publicity_it_is_refused(scene, at):
    from datetime import timedelta

    from trading.services.acts import moment_of

    at(moment_of(scene.again(), "publicity_ends") + timedelta(minutes=1))
    client = signed_in(scene.cast, "bidder3")

    answer = client.post(scene.url("bid/object-result/"), SAID)

    assert answer.status_code == 409
    assert not Challenge.objects.exists()


def test_before_the_candidates_are_public_the_page_offers_none(stage_cast, files, at):
    found = played(stage_cast, "reported")
    at(found.stage.now)

    page = signed_in(found.cast, "bidder3").get(found.url("bid/")).content.decode()

    assert "object-result" not in page
