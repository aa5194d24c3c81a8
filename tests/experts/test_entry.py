"""Entry into the pool: who may ask, who decides, what the classification holds."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from experts import classification, services, specialties
from experts.models import Application, Expert, Specialty
from experts.services import Said
from platform_site.accounts.actors import CONSOLE, Actor
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.experts import world as w

SAID = Said(
    specialties=("A0801", "A06"), region_code="330100", employer_name="云泽设计研究院", title="高级工程师", senior=True,
    years=12, born=date(1975, 4, 2), healthy=True, truthful=True,
)  # fmt: skip


@pytest.fixture
def applicant(db) -> Actor:
    return Actor(kind="person", user_id=User.objects.create_user("asks", name="裴清晏").public_id)


def refusals(**changed) -> set[str]:
    """The codes an application changed so is refused with."""
    actor = changed.pop("actor")
    with pytest.raises(Refused) as refused:
        services.application_submit(said=replace(SAID, **changed), actor=actor)
    return {one.code for one in refused.value.violations}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"years": 7}, "expert.entry"),
        ({"senior": False}, "expert.entry"),
        ({"specialties": ()}, "expert.specialty"),
        ({"specialties": ("D01",)}, "expert.specialty"),
        ({"specialties": ("A77",)}, "expert.specialty"),
        ({"region_code": "33"}, "expert.region"),
        ({"healthy": False}, "application.undeclared"),
        ({"truthful": False}, "application.undeclared"),
        ({"born": date(2020, 1, 1)}, "application.born"),
        ({"born": date(1900, 1, 1)}, "application.born"),
        ({"employers_past": ({"code": "", "name": "", "left": "2024-05"},)}, "application.employer"),
        ({"employers_past": ({"code": "", "name": "甲", "left": "2099-05"},)}, "application.employer"),
        ({"employer_code": "91350100M000100Y4Z"}, "code.alphabet"),
    ],
)
def test_an_application_that_cannot_be_is_refused(applicant, changed, code):
    assert code in refusals(actor=applicant, **changed)
    assert not Application.objects.exists()


def test_one_application_waits_at_a_time(applicant):
    services.application_submit(said=SAID, actor=applicant)

    assert refusals(actor=applicant) == {"application.waiting"}


def test_the_maintainer_admits_and_the_file_holds_what_was_said(applicant):
    past = ({"code": "", "name": "旧单位", "left": "2024-05"},)
    made = services.application_submit(said=replace(SAID, employers_past=past), actor=applicant)

    services.application_decide(application_id=made.pk, admit=True, actor=w.MAINTAINER)

    expert = Expert.objects.get(user__public_id=applicant.user_id)
    assert (expert.state, expert.specialties, expert.born) == ("active", ["A06", "A0801"], "1975-04-02")
    assert expert.employers_past == [dict(past[0])]
    assert refusals(actor=applicant) == {"expert.known"}


def test_a_rejection_says_why_and_leaves_the_way_open(applicant):
    made = services.application_submit(said=SAID, actor=applicant)
    with pytest.raises(Refused):
        services.application_decide(application_id=made.pk, admit=False, actor=w.MAINTAINER)

    services.application_decide(application_id=made.pk, admit=False, reason="职称证书不符", actor=w.MAINTAINER)

    assert not Expert.objects.exists()
    assert services.application_submit(said=SAID, actor=applicant).state == "submitted"


def test_only_the_maintainer_decides_and_never_the_own(applicant):
    made = services.application_submit(said=SAID, actor=applicant)
    for actor in (w.OFFICER, w.SUPERVISOR, applicant):
        with pytest.raises(PermissionDenied):
            services.application_decide(application_id=made.pk, admit=True, actor=actor)

    both = Actor(kind="person", user_id=applicant.user_id, duties=frozenset({"pool_maintainer"}))
    with pytest.raises(Refused) as refused:
        services.application_decide(application_id=made.pk, admit=True, actor=both)
    assert [one.code for one in refused.value.violations] == ["application.own"]


def test_a_decided_application_is_decided_once(applicant):
    made = services.application_submit(said=SAID, actor=applicant)
    services.application_withdraw(application_id=made.pk, actor=applicant)

    with pytest.raises(Refused) as refused:
        services.application_decide(application_id=made.pk, admit=True, actor=w.MAINTAINER)
    assert [one.code for one in refused.value.violations] == ["application.decided"]


def test_a_stranger_withdraws_nobodys_application(applicant):
    made = services.application_submit(said=SAID, actor=applicant)

    with pytest.raises(PermissionDenied):
        services.application_withdraw(application_id=made.pk, actor=w.person())


def test_the_date_of_birth_lies_encrypted_and_in_no_entry(applicant):
    made = services.application_submit(said=SAID, actor=applicant)
    services.application_decide(application_id=made.pk, admit=True, actor=w.MAINTAINER)

    with connection.cursor() as cursor:
        cursor.execute("SELECT born FROM experts_application UNION ALL SELECT born FROM experts_expert")
        assert not any("1975" in row[0] for row in cursor.fetchall())
    told = Entry.objects.filter(subject__in=(made.ledger_ref, f"expert:{Expert.objects.get().public_id}"))
    assert told.count() == 3
    assert not any("1975" in str(entry.facts) for entry in told)


# -- the classification --------------------------------------------------------------------------------------------


def test_below_a_branch_without_its_annex_a_code_is_taken_by_its_shape(db):
    assert specialties.outside(["A0801", "A080102", "A08"]) == []
    assert specialties.outside(["A99", "X0801", "A8", "A08010203"]) == ["A08010203", "A8", "A99", "X0801"]


def test_a_loaded_annex_is_the_whole_of_its_branches(db):
    services.specialties_load([("A08", "工程施工"), ("A0801", "房屋建筑")], source="附件", actor=CONSOLE)

    assert specialties.outside(["A0801", "A0899", "A0699"]) == ["A0899"]
    assert specialties.named(["A0801", "A060102"]) == [("A0801", "房屋建筑"), ("A060102", "工程造价")]


def test_a_code_that_is_renamed_or_gone_keeps_its_row(db):
    services.specialties_load([("A08", "工程施工"), ("A0801", "房屋"), ("A0802", "公路")], source="一", actor=CONSOLE)

    new, ended = services.specialties_load([("A08", "工程施工"), ("A0801", "房屋建筑")], source="二", actor=CONSOLE)

    assert (new, ended) == (1, 1)
    assert list(Specialty.objects.filter(code="A0801").order_by("pk").values_list("name", "source")) == [
        ("房屋", "一"), ("房屋建筑", "二"),
    ]  # fmt: skip
    assert not Specialty.objects.filter(code="A0802", until__isnull=True).exists()


def test_every_wrong_line_of_a_table_is_named():
    rows = [("A08", "工程施工"), ("A8", "短"), ("A08", "又一次"), ("A0801", ""), ("B0101", "没有上级")]

    assert [line for line, _ in classification.faults(rows)] == [2, 3, 4, 5]


def test_a_table_with_a_wrong_line_loads_nothing(db, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("code,name\nA08,工程施工\nA0801,\n", encoding="utf-8")
    before = Specialty.objects.count()

    with pytest.raises(CommandError, match="line 2"):
        call_command("specialties", file, source="附件")
    assert Specialty.objects.count() == before


@pytest.mark.parametrize("text", ["name\nA08\n", "code,name\n"])
def test_a_file_that_is_no_table_is_refused(db, tmp_path, text):
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("specialties", file, source="附件")


def test_the_shipped_names_stand_and_are_sound(db):
    assert list(classification.faults(classification.shipped())) == []
    assert Specialty.objects.filter(until__isnull=True).count() == len(classification.shipped())
