"""An authority's published list: every row stands, stood already, or is kept with why not; a second import changes
nothing."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from credit import qualifications, services
from credit.models import Qualification, RejectedQualification, Subject
from credit.services.published import REASONS
from platform_site.ledger.models import Entry
from tests.credit.test_qualifications import declared, noon  # noqa: F401  the same day
from tests.people import a_code, a_subject

pytestmark = pytest.mark.django_db
HEADER = "统一社会信用代码,企业名称,资质类别,等级,证书编号,发证机关,有效期起,有效期至,状态"
PUBLISHER = "云泽省住房和城乡建设厅"


@pytest.fixture
def taken(tmp_path):
    """taken(text, …): the counts of a file with this text, as the command prints them."""

    def run(text: str | bytes, name: str = "list.csv", publisher: str = PUBLISHER) -> dict:
        path, out = tmp_path / name, io.StringIO()
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command("import_qualifications", str(path), "--publisher", publisher, "--json", stdout=out)
        [counts] = json.loads(out.getvalue())
        assert counts["rows"] == counts["accepted"] + counts["rejected"] + counts["unchanged"]
        return {name: counts[name] for name in ("rows", "accepted", "withdrawn", "rejected", "unchanged")}

    return run


def counted(rows: int, accepted: int = 0, withdrawn: int = 0, rejected: int = 0, unchanged: int = 0) -> dict:
    return {
        "rows": rows, "accepted": accepted, "withdrawn": withdrawn, "rejected": rejected, "unchanged": unchanged,
    }  # fmt: skip


def a_row(code: str, **changes: str) -> str:
    cells = {
        "name": "云泽某建设有限公司", "kind": "建筑工程施工总承包", "grade": "壹级", "number": "D999000001",
        "issuer": PUBLISHER, "since": "2024-03-01", "until": "2029-02-28", "state": "有效", **changes,
    }  # fmt: skip
    return ",".join([code, *cells.values()])


def test_a_list_stands_as_published_and_enters_who_was_unknown(taken):
    code = a_code()

    assert taken(f"{HEADER}\n{a_row(code)}\n") == counted(1, accepted=1)

    [one] = qualifications.held_by(code)
    assert (one.row.source, one.row.publisher, one.row.grade) == ("authority", PUBLISHER, "壹级")
    assert Subject.objects.get(code=code).origin == "import"
    facts = Entry.objects.get(event="qualifications.published").facts
    assert (facts["publisher"], facts["accepted"]) == (PUBLISHER, 1)


def test_a_second_import_accepts_nothing_and_keeps_each_rejected_row_once(taken):
    text = f"{HEADER}\n{a_row(a_code())}\n{a_row(a_code(), since='去年')}\n"

    assert taken(text) == counted(2, accepted=1, rejected=1)
    assert taken(text) == counted(2, rejected=1, unchanged=1)

    assert RejectedQualification.objects.count() == 1
    assert Qualification.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": ""}, "fact.missing"),
        ({"number": " "}, "fact.missing"),
        ({"since": ""}, "fact.missing"),
        ({"since": "2024-02-30"}, "date.unreadable"),
        ({"until": "明年"}, "date.unreadable"),
        ({"until": "2020-01-01"}, "qualification.dates"),
        ({"since": "2027-01-01"}, "qualification.ahead"),
        ({"kind": "资" * 10_000}, "text.length"),
        ({"name": "名" * 201}, "text.length"),
        ({"name": ""}, "subject.unknown"),
        ({"grade": "\x07"}, "text.control"),
        ({"state": "待定"}, "state.unknown"),
        ({"state": "注销"}, "revoked.unknown"),
    ],
)
def test_a_row_that_cannot_stand_is_kept_with_its_reason_and_costs_no_other(taken, changes, reason):
    text = f"{HEADER}\n{a_row(a_code(), **changes)}\n{a_row(a_code(), number='good')}\n"

    assert taken(text) == counted(2, accepted=1, rejected=1)

    kept = RejectedQualification.objects.get()
    assert (kept.reason, kept.row_number, kept.publisher) == (reason, 1, PUBLISHER)
    assert kept.why.startswith(REASONS[reason])
    assert kept.raw


def test_lines_that_cannot_be_read_are_kept_as_they_stand(taken):
    good = json.dumps({"code": a_code(), "name": "某公司", "kind": "测绘", "number": "甲测1", "valid_from": "20240301"})

    assert taken("\n".join([good, '{"code": ', "[1]", '{"kind": "\\ud800"}']), "list.jsonl") == counted(
        4, accepted=1, rejected=3
    )

    reasons = RejectedQualification.objects.order_by("row_number").values_list("reason", flat=True)
    assert list(reasons) == ["row.unreadable", "row.unreadable", "text.control"]
    assert Qualification.objects.get().issuer == PUBLISHER


def test_one_file_cannot_say_two_things_of_one_certificate(taken):
    code = a_code()

    text = "\n".join([HEADER, a_row(code), a_row(code), a_row(code, grade="贰级")])
    assert taken(text) == counted(3, accepted=1, rejected=1, unchanged=1)

    assert RejectedQualification.objects.get().reason == "row.contradicts"
    assert Qualification.objects.get().grade == "壹级"


def test_a_changed_row_replaces_and_a_revoked_one_ends_what_stood(taken):
    code = a_code()
    taken(f"{HEADER}\n{a_row(code)}\n")

    assert taken(f"{HEADER}\n{a_row(code, grade='特级')}\n") == counted(1, accepted=1)
    assert [(one.row.grade, one.state) for one in qualifications.held_by(code)] == [
        ("特级", "valid"),
        ("壹级", "replaced"),
    ]

    revoked = f"{HEADER}\n{a_row(code, grade='特级', state='吊销')}\n"
    assert taken(revoked) == counted(1, accepted=1, withdrawn=1)
    assert taken(revoked) == counted(1, unchanged=1)
    assert Qualification.objects.get(grade="特级").withdrawn_why == f"{PUBLISHER}公开：吊销"
    assert {one.state for one in qualifications.held_by(code)} == {"withdrawn", "replaced"}


def test_what_a_subject_declared_stands_beside_what_is_published_and_is_compared(taken):
    subject, actor = a_subject()
    own = declared(subject, actor)

    taken(f"{HEADER}\n{a_row(subject.code, grade='贰级')}\n")

    by_source = {one.row.source: one for one in qualifications.held_by(subject.code)}
    assert by_source["self"].row == own
    assert by_source["self"].compared == ["等级"]
    assert by_source["authority"].compared is None


def test_a_subject_neither_withdraws_nor_replaces_what_was_published(taken):
    subject, actor = a_subject()
    taken(f"{HEADER}\n{a_row(subject.code)}\n")
    row = Qualification.objects.get()

    for act in (
        lambda: services.qualification_withdraw(qualification_id=row.pk, actor=actor),
        lambda: declared(subject, actor, replaces=row.pk),
    ):
        with pytest.raises(services.qualifications.Refused, match=r"qualification\.published"):
            act()


def test_a_list_in_gb18030_and_with_loose_dates_is_read(taken):
    text = f"{HEADER}\n{a_row(a_code(), since='２０２４年3月1日', until='长期')}\n".encode("gb18030")

    assert taken(text) == counted(1, accepted=1)
    assert Qualification.objects.get().valid_until is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("名称,等级\n某公司,壹级\n", "no column for 统一社会信用代码、资质类别、证书编号、有效期起"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(taken, text, words):
    with pytest.raises(CommandError, match=words):
        taken(text)

    assert not RejectedQualification.objects.exists()


def test_a_trader_publishes_no_list():
    _, actor = a_subject()

    with pytest.raises(PermissionDenied):
        services.qualifications_publish([], publisher="x", file="x", sha256="", actor=actor)
