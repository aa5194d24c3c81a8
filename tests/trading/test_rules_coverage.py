"""`manage.py rules` and `make rules-mutate` say only what the code does."""

import io
import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from platform_site.rules import Value
from tests.rules_mutate import mutations, step
from trading import coverage as covering
from trading.coverage import CoverageError, coverage, from_constants, marked_tests
from trading.rulebooks.register import ALL

ROOT = Path(__file__).resolve().parents[2]


def listed(*options: str) -> str:
    """What `manage.py rules` prints."""
    out = io.StringIO()
    call_command("rules", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def rows():
    """The coverage of the code as it stands."""
    return coverage()


@pytest.fixture
def tests_folder(tmp_path):
    """Call it with the text of a test file; it returns the folder that holds it."""

    def write(text: str) -> Path:
        folder = tmp_path / "tests"
        folder.mkdir(exist_ok=True)
        (folder / "test_one.py").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def package(tmp_path):
    """Call it with the text of a module; it returns the folder that holds its package."""

    def write(name: str, text: str) -> Path:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text, encoding="utf-8")
        sys.path.insert(0, str(tmp_path))
        return tmp_path

    yield write
    if str(tmp_path) in sys.path:
        sys.path.remove(str(tmp_path))


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_json_list_holds_every_rule_in_the_registers_order():
    rows = json.loads(listed("--json"))

    assert [row["id"] for row in rows] == list(ALL)
    assert all(set(row) == {"id", "enforced", "monitored", "tested", "note"} for row in rows)


def test_no_rule_is_silent(rows):
    """Each is enforced or watched, or says why it is not; that it is tested alone would not tell a reader anything."""
    assert [row.id for row in rows.values() if not (row.enforced or row.monitored or row.as_json()["note"])] == []


def test_a_guard_is_listed_with_procedure_and_act(rows):
    assert "engineering.open:publish_notice:bidding_period" in rows["ENG-10"].enforced


def test_a_period_the_kernel_counts_is_listed_with_the_act_it_gates(rows):
    assert "engineering.open:award" in rows["ENG-38"].enforced


def test_a_deadline_is_monitored_not_enforced(rows):
    assert "engineering.open:publish_candidates" in rows["ENG-37"].monitored
    assert "engineering.open:publish_candidates" not in rows["ENG-37"].enforced


def test_an_order_of_states_enforces_a_rule_without_numbers(rows):
    assert "engineering.open:start_opening" in rows["ENG-27"].enforced


def test_a_number_that_is_only_cited_is_not_enforced(rows):
    assert "GP-41" in covering.PROCEDURES["procurement.inquiry"].transitions["archive"].rules

    assert "procurement.inquiry:archive" not in rows["GP-41"].enforced


def test_a_rule_kept_outside_the_kernel_is_declared_where_it_is_kept(rows):
    assert rows["GEN-01"].enforced == ["platform_site.workdays.add_days"]


def test_the_table_ends_with_the_sums():
    assert listed().splitlines()[-1].startswith("207 rules: ")


def test_one_rule_can_be_asked_for():
    assert [row["id"] for row in json.loads(listed("--json", "--only", "GP-25"))] == ["GP-25"]


def test_an_unknown_rule_is_an_error():
    with pytest.raises(CommandError, match="ENG-99"):
        listed("--only", "ENG-99")


def test_an_enforced_number_without_a_test_fails_the_check(monkeypatch, tests_folder):
    bare = coverage(tests=tests_folder(""))
    monkeypatch.setattr("trading.management.commands.rules.coverage", lambda: bare)

    with pytest.raises(CommandError, match="ENG-10"):
        listed("--check", "--only", "ENG-10")


def test_a_rule_without_numbers_needs_no_test_to_pass_the_check(monkeypatch, tests_folder):
    bare = coverage(tests=tests_folder(""))
    monkeypatch.setattr("trading.management.commands.rules.coverage", lambda: bare)

    assert listed("--check", "--only", "ENG-27")


# -- what is read from tests ------------------------------------------------------------------------------------------


def test_marks_are_read_from_module_class_function_and_case(tests_folder):
    folder = tests_folder(
        """
import pytest
pytestmark = [pytest.mark.rule("GEN-01")]
CASES = [pytest.param(1, marks=pytest.mark.rule("ENG-10"))]

@pytest.mark.rule("GP-05", "GP-07")
def test_a(): ...

@pytest.mark.parametrize("n", CASES)
def test_b(n): ...

class TestC:
    pytestmark = pytest.mark.rule("LND-03")

    @pytest.mark.rule("MIN-03")
    def test_d(self): ...

def helper(): ...
"""
    )

    assert set(marked_tests(folder)) == {
        ("GEN-01", "tests/test_one.py::test_a"),
        ("GP-05", "tests/test_one.py::test_a"),
        ("GP-07", "tests/test_one.py::test_a"),
        ("GEN-01", "tests/test_one.py::test_b"),
        ("ENG-10", "tests/test_one.py::test_b"),
        ("GEN-01", "tests/test_one.py::TestC::test_d"),
        ("LND-03", "tests/test_one.py::TestC::test_d"),
        ("MIN-03", "tests/test_one.py::TestC::test_d"),
    }


def test_a_mark_that_cannot_be_read_is_an_error(tests_folder):
    folder = tests_folder("import pytest\n@pytest.mark.rule(*IDS)\ndef test_a(): ...\n")

    with pytest.raises(CoverageError, match=r"test_one\.py:2"):
        list(marked_tests(folder))


def test_a_mark_of_an_unknown_rule_is_an_error(tests_folder):
    with pytest.raises(CoverageError, match="ENG-77"):
        coverage(tests=tests_folder("import pytest\n@pytest.mark.rule('ENG-77')\ndef test_a(): ...\n"))


# -- what is declared -------------------------------------------------------------------------------------------------


def test_enforces_blocks_and_monitors_warns(package):
    declared = "ENFORCES = {'ELE-03': 'room_one.door'}\nMONITORS = {'ENG-02': ['room_one.eye']}\ndoor = eye = 1\n"
    base = package("room_one", declared)

    assert set(from_constants(base)) == {("ELE-03", "block", "room_one.door"), ("ENG-02", "warn", "room_one.eye")}


def test_a_declaration_that_leads_nowhere_is_an_error(package):
    base = package("room_two", "ENFORCES = {'ELE-03': 'room_two.door'}\n")

    with pytest.raises(CoverageError, match=r"room_two\.door"):
        list(from_constants(base))


# -- mutations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (Value(20, "cd"), 1),
        (Value(3, "bids"), 1),
        (Value(4_000_000, "cny"), Decimal("0.01")),
        (Value(Decimal("0.02"), "/1"), Decimal("0.01")),
        (Value(Decimal("0.0005"), "/1/d"), Decimal("0.0001")),
        (Value(Decimal(1), "/1"), Decimal("0.01")),
        (Value(Fraction(2, 3), "/1"), Fraction(1, 100)),
    ],
)
def test_one_unit_is_a_day_a_bid_a_fen_or_a_hundredth(value, unit):
    assert step(value) == unit


def test_every_number_moves_down_and_up():
    assert list(mutations(ALL["ENG-11"])) == [
        ("days", 14),
        ("days", 16),
        ("prequalification", 2),
        ("prequalification", 4),
    ]


def test_a_moved_number_is_noticed_by_the_rules_own_test():
    done = subprocess.run(
        [sys.executable, "-m", "tests.rules_mutate", "--only", "ENG-38", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    rows = json.loads(done.stdout)
    assert [(row["now"], row["outcome"]) for row in rows] == [("2 cd", "caught"), ("4 cd", "caught")]
    assert done.returncode == 0
