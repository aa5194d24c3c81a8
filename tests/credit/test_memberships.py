"""Who acts for a subject, how they come and how they go."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from credit import selectors, services
from credit.models import Invitation
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import duty_grant
from tests.people import a_person, a_subject

pytestmark = pytest.mark.django_db


def invited(duty="handler"):
    subject, manager = a_subject()
    invitation, token = services.invitation_make(subject_code=subject.code, note="王宛", duty=duty, actor=manager)
    return subject, manager, invitation, token


def test_an_invited_colleague_acts_for_the_subject():
    subject, _, _, token = invited()
    colleague = a_person()

    services.invitation_accept(token=token, actor=actor_for(colleague))

    roles = subject.party_roles(actor_for(colleague, subject_code=subject.code))
    assert roles == {"member", "handler"}
    assert colleague.pk in selectors.members_of(subject.code)


def test_an_invitation_works_once():
    _, _, _, token = invited()
    services.invitation_accept(token=token, actor=actor_for(a_person()))

    with pytest.raises(Refused, match=r"invitation\.dead"):
        services.invitation_accept(token=token, actor=actor_for(a_person()))


def test_a_revoked_invitation_opens_nothing():
    _, manager, invitation, token = invited()
    services.invitation_revoke(invitation_id=invitation.pk, actor=manager)

    with pytest.raises(Refused, match=r"invitation\.dead"):
        services.invitation_accept(token=token, actor=actor_for(a_person()))


def test_an_expired_invitation_opens_nothing():
    _, _, invitation, token = invited()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=clock.machine() - timedelta(seconds=1))

    with pytest.raises(Refused, match=r"invitation\.dead"):
        services.invitation_accept(token=token, actor=actor_for(a_person()))


def test_the_secret_of_an_invitation_is_not_in_the_database():
    _, _, invitation, token = invited()

    assert token not in str(vars(invitation))


def test_only_a_manager_invites():
    subject, _, _, token = invited()
    colleague = a_person()
    services.invitation_accept(token=token, actor=actor_for(colleague))
    handler = actor_for(colleague, subject_code=subject.code)

    with pytest.raises(PermissionDenied):
        services.invitation_make(subject_code=subject.code, note="别人", duty="handler", actor=handler)


@pytest.mark.rule("PLT-04")
def test_a_supervisor_cannot_accept_an_invitation_to_trade():
    subject, _, _, token = invited()
    supervisor = a_person()
    duty_grant(user=supervisor, duty="supervisor", actor=CONSOLE)

    with pytest.raises(Refused, match=r"duty\.conflict"):
        services.invitation_accept(token=token, actor=actor_for(supervisor))

    assert supervisor.pk not in selectors.members_of(subject.code)


@pytest.mark.rule("PLT-04")
def test_a_trader_cannot_become_a_supervisor_until_the_last_membership_ends():
    first, manager = a_subject()
    person = a_person()
    services.membership_grant(subject_code=first.code, user=person, duty="handler", actor=manager)
    second, _ = a_subject(person)
    successor = a_person()
    services.membership_grant(
        subject_code=second.code, user=successor, duty="manager", actor=actor_for(person, subject_code=second.code)
    )

    with pytest.raises(Refused, match=r"duty\.conflict"):
        duty_grant(user=person, duty="supervisor", actor=CONSOLE)
    services.membership_end(subject_code=first.code, user=person, duty="handler", actor=manager)
    with pytest.raises(Refused, match=r"duty\.conflict"):
        duty_grant(user=person, duty="supervisor", actor=CONSOLE)
    services.membership_end(
        subject_code=second.code, user=person, duty="manager", actor=actor_for(person, subject_code=second.code)
    )

    duty_grant(user=person, duty="supervisor", actor=CONSOLE)
    assert actor_for(person).duties == {"supervisor"}


def test_a_subject_keeps_its_last_manager():
    subject, manager = a_subject()
    person = subject.memberships.get().user

    with pytest.raises(Refused, match=r"membership\.last_manager"):
        services.membership_end(subject_code=subject.code, user=person, duty="manager", actor=manager)


def test_one_duty_is_held_once():
    subject, manager = a_subject()
    person = subject.memberships.get().user

    with pytest.raises(Refused, match=r"membership\.held"):
        services.membership_grant(subject_code=subject.code, user=person, duty="manager", actor=manager)


def test_an_ended_membership_acts_no_more():
    subject, manager = a_subject()
    person = a_person()
    services.membership_grant(subject_code=subject.code, user=person, duty="signer", actor=manager)

    services.membership_end(subject_code=subject.code, user=person, duty="signer", actor=manager)

    assert subject.party_roles(actor_for(person, subject_code=subject.code)) == frozenset()
    assert person.pk not in selectors.members_of(subject.code)


def test_a_stranger_ends_nobodys_membership():
    subject, _ = a_subject()
    _, stranger = a_subject()

    with pytest.raises(PermissionDenied):
        services.membership_end(
            subject_code=subject.code, user=subject.memberships.get().user, duty="manager", actor=stranger
        )


def test_roles_count_only_while_acting_for_that_subject():
    subject, _ = a_subject()
    other, elsewhere = a_subject(subject.memberships.get().user)

    assert subject.party_roles(elsewhere) == frozenset()
    assert other.party_roles(elsewhere) == {"member", "manager"}
