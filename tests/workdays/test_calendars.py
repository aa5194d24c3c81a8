"""Calendars are data a centre loads."""

import os
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from platform_site import workdays
from platform_site.ledger.models import Entry
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


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_both_libraries_agree_on_the_statutory_holidays(year):
    notice = calendars.year_calendar(year)
    statutory = [day for day in calendars._statutory(year).rest if day.weekday() < calendars.SATURDAY]

    assert [day for day in statutory if notice.is_workday(day)] == []


@pytest.mark.django_db
def test_loading_a_notice_counts_by_it_and_is_on_the_record(folder, tmp_path_factory):
    file = tmp_path_factory.mktemp("notice") / "2027.json"
    file.write_text(NOTICE_2027, encoding="utf-8")

    call_command("calendar_load", file)

    assert not workdays.provisional(date(2027, 1, 3))
    assert Entry.objects.get(event="calendar.loaded").facts["work"] == ["2027-01-03"]


@pytest.mark.django_db
def test_a_broken_notice_loads_nothing(folder, tmp_path_factory):
    file = tmp_path_factory.mktemp("notice") / "2027.json"
    file.write_text('{"year": 2027}', encoding="utf-8")

    with pytest.raises(CommandError, match="names its year"):
        call_command("calendar_load", file)

    assert workdays.provisional(date(2027, 1, 3))
    assert not Entry.objects.filter(event="calendar.loaded").exists()
