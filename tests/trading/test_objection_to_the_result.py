"""An objection to the result on the bidder's own page: received while the candidates are public, refused afterwards."""

from datetime import timedelta

from tests.trading.stage import signed_in, standing_at
from trading.models import Challenge
from trading.services.acts import moment_of

SAID = {"title": "对第一候选人业绩证明的异议", "text": "请核实项目经理的业绩证明。"}


@standing_at("publicity")
def test_it_holds_the_lot_and_stands_on_the_page(scene):
    client = signed_in(scene.cast, "bidder3")

    client.post(scene.url("bid/object-result/"), SAID)

    assert Challenge.objects.get(lot=scene.lot).kind == "result"
    page = client.get(scene.url("bid/")).content.decode()
    assert SAID["title"] in page
    assert "对评标结果" in page
    assert "应当答复，最迟" in page


@standing_at("publicity")
def test_the_form_says_how_soon_it_will_be_answered_by_the_lots_own_book(scene):
    days = scene.lot.book.rule("ENG-39")["days"].amount

    page = signed_in(scene.cast, "bidder3").get(scene.url("bid/")).content.decode()

    assert f"自收到之日起 {days} 日内答复" in page


@standing_at("publicity")
def test_after_the_publicity_it_is_refused_and_the_words_are_given_back(scene, at):
    at(moment_of(scene.again(), "publicity_ends") + timedelta(minutes=1))
    client = signed_in(scene.cast, "bidder3")

    answer = client.post(scene.url("bid/object-result/"), SAID)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert not Challenge.objects.exists()
    assert "您填写的内容" in page
    assert all(page.count(words) == 1 for words in SAID.values())


@standing_at("publicity")
def test_refused_for_what_is_missing_the_words_stand_in_the_form_and_nowhere_else(scene):
    client = signed_in(scene.cast, "bidder3")

    answer = client.post(scene.url("bid/object-result/"), {**SAID, "title": " "})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count(SAID["text"]) == 1
    assert "您填写的内容" not in page


@standing_at("reported")
def test_before_the_candidates_are_public_the_page_offers_none(scene):
    page = signed_in(scene.cast, "bidder3").get(scene.url("bid/")).content.decode()

    assert "object-result" not in page
