"""Whoever is told something can open what he is sent to, and the mail carries the checkpoint."""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import resolve

from platform_site import clock, ledger
from platform_site.ledger.selectors import checkpoint_line
from platform_site.messages import services as messages
from platform_site.messages.models import Message
from tests.databases import BASE
from tests.stages import plain_papers
from tests.trading import papers_world as w
from tests.trading.public_side import followed
from tests.trading.stage import START, assembled
from trading import addresses
from trading.models import Letter
from trading.rehearsal import repertoire
from trading.rehearsal.stage import Played, Stage, play

PLAYS = (
    ("engineering.open", "objection"),
    ("engineering.open", "too_few"),
    ("procurement.inquiry", "happy"),
    ("land.listing", "happy"),
)


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker, tmp_path_factory):
    with w.kept(django_db_blocker, tmp_path_factory.mktemp("life")) as life:
        yield life


@pytest.fixture
def life(lived, db, at):
    at(lived.stage.now)
    return lived


def told(title: str) -> list[Message]:
    """The messages whose title ends so."""
    return [message for message in Message.objects.select_related("user") if message.title.endswith(title)]


@pytest.mark.parametrize(("procedure", "variant"), PLAYS)
def test_every_address_anybody_is_sent_to_leads_somewhere(procedure, variant, db, files):
    cast, stage = assembled(), Stage(START)
    with plain_papers():
        play(stage, repertoire.SCRIPTS[procedure].script(stage, cast, variant), Played(procedure, variant))
    with clock.at(stage.now):
        ledger.sequence_once()
    sent = {(message.url, message.user) for message in Message.objects.exclude(url="").select_related("user")}
    assert sent
    followed()

    for url, user in sent:
        assert resolve(url.partition("#")[0]).func
        # What a trader is sent to opens for him; officials and experts have a second factor and desks of their own.
        trader = user.username.startswith(("bidder", "initiator", "agency", "purchaser", "grantor", "transferor"))
        if trader and not url.endswith(("/opening/", "/questions/")):
            client = Client()
            client.force_login(user)
            with clock.at(stage.now):
                assert client.get(url).status_code == 200, (url, user.username)


@pytest.mark.parametrize("name", ["trade", "work", "bid", "room", "questions", "results"])
def test_the_addresses_of_a_lot_are_routes(life, name):
    assert resolve(getattr(addresses, name)(life.lot)).kwargs["reference"] == life.lot.tender.reference


@pytest.mark.parametrize("suffix", ["/", ".pdf"])
def test_the_addresses_of_texts_are_routes(life, suffix):
    assert resolve(addresses.notice(life.notice("award"), suffix=suffix))
    assert resolve(addresses.letter(Letter.objects.select_related("lot__tender").first(), suffix=suffix))


def test_no_service_writes_an_address_by_hand():
    written = re.compile(r'url=f?"/')
    for path in (BASE / "trading" / "services").glob("*.py"):
        assert not written.search(Path(path).read_text()), path.name


def test_holders_are_told_of_a_clarification_and_sent_to_it(life):
    found = told("澄清（第1次）")

    assert {m.user.username for m in found} == {"bidder1", "bidder2", "bidder3", "bidder4"}
    assert {m.url for m in found} == {addresses.notice(life.notice("clarification"))}


def test_holders_are_told_of_an_amendment_with_the_deadline(life):
    found = told("变更公告（第1次）")

    assert {m.user.username for m in found} == {"bidder1", "bidder2", "bidder3", "bidder4"}
    assert {m.url for m in found} == {addresses.notice(life.notice("amendment"))}
    assert all("投标截止时间仍为 2026年4月3日 09:30。" in m.body for m in found)


def test_bidders_are_told_of_the_opening_and_sent_to_its_room(life):
    assert {m.url for m in told("开标开始，请解密投标文件")} == {addresses.room(life.lot)}


def test_winner_and_losers_are_each_sent_to_their_own_letter(life):
    for username, title in ((w.WINNER, "中标通知书"), (w.LOSER, "中标结果通知书")):
        (message,) = Message.objects.filter(user=life.cast[username].user, dedupe__startswith="award:")
        assert message.title == title
        assert message.url == addresses.letter(life.letter(username))


def test_mails_carry_their_address_and_the_checkpoint(life, settings):
    messages.send_due()

    line = checkpoint_line()
    assert line.startswith(settings.LEDGER_ORIGIN)
    (sent,) = [m for m in mail.outbox if m.subject == "中标结果通知书" and m.to == ["bidder3@example.invalid"]]
    assert f"{settings.ORIGIN}{addresses.letter(life.letter(w.LOSER))}" in sent.body
    assert all(line in m.body for m in mail.outbox)
