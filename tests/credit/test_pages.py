"""Pages about subjects: the register, one's own subjects, acting for one of several."""

from datetime import date

import pytest

from credit import selectors, services
from credit.models import Subject, SubjectKey
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.services import duty_grant
from platform_site.sealing.keyfiles import BidderKey
from tests.credit.test_keys import public
from tests.credit.test_sanctions import ban
from tests.people import a_code, a_person, a_subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    someone = a_person()
    client.force_login(someone)
    return someone


def test_registering_on_the_page_works_at_once(client, person):
    response = client.post("/subjects/register/", {"code": a_code(8), "name": "云泽建设有限公司", "kinds": ["bidder"]})

    assert response.status_code == 302
    assert "云泽建设有限公司" in client.get("/subjects/mine/").text


def test_a_wrong_digit_is_named_on_the_page_and_nothing_typed_is_lost(client, person):
    response = client.post("/subjects/register/", {"code": "91359128593462349A", "name": "云泽建设有限公司"})

    assert response.status_code == 409
    assert "第 <b>18</b> 位" in response.text
    assert "<b>R</b>" in response.text
    assert 'value="云泽建设有限公司"' in response.text


def test_the_register_finds_by_name_and_by_a_code_typed_in_full_width(client):
    subject, _ = a_subject(code="914403001922038216", name="华为技术有限公司")
    a_subject(name="别的公司")

    for text in ("华为", "９１４４０３００１９２２０３８２１６"):
        page = client.get("/subjects/", {"q": text})
        assert subject.name in page.text
        assert "别的公司" not in page.text


def test_htmx_gets_the_rows_alone(client):
    a_subject(name="华为技术有限公司")

    rows = client.get("/subjects/", headers={"HX-Request": "true"})

    assert "华为技术有限公司" in rows.text
    assert "<html" not in rows.text


def test_the_register_costs_the_same_for_one_subject_and_for_twenty(client, django_assert_max_num_queries):
    for _ in range(20):
        a_subject()

    with django_assert_max_num_queries(4):
        client.get("/subjects/")


def test_a_banned_subjects_page_says_so_first(client):
    subject, _ = a_subject()
    ban(subject.code, since=date(2020, 1, 1), until=None)

    page = client.get(f"/subjects/{subject.code}/").text

    assert page.index("禁止参加") < page.index("统一社会信用代码</dt>")


def test_with_one_subject_a_person_acts_for_it_and_with_several_chooses(client, person):
    a_subject(person)
    assert "正在为其办理" in client.get("/subjects/mine/").text

    second, _ = a_subject(person)
    assert "正在为其办理" not in client.get("/subjects/mine/").text

    client.post("/subjects/act-for/", {"code": second.code})
    page = client.get("/subjects/mine/").text
    assert page.index(second.name) < page.index("正在为其办理")


def test_nobody_acts_for_a_subject_of_others(client, person):
    other, _ = a_subject()

    assert client.post("/subjects/act-for/", {"code": other.code}).status_code == 404


def test_an_ended_membership_is_dropped_from_the_session(client, person):
    subject, manager = a_subject()
    services.membership_grant(subject_code=subject.code, user=person, duty="handler", actor=manager)
    a_subject(person)
    a_subject(person)
    client.post("/subjects/act-for/", {"code": subject.code})
    services.membership_end(subject_code=subject.code, user=person, duty="handler", actor=manager)

    assert "正在为其办理" not in client.get("/subjects/mine/").text


@pytest.mark.parametrize("page", ["members", "keys", "qualifications"])
def test_strangers_do_not_see_a_subjects_own_pages(client, person, page):
    other, _ = a_subject()

    assert client.get(f"/subjects/{other.code}/{page}/").status_code == 404


def test_a_colleague_comes_in_by_the_link_shown_once(client, person):
    subject, _ = a_subject(person)
    page = client.post(f"/subjects/{subject.code}/members/", {"note": "王宛", "duty": "handler"}).text
    link = page.split("http://testserver")[1].split("<")[0].strip()
    assert link not in client.get(f"/subjects/{subject.code}/members/").text

    colleague = a_person("王宛")
    client.force_login(colleague)
    assert subject.name in client.get(link).text
    assert client.post(link).status_code == 302
    assert selectors.may_act_for(colleague, subject.code)
    assert client.get(link).status_code == 404


def test_a_public_key_is_posted_and_no_field_takes_a_private_one(client, person):
    subject, _ = a_subject(person)
    key = BidderKey.generate(subject.code)

    response = client.post(f"/subjects/{subject.code}/keys/", {"label": "办公电脑", **public(key, subject.code)})

    assert response.status_code == 302
    assert SubjectKey.objects.get().recipient == key.recipient
    page = client.get(f"/subjects/{subject.code}/keys/").text
    assert SubjectKey.objects.get().fingerprint in page


@pytest.mark.parametrize(
    "path", ["/desk/", "/account/", "/messages/", "/subjects/mine/", "/subjects/register/", "/account/password/"]
)
def test_ones_own_pages_ask_strangers_to_sign_in_first(client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/sign-in/?next=")


def test_who_supervises_is_told_why_they_cannot_trade(client, person):
    duty_grant(user=person, duty="supervisor", actor=CONSOLE)

    response = client.post("/subjects/register/", {"code": a_code(9), "name": "云泽建设有限公司", "kinds": ["bidder"]})

    assert response.status_code == 409
    assert "不能由同一人担任" in response.text
    assert not Subject.objects.exists()
