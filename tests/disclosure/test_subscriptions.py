"""Being told of new notices: once, of what fits, until one leaves."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail

from disclosure.models import ListedNotice, ListedRegion, Subscription
from disclosure.services import subscriptions
from platform_site import clock
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused
from platform_site.clock import CHINA
from platform_site.messages import services as messages
from platform_site.messages.models import Message

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def noon(at):
    at(NOON)


@pytest.fixture
def reader():
    return User.objects.create_user("reader", name="读者", password="only-for-tests", email="reader@example.org")


def publish(position: int, title: str = "泽安市空调采购公告", **more) -> ListedNotice:
    given = {"category": "procurement", "kind": "tender", "stage": "tender", "region_code": "990103", **more}
    return ListedNotice.objects.create(
        title=title, path=f"/trades/T{position}/1/", published_at=clock.now() + timedelta(seconds=position),
        position=position, haystack=title.lower(), province=given["region_code"][:2], city=given["region_code"][:4],
        **given,
    )  # fmt: skip


def test_what_fits_is_told_once_in_one_message_and_one_mail(reader):
    subscriptions.subscribe(user=reader, words="空调", categories=["procurement"])
    publish(1)
    publish(2, title="学校空调维修公告")
    publish(3, title="水厂工程")
    publish(4, title="空调工程", category="engineering")

    told = [subscriptions.tell_all() for _ in range(3)]
    messages.send_due()
    messages.send_due()

    assert told == [1, 0, 0]
    [message] = Message.objects.filter(user=reader)
    assert "泽安市空调采购公告" in message.body
    assert "学校空调维修公告" in message.body
    assert "水厂" not in message.body
    assert "空调工程" not in message.body
    assert [one.to for one in mail.outbox] == [["reader@example.org"]]


def test_what_was_public_before_is_no_news(reader, monkeypatch):
    publish(5)
    monkeypatch.setattr(subscriptions, "last_position", lambda: 5)
    subscriptions.subscribe(user=reader, words="空调")

    assert subscriptions.tell_all() == 0


@pytest.mark.parametrize(
    ("region", "fits"), [("990000", True), ("990100", True), ("990103", True), ("990200", False), ("990104", False)]
)
def test_a_region_holds_everything_below_it(reader, region, fits):
    ListedRegion.objects.create(code=region, name="某地")
    subscriptions.subscribe(user=reader, region=region)
    publish(1)

    assert subscriptions.tell_all() == int(fits)


def test_kinds_and_history_are_kept_apart(reader):
    subscriptions.subscribe(user=reader, stages=["result"])
    publish(1)
    ListedNotice.objects.create(
        title="旧",
        path="/",
        category="land",
        kind="award",
        stage="result",
        imported=True,
        source="x",
        published_at=NOON,
    )

    assert subscriptions.tell_all() == 0
    publish(2, title="成交结果", kind="award", stage="result")
    assert subscriptions.tell_all() == 1


def test_one_that_died_after_telling_tells_nobody_twice(reader):
    one = subscriptions.subscribe(user=reader, words="空调")
    publish(1)
    subscriptions.tell_all()
    Subscription.objects.filter(pk=one.pk).update(position=0)

    subscriptions.tell_all()

    assert Message.objects.count() == 1


def test_a_telling_that_fails_leaves_cursor_and_inbox_as_they_were(reader, monkeypatch):
    one = subscriptions.subscribe(user=reader, words="空调")
    publish(1)

    def broken(*args, **kwargs):
        raise RuntimeError("no inbox")

    with monkeypatch.context() as patch:
        patch.setattr(subscriptions, "deliver", broken)
        with pytest.raises(RuntimeError):
            subscriptions.tell_all()

    one.refresh_from_db()
    assert one.position == 0
    assert subscriptions.tell_all() == 1


def test_more_than_ten_are_counted_not_listed(reader):
    subscriptions.subscribe(user=reader, words="空调")
    for n in range(1, 15):
        publish(n, title=f"空调采购{n:02}")

    subscriptions.tell_all()

    message = Message.objects.get()
    assert message.body.count("空调采购") == subscriptions.TOLD
    assert "还有更多" in message.body
    assert message.url == "/trades/?q=%E7%A9%BA%E8%B0%83"


def test_no_condition_and_too_many_are_refused(reader):
    with pytest.raises(Refused, match=r"subscription\.empty"):
        subscriptions.subscribe(user=reader, words=" \u200b ")
    for n in range(subscriptions.LIMIT):
        subscriptions.subscribe(user=reader, words=f"词{n}")

    with pytest.raises(Refused, match=r"subscription\.too_many"):
        subscriptions.subscribe(user=reader, words="再一个")
    assert subscriptions.subscribe(user=reader, words="词1").words == "词1"


def test_the_link_in_the_mail_leaves_without_signing_in_and_only_by_a_post(client, reader):
    one = subscriptions.subscribe(user=reader, words="空调")
    publish(1)
    subscriptions.tell_all()
    path = re.search(r"http://[^/]+(/subscriptions/leave/\S+)", Message.objects.get().body)[1]

    shown = client.get(path).content.decode()
    one.refresh_from_db()
    assert "空调" in shown
    assert one.ended_at is None

    assert "已经退订" in client.post(path).content.decode()
    assert client.post(path).status_code == 200
    publish(2)
    assert subscriptions.tell_all() == 0


@pytest.mark.parametrize("token", ["nobody", "00000000-0000-0000-0000-000000000000:forged", "x:y", "%00", "a" * 3000])
def test_a_link_that_is_not_ours_is_a_404(client, token):
    assert client.get(f"/subscriptions/leave/{token}/").status_code == 404
    assert client.post(f"/subscriptions/leave/{token}/").status_code == 404


def test_the_page_takes_the_list_query_and_keeps_to_its_person(client, reader):
    other = User.objects.create_user("other", name="另一人", password="only-for-tests")
    client.force_login(reader)

    assert 'value="空调"' in client.get("/subscriptions/?q=空调&category=procurement").content.decode()
    answer = client.post("/subscriptions/", {"q": "空调", "category": "procurement", "kind": "tender"})
    assert answer.status_code == 302
    assert "空调，政府采购，招标、采购公告" in client.get("/subscriptions/").content.decode()
    one = Subscription.objects.get()

    client.force_login(other)
    assert "空调，政府采购" not in client.get("/subscriptions/").content.decode()
    assert client.post(f"/subscriptions/{one.pk}/end/").status_code == 404

    client.force_login(reader)
    assert client.post(f"/subscriptions/{one.pk}/end/").status_code == 302
    one.refresh_from_db()
    assert one.ended_at == NOON


def test_an_empty_form_comes_back_with_the_reason(client, reader):
    client.force_login(reader)

    answer = client.post("/subscriptions/", {})

    assert answer.status_code == 409
    assert "没有说明要订阅什么" in answer.content.decode()


def test_telling_costs_the_same_however_many_notices_came(reader, django_assert_max_num_queries):
    subscriptions.subscribe(user=reader, words="空调")
    for n in range(1, 60):
        publish(n, title=f"空调采购{n:02}")

    with django_assert_max_num_queries(14):
        subscriptions.tell_all()
