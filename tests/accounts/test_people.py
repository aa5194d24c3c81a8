"""Signing up, passwords, what lies encrypted."""

import pytest
from django.db import connection

from platform_site.accounts import encrypted
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import password_change, user_sign_up
from platform_site.ledger.models import Entry
from tests.people import PASSWORD, a_person


@pytest.mark.django_db
def test_a_person_signs_up_at_once_and_the_record_holds_no_name():
    person = a_person("王宛", phone="13900000001")

    entry = Entry.objects.get(subject=person.ref)
    assert entry.event == "user.signed_up"
    assert "王宛" not in str(entry.facts)
    assert "13900000001" not in str(entry.facts)


@pytest.mark.django_db
def test_a_taken_user_name_is_refused():
    user_sign_up(username="wang", name="王宛", password=PASSWORD)

    with pytest.raises(Refused, match=r"user\.taken"):
        user_sign_up(username="wang", name="王琬", password=PASSWORD)

    assert User.objects.filter(username="wang").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("weak", ["short", "password123", "wang-wan-xi"])
def test_a_weak_password_is_refused_with_reasons(weak):
    with pytest.raises(Refused) as refused:
        user_sign_up(username="wang-wan-xi", name="王宛", password=weak)

    assert refused.value.violations[0].code == "password.weak"
    assert refused.value.violations[0].facts["reasons"]


@pytest.mark.django_db
def test_a_password_changes_only_with_the_old_one():
    person = a_person()

    with pytest.raises(Refused, match=r"password\.wrong"):
        password_change(user=person, old="not it", new="另一个-long-one-77", actor=actor_for(person))
    password_change(user=person, old=PASSWORD, new="另一个-long-one-77", actor=actor_for(person))

    assert User.objects.get(pk=person.pk).check_password("另一个-long-one-77")


@pytest.mark.django_db
def test_a_phone_lies_encrypted_in_its_column_and_reads_back():
    person = a_person(phone="13900000001")

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [person.pk])
        (stored,) = cursor.fetchone()
    assert stored.startswith("v1:")
    assert "13900000001" not in stored
    assert User.objects.get(pk=person.pk).phone == "13900000001"


def test_equal_texts_are_concealed_differently():
    assert encrypted.conceal("13900000001") != encrypted.conceal("13900000001")


def test_another_installations_key_reveals_nothing(settings):
    stored = encrypted.conceal("13900000001")
    settings.FIELD_KEY = "another"

    with pytest.raises(ValueError, match="another key"):
        encrypted.reveal(stored)


def test_production_without_a_field_key_does_not_encrypt_with_a_guessable_one(settings):
    settings.MODE = "production"

    with pytest.raises(Exception, match="PORTAL_FIELD_KEY"):
        encrypted.conceal("x")


@pytest.mark.django_db
def test_an_encrypted_column_cannot_be_searched():
    with pytest.raises(Exception, match="lookup"):
        User.objects.filter(phone="13900000001").exists()


def test_the_console_is_named_as_such():
    assert CONSOLE.ref == "console"
