"""The inbox: written with the act, once; mailed from the row."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from platform_site import clock
from platform_site.messages import selectors, services
from platform_site.messages.models import Message
from tests.people import a_person

pytestmark = pytest.mark.django_db


def tell(*people, dedupe="lot.opened:lot:T-1", **fields):
    values = {"title": "已开标", "body": "江北水厂二期工程已开标。", "url": "/trades/T-1/", **fields}
    return services.deliver(people, dedupe=dedupe, **values)


@pytest.fixture
def mailed():
    return a_person(email="li@yunze.example")


def test_a_delivered_message_lies_unread_in_the_inbox():
    person = a_person()

    tell(person)

    assert [m.title for m in selectors.inbox(person)] == ["已开标"]
    assert selectors.unread_count(person) == 1


def test_the_same_matter_reaches_a_person_once():
    person, other = a_person(), a_person()
    tell(person)

    tell(person, other)

    assert selectors.inbox(person).count() == selectors.inbox(other).count() == 1


def test_primary_keys_do_as_well_as_people():
    person = a_person()

    assert services.deliver([person.pk, person], dedupe="x", title="标题", body="正文") == 1


def test_who_is_not_active_is_told_nothing():
    person = a_person()
    type(person).objects.filter(pk=person.pk).update(is_active=False)

    assert tell(person) == 0


def test_an_act_that_is_undone_told_nobody(mailed):
    def act():
        with transaction.atomic():
            tell(mailed)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError, match="the act failed"):
        act()

    assert not Message.objects.exists()


def test_reading_is_remembered_and_keeps_its_first_time(at):
    person = a_person()
    tell(person)
    message = Message.objects.get()
    first = services.read(message_id=message.pk, user=person).read_at

    assert services.read(message_id=message.pk, user=person).read_at == first
    assert selectors.unread_count(person) == 0


def test_nobody_reads_anothers_message():
    tell(a_person())

    with pytest.raises(Message.DoesNotExist):
        services.read(message_id=Message.objects.get().pk, user=a_person())


# -- mail ----------------------------------------------------------------------------------------------------------


def test_a_mail_goes_out_once_with_its_link_and_says_it_is_no_real_trade(mailed, settings):
    tell(mailed)

    assert services.send_due() == 1
    assert services.send_due() == 0
    (sent,) = mail.outbox
    assert sent.to == ["li@yunze.example"]
    assert f"{settings.ORIGIN}/trades/T-1/" in sent.body
    assert "演练数据" in sent.body
    assert Message.objects.get().mail_state == "sent"


def test_a_person_without_an_address_gets_no_mail():
    tell(a_person())

    assert services.send_due() == 0
    assert Message.objects.get().mail_state == "none"


def test_a_refused_mail_waits_and_is_tried_again(mailed, monkeypatch):
    def refuse(self):
        raise OSError("connection refused")

    tell(mailed)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert services.send_due() == 0
    message = Message.objects.get()

    assert message.mail_state == "waiting"
    assert message.mail_next_at > clock.machine()
    Message.objects.update(mail_next_at=clock.machine())
    assert services.send_due() == 1


def test_a_mail_server_that_always_refuses_is_not_asked_for_ever(mailed, monkeypatch):
    def refuse(self):
        raise OSError("connection refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    tell(mailed)
    for _ in range(len(services.RETRY_AFTER) + 1):
        Message.objects.filter(mail_state="waiting").update(mail_next_at=clock.machine())
        services.send_due()

    assert Message.objects.get().mail_state == "failed"


def test_a_claim_whose_process_died_lapses_and_keeps_its_message_id(mailed):
    tell(mailed)
    claimed = services._claim()
    assert services.send_due() == 0

    Message.objects.update(mail_next_at=clock.machine() - timedelta(seconds=1))

    assert services.send_due() == 1
    assert str(claimed.pk) in mail.outbox[0].extra_headers["Message-ID"]


def test_a_page_shows_only_ones_own_messages(client):
    mine, other = a_person(), a_person()
    tell(mine, title="给我的")
    tell(other, title="给别人的", dedupe="y")
    client.force_login(mine)

    page = client.get("/messages/")

    assert "给我的" in page.text
    assert "给别人的" not in page.text


def test_opening_a_message_reads_it_and_leads_on(client):
    person = a_person()
    tell(person)
    client.force_login(person)

    response = client.post(f"/messages/{Message.objects.get().pk}/")

    assert response.url == "/trades/T-1/"
    assert selectors.unread_count(person) == 0


def test_anothers_message_and_a_missing_one_answer_the_same(client):
    tell(a_person())
    client.force_login(a_person())

    assert client.post(f"/messages/{Message.objects.get().pk}/").status_code == 404
    assert client.post("/messages/00000000-0000-4000-8000-000000000000/").status_code == 404
