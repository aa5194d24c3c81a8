"""Signing in: one sentence for every failure, a lock-out, a second factor for officials, one click in the demo only."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.addresses import client_address
from platform_site.accounts.middleware import SecondFactor
from platform_site.accounts.services import duty_grant, second_factor_begin, second_factor_reset
from tests.people import PASSWORD, a_person

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def sign_in(client, person, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": person.username, "password": password, **fields})


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = clock.machine().timestamp()
    return f"{totp.token():06d}"


def test_a_person_signs_in_and_lands_on_the_desk(client):
    response = sign_in(client, a_person())

    assert response.status_code == 302
    assert response.url == "/desk/"


def test_a_wrong_password_and_an_unknown_name_answer_the_same(client):
    person = a_person()

    wrong = sign_in(client, person, "not it at all")
    unknown = client.post(SIGN_IN, {"username": "nobody-here", "password": "not it at all"})

    assert wrong.status_code == unknown.status_code == 422
    assert "用户名或者密码不对" in wrong.text
    assert "用户名或者密码不对" in unknown.text


def test_five_failures_lock_the_name_out_even_with_the_right_password(client):
    person = a_person()
    for _ in range(5):
        sign_in(client, person, "not it at all")

    response = sign_in(client, person)

    assert response.status_code == 429
    assert "登录暂停" in response.text
    assert "_auth_user_id" not in client.session


def test_the_lock_holds_only_from_that_address(client):
    person = a_person()
    for _ in range(5):
        client.post(SIGN_IN, {"username": person.username, "password": "no"}, REMOTE_ADDR="198.51.100.9")

    response = client.post(SIGN_IN, {"username": person.username, "password": PASSWORD}, REMOTE_ADDR="198.51.100.10")

    assert response.status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)"])
def test_sign_in_never_sends_a_person_to_another_site(client, elsewhere):
    assert sign_in(client, a_person(), next=elsewhere).url == "/desk/"


def test_sign_in_goes_on_to_where_the_person_wanted_to_be(client):
    assert sign_in(client, a_person(), next="/subjects/mine/").url == "/subjects/mine/"


def test_a_new_password_ends_the_other_sessions(client):
    person, other = a_person(), Client()
    sign_in(client, person)
    sign_in(other, person)

    changed = client.post("/account/password/", {"old": PASSWORD, "new": "另一个-long-one-77"})

    assert changed.status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_a_refused_sign_up_keeps_what_was_typed(client):
    a_person(username="wang")

    response = client.post(
        "/sign-up/", {"username": "wang", "name": "王宛", "password": PASSWORD, "again": PASSWORD, "email": ""}
    )

    assert response.status_code == 409
    assert 'value="王宛"' in response.text
    assert "已经有人使用" in response.text


def test_signing_out_is_a_post(client):
    sign_in(client, a_person())

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


# -- second factor -------------------------------------------------------------------------------------------------


@pytest.fixture
def official(settings):
    settings.MODE = "sandbox"
    person = a_person()
    duty_grant(user=person, duty="operator", actor=CONSOLE)
    return person


def duties_seen(client, monkeypatch):
    """The duties the next request's actor holds, read where a view would read them."""
    from platform_site.accounts.views import own

    seen = {}
    monkeypatch.setattr(own, "benches_for", lambda actor: seen.update(duties=set(actor.duties)) or [])
    client.get("/desk/")
    return seen["duties"]


def test_outside_the_demo_an_official_is_led_to_the_second_factor(client, official):
    assert sign_in(client, official).url == reverse("accounts:second-factor")


def test_without_the_second_factor_an_official_holds_no_duty(client, official, monkeypatch):
    sign_in(client, official)

    assert duties_seen(client, monkeypatch) == set()


def test_after_enrolling_the_duty_counts_in_this_session(client, official, monkeypatch):
    sign_in(client, official)
    page = client.get("/account/second-factor/")
    device = TOTPDevice.objects.get(user=official, confirmed=False)

    response = client.post("/account/second-factor/", {"token": code_of(device)})

    assert "data:image/svg+xml" in page.text
    assert response.status_code == 302
    assert duties_seen(client, monkeypatch) == {"operator"}


def test_a_wrong_code_enrols_nothing(client, official):
    sign_in(client, official)
    client.get("/account/second-factor/")

    response = client.post("/account/second-factor/", {"token": "000000"})

    assert response.status_code == 422
    assert not TOTPDevice.objects.filter(user=official, confirmed=True).exists()


def test_an_enrolled_official_shows_a_code_at_every_sign_in(client, official, monkeypatch):
    device = second_factor_begin(user=official)
    device.confirmed = True
    device.save()
    sign_in(client, official)

    assert duties_seen(client, monkeypatch) == set()
    client.post("/account/second-factor/", {"token": code_of(device)})
    assert duties_seen(client, monkeypatch) == {"operator"}


def test_one_code_serves_once(client, official):
    device = second_factor_begin(user=official)
    device.confirmed = True
    device.save()
    sign_in(client, official)
    token = code_of(device)

    first = client.post("/account/second-factor/", {"token": token})
    second = client.post("/account/second-factor/", {"token": token})

    assert (first.status_code, second.status_code) == (302, 422)


def test_a_reset_by_the_console_makes_the_official_enrol_again(official):
    second_factor_begin(user=official)

    second_factor_reset(user=official, actor=CONSOLE)

    assert not TOTPDevice.objects.filter(user=official).exists()


def test_an_official_without_it_is_led_there_instead_of_a_bare_403(client, official):
    sign_in(client, official)
    request = RequestFactory().get("/work/rooms/")
    request.user, request.session = official, {}
    official.is_verified = lambda: False

    response = SecondFactor(lambda r: HttpResponse()).process_exception(request, PermissionDenied())

    assert response.url == reverse("accounts:second-factor")
    assert request.session["after_second_factor"] == "/work/rooms/"


def test_in_the_demo_duties_count_without_it(client, monkeypatch):
    person = a_person()
    duty_grant(user=person, duty="operator", actor=CONSOLE)
    sign_in(client, person)

    assert duties_seen(client, monkeypatch) == {"operator"}


# -- the demo's doors ----------------------------------------------------------------------------------------------


def test_in_the_demo_one_click_signs_in(client):
    person = a_person(demo_role="招标人经办")

    response = client.post(f"/demo/sign-in/{person.username}/")

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)
    assert person.name in client.get("/demo/").text


def test_one_click_never_signs_in_somebody_who_is_not_of_the_demo(client):
    person = a_person()

    assert client.post(f"/demo/sign-in/{person.username}/").status_code == 404


@pytest.mark.parametrize("mode", ["sandbox", "production"])
@pytest.mark.parametrize("path", ["/demo/", "/demo/sign-in/{}/", "/demo/clock/"])
def test_the_demos_doors_do_not_exist_elsewhere(client, settings, mode, path):
    person = a_person(demo_role="招标人经办")
    settings.MODE = mode
    url = path.format(person.username)

    response = client.get(url) if url == "/demo/" else client.post(url, {"step": "day"})

    assert response.status_code == 404
    assert "_auth_user_id" not in client.session


# -- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),  # a stranger's header is not believed
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "10.9.9.9, 203.0.113.5", "203.0.113.5"),  # what the client wrote before is not believed
        ("127.0.0.1", "203.0.113.5, 127.0.0.1", "203.0.113.5"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "<script>", ""),
    ],
)
def test_the_address_in_the_record_is_the_one_our_own_front_saw(peer, forwarded, found):
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == found
