"""Calendars are data a centre loads."""

import os
from datetime import date

import pytest

from platform_site import workdays
from platform_site.workdays import calendars

NOTICE_2027 = """{
    "year": 2027, "notice": "国务院办公厅关于2027年部分节假日安排的通知",
    "rest": ["2027-01-01"], "work": ["2027-01-03"]
}"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(calendars, "CALENDARS_DIR", tmp_path)
    return tmp_path


def test_a_loaded_notice_replaces_the_provisional_year(folder):
    assert workdays.provisional(date(2027, 1, 3))

    (folder / "2027.json").write_text(NOTICE_2027, encoding="utf-8")
    os.utime(folder, ns=(1, 1))  # the folder changed; a file system with coarse times must not hide it from this test

    assert not workdays.provisional(date(2027, 1, 3))
    assert workdays.is_workday(date(2027, 1, 3))
    assert workdays.is_workday(date(2027, 2, 8))


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ('{"year": 2027, "rest": ["2027-01-01"]}', "names its year and the notice"),
        ('{"year": 2027, "notice": "n", "rest": ["2026-01-01"]}', "does not belong"),
        ('{"year": 2027, "notice": "n", "rest": ["2027-01-03"], "work": ["2027-01-03"]}', "both a rest day"),
        ('{"year": 2027, "notice": "n", "rest": ["2027-01-01"], "work": ["2027-01-04"]}', "is a weekday"),
        ('{"year": 2027, "notice": "n", "rest": []}', "without a rest day"),
        ('{"year": 2027, "notice": "n", "rest": ["2027-02-30"]}', "out of range"),
    ],
)
def test_a_calendar_that_cannot_be_a_notice_is_refused(broken, why):
    with pytest.raises(ValueError, match=why):
        calendars.parse(broken)
