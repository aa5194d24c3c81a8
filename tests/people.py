"""People and subjects for tests, made through the real services."""

from itertools import count

from credit.codes import A31, check_character, organisation_check
from credit.models import Subject
from credit.services import subject_register
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import user_sign_up

PASSWORD = "清江-tests-only-42"
_serial = count(1)


def a_code(serial: int | None = None) -> str:
    """A valid credit code nobody holds: region 999999 does not exist."""
    number = next(_serial) if serial is None else serial
    part = f"M{number:07d}"
    first = "91999999" + part + organisation_check(part)
    assert all(c in A31 for c in first)
    return first + check_character(first)


def a_person(name: str = "李闻溪", **fields: str) -> User:
    """Somebody who signed up."""
    values = {"username": f"person{next(_serial)}", "name": name, "password": PASSWORD, **fields}
    return user_sign_up(**values)


def a_subject(person: User | None = None, **fields: object) -> tuple[Subject, Actor]:
    """A subject, and its manager acting for it."""
    person = person or a_person()
    values = {"code": a_code(), "name": f"云泽第{next(_serial)}建设有限公司", **fields}
    subject = subject_register(actor=actor_for(person), **values)
    return subject, actor_for(person, subject_code=subject.code, address="192.0.2.7")
