"""Qualifications are declared at once, replaced and withdrawn but never lost, doubted but never barred."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction

from credit import qualifications, services
from credit.models import Qualification, QualificationDoubt
from credit.services.published import Listed
from platform_site.accounts.actors import ANONYMOUS, CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import duty_grant
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.workdays import midnight
from tests import databases
from tests.people import a_code, a_person, a_subject

TODAY = date(2026, 11, 24)
NOON = midnight(TODAY) + timedelta(hours=12)


@pytest.fixture(autouse=True)
def noon(at):
    at(NOON)


def declared(subject, actor, **changes):
    """A certificate of the subject's."""
    said = {
        "kind": "建筑工程施工总承包",
        "grade": "壹级",
        "number": "D999000001",
        "issuer": "云泽省住房和城乡建设厅",
        "valid_from": date(2024, 3, 1),
        "valid_until": date(2029, 2, 28),
        **changes,
    }
    return services.qualification_declare(subject_code=subject.code, actor=actor, **said)


def an_official(name: str = "泽安市住房和城乡建设局"):
    """A supervisor who acts for an authority of its own."""
    person, code = a_person("顾长风"), a_code()
    services.subjects_import([{"code": code, "name": name, "kinds": ["authority"]}], actor=CONSOLE)
    duty_grant(user=person, duty="supervisor", subject_code=code, actor=CONSOLE)
    return actor_for(person, subject_code=code)


def codes_of(refused) -> list[str]:
    return [violation.code for violation in refused.value.violations]


@pytest.mark.django_db
@pytest.mark.rule("PLT-03")
def test_a_declaration_is_effective_at_once_and_on_the_record():
    subject, actor = a_subject()

    row = declared(subject, actor)

    [one] = qualifications.held_by(subject.code)
    assert (one.row, one.state, one.doubts) == (row, "valid", [])
    entry = Entry.objects.get(event="qualification.declared")
    assert (entry.subject, entry.facts["number"], entry.facts["source"]) == (subject.ledger_ref, "D999000001", "self")


@pytest.mark.django_db
@pytest.mark.rule("PLT-03")
def test_a_subject_without_any_qualification_is_as_active_as_one_with_ten():
    subject, _ = a_subject()

    assert (subject.state, qualifications.held_by(subject.code)) == ("active", [])


@pytest.mark.django_db
def test_full_width_digits_and_blanks_are_stored_narrow():
    subject, actor = a_subject()

    row = declared(subject, actor, number=" ｄ９９９ ０００ ００1 ", kind="工程设计（建筑行业）  甲级")

    assert (row.number, row.kind) == ("D999000001", "工程设计（建筑行业） 甲级")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "  "}, "fact.missing"),
        ({"number": ""}, "fact.missing"),
        ({"issuer": ""}, "fact.missing"),
        ({"valid_from": None}, "fact.missing"),
        ({"kind": "资" * 10_000}, "text.length"),
        ({"grade": "一" * 21}, "text.length"),
        ({"valid_until": date(2024, 2, 29)}, "qualification.dates"),
        ({"valid_from": TODAY + timedelta(days=1)}, "qualification.ahead"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(changes, code):
    subject, actor = a_subject()

    with pytest.raises(Refused) as refused:
        declared(subject, actor, **changes)

    assert codes_of(refused) == [code]
    assert not Qualification.objects.exists()
    assert not Entry.objects.filter(event="qualification.declared").exists()


@pytest.mark.django_db
def test_a_refusal_lists_every_reason():
    subject, actor = a_subject()

    with pytest.raises(Refused) as refused:
        declared(subject, actor, kind="", valid_from=TODAY + timedelta(days=9), valid_until=TODAY)

    assert codes_of(refused) == ["fact.missing", "qualification.ahead", "qualification.dates"]


@pytest.mark.django_db
def test_the_same_kind_and_number_stands_once_however_it_is_typed():
    subject, actor = a_subject()
    declared(subject, actor)

    with pytest.raises(Refused, match=r"qualification\.known"):
        declared(subject, actor, number="ｄ999 000001", grade="贰级")

    other, its_actor = a_subject()
    assert declared(other, its_actor).pk


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "nobody", "console"])
def test_only_who_acts_for_the_subject_declares_and_withdraws(who):
    subject, actor = a_subject()
    row = declared(subject, actor)
    other = {"stranger": a_subject()[1], "nobody": ANONYMOUS, "console": CONSOLE}[who]

    with pytest.raises(PermissionDenied):
        declared(subject, other, number="x")
    with pytest.raises(PermissionDenied):
        services.qualification_withdraw(qualification_id=row.pk, actor=other)


@pytest.mark.django_db
@pytest.mark.rule("CRE-10")
@pytest.mark.parametrize(
    ("until", "state"),
    [
        (None, "valid"),
        (TODAY + timedelta(days=31), "valid"),
        (TODAY + timedelta(days=30), "ending"),
        (TODAY, "ending"),
        (TODAY - timedelta(days=1), "expired"),
    ],
)
def test_the_last_day_is_valid_and_thirty_days_before_it_the_end_is_near(until, state):
    subject, actor = a_subject()

    declared(subject, actor, valid_until=until)

    assert [one.state for one in qualifications.held_by(subject.code)] == [state]


@pytest.mark.django_db
def test_a_replaced_certificate_stays_and_says_so(at):
    subject, actor = a_subject()
    old = declared(subject, actor, valid_until=TODAY)
    at(NOON + timedelta(days=1))

    new = declared(subject, actor, grade="特级", replaces=old.pk)

    assert [(one.row, one.state) for one in qualifications.held_by(subject.code)] == [(new, "valid"), (old, "replaced")]
    assert Entry.objects.get(event="qualification.replaced").facts["replaces"] == str(old.pk)
    with pytest.raises(Refused, match=r"qualification\.ended"):
        declared(subject, actor, number="other", replaces=old.pk)


@pytest.mark.django_db
def test_a_refused_replacement_leaves_the_old_one_standing():
    subject, actor = a_subject()
    old, other = declared(subject, actor), declared(subject, actor, number="D2")

    with pytest.raises(Refused, match=r"qualification\.known"):
        declared(subject, actor, number=other.number, replaces=old.pk)

    old.refresh_from_db()
    assert old.withdrawn_at is None


@pytest.mark.django_db
def test_nobody_replaces_what_another_subject_declared():
    subject, actor = a_subject()
    other, its_actor = a_subject()
    row = declared(other, its_actor)

    with pytest.raises(Qualification.DoesNotExist):
        declared(subject, actor, replaces=row.pk)


@pytest.mark.django_db
def test_a_withdrawn_certificate_stays_on_the_page_and_may_be_declared_again():
    subject, actor = a_subject()
    row = declared(subject, actor)

    services.qualification_withdraw(qualification_id=row.pk, reason="证书已注销", actor=actor)

    assert [one.state for one in qualifications.held_by(subject.code)] == ["withdrawn"]
    with pytest.raises(Refused, match=r"qualification\.ended"):
        services.qualification_withdraw(qualification_id=row.pk, actor=actor)
    assert declared(subject, actor).pk != row.pk


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["grade", "number", "valid_until", "declared_at", "subject_id"])
def test_the_database_lets_nobody_overwrite_what_was_declared(column):
    subject, actor = a_subject()
    row = declared(subject, actor)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Qualification.objects.filter(pk=row.pk).update(**{column: getattr(row, column)})
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        row.delete()


def test_a_qualification_never_appears_or_ends_without_its_entry(fresh_db):
    subject, actor = a_subject()
    row = declared(subject, actor)

    with pytest.raises(IntegrityError, match="without an entry"):
        Qualification.objects.filter(pk=row.pk).update(withdrawn_at=NOON + timedelta(days=1))

    assert Qualification.objects.get().withdrawn_at is None


# -- doubts ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.rule("PLT-03")
def test_a_doubt_is_published_with_its_reason_and_bars_nothing():
    subject, actor = a_subject()
    row, official = declared(subject, actor), an_official()

    doubt = services.doubt_mark(qualification_id=row.pk, reason="证书编号在发证机关查询不到", actor=official)

    [one] = qualifications.held_by(subject.code)
    assert (one.state, one.doubts) == ("valid", [doubt])
    assert qualifications.valid_at([subject.code], NOON)[subject.code][0].row == row
    assert declared(subject, actor, number="D2").pk
    assert Entry.objects.get(event="qualification.doubted").facts["reason"] == "证书编号在发证机关查询不到"
    assert "存疑" in Message.objects.get().title


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["replaced", "withdrawn and declared again"])
def test_a_new_row_leaves_no_doubt_behind(way):
    subject, actor = a_subject()
    row = declared(subject, actor)
    services.doubt_mark(qualification_id=row.pk, reason="查询不到", actor=an_official())

    if way == "replaced":
        new = declared(subject, actor, number="D7", replaces=row.pk)
    else:
        services.qualification_withdraw(qualification_id=row.pk, actor=actor)
        new = declared(subject, actor)

    first = qualifications.held_by(subject.code)[0]
    assert (first.row, len(first.doubts)) == (new, 1)
    assert len(qualifications.valid_at([subject.code], NOON)[subject.code][0].doubts) == 1
    assert [one.row for one in qualifications.found("")] == [new]


@pytest.mark.django_db
def test_a_doubt_ends_by_its_own_authority_and_stays_told():
    subject, actor = a_subject()
    official, other = an_official(), an_official("另一部门")
    doubt = services.doubt_mark(qualification_id=declared(subject, actor).pk, reason="查询不到", actor=official)

    with pytest.raises(PermissionDenied):
        services.doubt_end(doubt_id=doubt.pk, reason="x", actor=other)
    services.doubt_end(doubt_id=doubt.pk, reason="发证机关已经补录", actor=official)

    [one] = qualifications.held_by(subject.code)
    assert (one.doubts, [d.end_reason for d in one.over]) == ([], ["发证机关已经补录"])
    with pytest.raises(Refused, match=r"doubt\.ended"):
        services.doubt_end(doubt_id=doubt.pk, reason="x", actor=official)


@pytest.mark.django_db
def test_an_authority_doubts_one_certificate_once_at_a_time_and_says_why():
    subject, actor = a_subject()
    row, official = declared(subject, actor), an_official()
    services.doubt_mark(qualification_id=row.pk, reason="查询不到", actor=official)

    for reason in ("", "  ", "疑" * 501):
        with pytest.raises(Refused, match=r"text\.length"):
            services.doubt_mark(qualification_id=row.pk, reason=reason, actor=official)
    with pytest.raises(Refused, match=r"doubt\.known"):
        services.doubt_mark(qualification_id=row.pk, reason="仍然查询不到", actor=official)
    assert services.doubt_mark(qualification_id=row.pk, reason="另一部门", actor=an_official("另一部门"))
    assert QualificationDoubt.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["its own manager", "operator", "auditor", "console"])
def test_only_a_supervisor_doubts(who):
    subject, actor = a_subject()
    row, person = declared(subject, actor), a_person()
    if who in {"operator", "auditor"}:
        duty_grant(user=person, duty=who, actor=CONSOLE)
    doubter = {"its own manager": actor, "console": CONSOLE}.get(who) or actor_for(person)

    with pytest.raises(PermissionDenied):
        services.doubt_mark(qualification_id=row.pk, reason="查询不到", actor=doubter)


def test_every_face_does_its_own_acts_with_its_own_login_and_no_others(fresh_db, cluster):
    subject, actor = a_subject()
    row, official, elsewhere = declared(subject, actor), an_official(), []

    def tried(act) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()
        elsewhere.append(act)

    with databases.behind_default(cluster, fresh_db, login="portal_supervision"):
        doubt = services.doubt_mark(qualification_id=row.pk, reason="查询不到", actor=official)
        services.doubt_end(doubt_id=doubt.pk, reason="已经补录", actor=official)
        tried(lambda: declared(subject, actor, number="D2"))
        tried(lambda: services.qualification_withdraw(qualification_id=row.pk, actor=actor))
    with databases.behind_default(cluster, fresh_db, login="portal_trading"):
        new = declared(subject, actor, number="D2", replaces=row.pk)
        tried(lambda: services.doubt_mark(qualification_id=new.pk, reason="查询不到", actor=official))
    with databases.behind_default(cluster, fresh_db, login="portal_public"):
        assert [one.row for one in qualifications.held_by(subject.code)] == [new, row]
        tried(lambda: declared(subject, actor, number="D3"))
    with databases.behind_default(cluster, fresh_db, login="portal_worker"):
        published = {"code": subject.code, "kind": "测绘", "number": "1", "valid_from": "2024-03-01"}
        tally = services.qualifications_publish(
            [Listed(1, "x", published), Listed(2, "y", {})], publisher="某厅", file="x.csv", sha256="", actor=CONSOLE
        )
        assert (tally.accepted, tally.rejected) == (1, 1)
        tried(lambda: services.doubt_mark(qualification_id=new.pk, reason="查询不到", actor=official))

    assert len(elsewhere) == 5


def test_of_two_that_declare_one_certificate_at_once_one_is_refused(fresh_db):
    subject, actor = a_subject()
    outcomes, start = [], Barrier(2)

    def attempt() -> None:
        start.wait()
        try:
            declared(subject, actor)
            outcomes.append("declared")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["declared", "refused"]
    assert Qualification.objects.count() == 1


# -- as of a moment ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_at_a_moment_counts_what_was_declared_by_then_and_valid_on_that_day(at):
    subject, actor = a_subject()
    good = declared(subject, actor)
    declared(subject, actor, number="D2", valid_until=TODAY - timedelta(days=1))
    taken_back = declared(subject, actor, number="D3")
    last_day = declared(subject, actor, number="D4", valid_until=TODAY)
    at(NOON + timedelta(hours=1))
    services.qualification_withdraw(qualification_id=taken_back.pk, actor=actor)
    at(NOON + timedelta(hours=2))
    declared(subject, actor, number="D5")

    found = qualifications.valid_at([subject.code, a_code()], NOON + timedelta(minutes=30))

    assert [one.row for one in found[subject.code]] == [taken_back, last_day, good]
    assert [one.state for one in found[subject.code]] == ["valid", "ending", "valid"]
    assert list(found) == [subject.code]


@pytest.mark.django_db
def test_many_subjects_are_looked_up_by_three_queries(django_assert_num_queries):
    held = [a_subject() for _ in range(3)]
    for subject, actor in held:
        declared(subject, actor)

    with django_assert_num_queries(3):
        found = qualifications.valid_at([subject.code for subject, _ in held], NOON)

    assert len(found) == 3
