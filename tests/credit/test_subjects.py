"""Register once, at once, from anywhere; imports keep what fails."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from credit import selectors, services
from credit.models import Membership, Subject
from platform_site.accounts.actors import ANONYMOUS, CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import duty_grant
from platform_site.ledger.models import Entry
from tests.people import a_code, a_person, a_subject

HUAWEI = "914403001922038216"
FAILING = "91359128593462349A"


@pytest.mark.django_db
def test_registration_is_effective_at_once_and_on_the_record():
    person = a_person()

    subject = services.subject_register(code=HUAWEI, name="华为技术有限公司", actor=actor_for(person))

    assert subject.state == "active"
    assert [m.duty for m in selectors.memberships_of(person)] == ["manager"]
    events = set(Entry.objects.filter(subject=f"subject:{HUAWEI}").values_list("event", flat=True))
    assert events == {"subject.registered", "membership.granted"}


@pytest.mark.django_db
def test_the_public_leaf_names_no_person():
    subject, _ = a_subject(a_person("王宛"), legal_person="王宛")

    assert all("王宛" not in str(entry.facts) for entry in Entry.objects.filter(subject=subject.ledger_ref))


@pytest.mark.django_db
def test_a_full_width_code_registers_the_same_subject():
    subject, _ = a_subject(code="９１４４０３００１９２２０３８２１６")

    assert subject.code == HUAWEI


@pytest.mark.django_db
def test_a_wrong_check_digit_blocks_self_registration_and_leaves_nothing():
    with pytest.raises(Refused) as refused:
        a_subject(code=FAILING)

    assert [(v.code, v.facts["position"]) for v in refused.value.violations] == [("code.check_digit", 18)]
    assert not Subject.objects.exists()
    assert not Entry.objects.filter(event="subject.registered").exists()


@pytest.mark.django_db
def test_a_refused_registration_lists_every_reason():
    with pytest.raises(Refused) as refused:
        a_subject(code=FAILING, name="  ")

    assert [v.code for v in refused.value.violations] == ["code.check_digit", "fact.missing"]


@pytest.mark.django_db
@pytest.mark.rule("PLT-07")
def test_a_second_registration_of_one_code_is_refused():
    a_subject(code=HUAWEI, name="华为技术有限公司")

    with pytest.raises(Refused, match=r"subject\.duplicate"):
        a_subject(code=HUAWEI, name="另一个名称")

    assert Subject.objects.get(code=HUAWEI).name == "华为技术有限公司"


@pytest.mark.django_db
@pytest.mark.rule("PLT-03")
@pytest.mark.parametrize("region", ["", "110000", "540102", "660100"])
def test_no_region_bars_anybody(region):
    assert a_subject(region_code=region)[0].state == "active"


@pytest.mark.django_db
def test_nobody_registers_without_signing_in():
    with pytest.raises(PermissionDenied):
        services.subject_register(code=HUAWEI, name="华为技术有限公司", actor=ANONYMOUS)


@pytest.mark.django_db
@pytest.mark.rule("PLT-04")
@pytest.mark.parametrize("duty", ["operator", "supervisor", "draw_officer", "auditor", "pool_maintainer"])
def test_who_runs_or_supervises_the_platform_cannot_register_a_trader(duty):
    person = a_person()
    duty_grant(user=person, duty=duty, actor=CONSOLE)

    with pytest.raises(Refused, match=r"duty\.conflict"):
        a_subject(person)

    assert not Subject.objects.exists()


@pytest.mark.django_db
def test_an_official_belongs_to_an_authority_without_becoming_a_trader():
    person = a_person()
    duty_grant(user=person, duty="supervisor", actor=CONSOLE)

    a_subject(person, kinds=["authority"], duty="official")

    assert not selectors.is_trader(person)


@pytest.mark.django_db
def test_an_imported_code_that_fails_is_kept_and_flagged():
    (row,) = services.subjects_import([{"code": FAILING, "name": "某单位"}], actor=CONSOLE, source="公共信用平台")

    assert row.outcome == "flawed"
    assert "应为“R”" in Subject.objects.get(code=FAILING).code_flaw


@pytest.mark.django_db
def test_an_import_says_why_a_row_was_rejected_and_keeps_the_rest():
    rows = [
        {"code": HUAWEI, "name": "华为技术有限公司"},
        {"code": "", "name": "无代码"},
        {"code": HUAWEI, "name": "重复"},
    ]

    done = services.subjects_import(rows, actor=CONSOLE)

    assert [row.outcome for row in done] == ["created", "rejected", "known"]
    assert done[1].reason
    assert Subject.objects.get().name == "华为技术有限公司"


@pytest.mark.django_db
def test_an_imported_subject_is_taken_over_by_its_first_registration():
    services.subjects_import([{"code": HUAWEI, "name": "华为"}], actor=CONSOLE)

    subject, actor = a_subject(code=HUAWEI, name="华为技术有限公司")

    assert (subject.origin, subject.name) == ("self", "华为技术有限公司")
    assert "manager" in subject.party_roles(actor)


@pytest.mark.django_db
def test_a_trader_cannot_import():
    _, actor = a_subject()

    with pytest.raises(PermissionDenied):
        services.subjects_import([{"code": HUAWEI, "name": "华为"}], actor=actor)


@pytest.mark.django_db
def test_the_database_keeps_no_self_registered_code_with_a_flaw():
    subject, _ = a_subject()

    with pytest.raises(IntegrityError, match="subject_self_code_is_right"), transaction.atomic():
        Subject.objects.filter(pk=subject.pk).update(code_flaw="第18位有误")


@pytest.mark.django_db
def test_only_a_manager_amends_and_only_the_description():
    subject, manager = a_subject()
    _, stranger = a_subject()

    services.subject_amend(code=subject.code, actor=manager, address="泽安市江北路 8 号")

    assert Subject.objects.get(pk=subject.pk).address == "泽安市江北路 8 号"
    with pytest.raises(PermissionDenied):
        services.subject_amend(code=subject.code, actor=stranger, address="别处")
    with pytest.raises(ValueError, match="not a description"):
        services.subject_amend(code=subject.code, actor=manager, state="closed")


@pytest.mark.django_db
def test_verification_comes_afterwards_and_from_an_operator():
    subject, manager = a_subject()
    operator = a_person()
    duty_grant(user=operator, duty="operator", actor=CONSOLE)

    with pytest.raises(PermissionDenied):
        services.subject_verify(code=subject.code, source="市场监管共享库", actor=manager)
    services.subject_verify(code=subject.code, source="市场监管共享库", actor=actor_for(operator))

    assert Subject.objects.get(pk=subject.pk).verified_at is not None


def test_two_parallel_registrations_of_one_code_leave_one(fresh_db):
    people, code = [a_person(), a_person()], a_code()
    outcomes, start = [], Barrier(2)

    def attempt(person):
        start.wait()
        try:
            services.subject_register(code=code, name="云泽建设", actor=actor_for(person))
            outcomes.append("registered")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "registered"]
    assert Membership.objects.count() == 1


def test_a_subject_never_appears_without_its_entry(fresh_db):
    from platform_site import clock

    with pytest.raises(IntegrityError, match="without an entry"):
        Subject.objects.create(code=HUAWEI, name="华为技术有限公司", registered_at=clock.now())

    assert not Subject.objects.exists()
