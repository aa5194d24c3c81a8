"""The environment is read at one place and wrong values are said plainly."""

import pytest

from platform_site import env


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("Yes", True), ("off", False), ("", True)])
def test_a_flag_is_read_as_people_write_it(monkeypatch, raw, value):
    monkeypatch.setenv("PORTAL_X", raw)

    assert env.flag("PORTAL_X", True) is value


def test_a_flag_that_is_neither_names_the_variable(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "maybe")

    with pytest.raises(ValueError, match="PORTAL_X must be 1 or 0, not 'maybe'"):
        env.flag("PORTAL_X")


def test_a_number_that_is_none_names_the_variable(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "3.5")

    with pytest.raises(ValueError, match=r"PORTAL_X must be a whole number, not '3\.5'"):
        env.number("PORTAL_X", 1)


def test_a_database_url_may_name_a_socket_folder_and_carry_odd_passwords():
    found = env.database("postgresql://portal_app:a%40b%2F@/portal?host=/run/x&sslmode=disable")

    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("portal_app", "a@b/", "portal")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/x", "", {"sslmode": "disable"})


def test_a_database_url_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="must start with postgresql://"):
        env.database("mysql://a@b/c")
