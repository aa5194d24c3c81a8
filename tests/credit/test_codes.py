"""The unified social credit code: real codes pass, wrong digits are named."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import codes
from tests.people import a_code

HUAWEI = "914403001922038216"


@pytest.mark.parametrize(
    "code",
    [
        HUAWEI,
        "9144030071526726XG",
        "91330100799655058B",
        "9111000071093123XX",
        "12100000400000624D",
        "12350100MB02709751",
        "51420000MJH2003604",
        "911100001000044477",
    ],
)
def test_real_codes_are_valid(code):
    assert codes.violations(code) == []


def test_every_collected_real_code_is_valid(shared_data):
    with (shared_data / "subjects" / "uscc_valid.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 805
    assert [row["uscc"] for row in rows if not codes.is_valid(row["uscc"])] == []


def test_every_collected_failing_code_is_caught(shared_data):
    with (shared_data / "subjects" / "uscc_invalid.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 50
    assert [row["code"] for row in rows if codes.is_valid(codes.normalise(row["code"]))] == []


def test_a_wrong_last_digit_is_named_with_the_right_one():
    (violation,) = codes.violations(
        "91359128593462349A"
    )  # seen in a real trade identifier; R is right (rulebook §10.1)

    assert violation.code == "code.check_digit"
    assert (violation.facts["position"], violation.facts["character"], violation.facts["expected"]) == (18, "A", "R")


def test_a_wrong_organisation_digit_is_named_apart_from_the_last():
    wrong = HUAWEI[:16] + "7"
    code = wrong + codes.check_character(wrong)  # the 18th fits what stands before it

    (violation,) = codes.violations(code)

    assert violation.facts["position"] == 17
    assert violation.facts["expected"] == "1"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "code.length"),
        (HUAWEI[:17], "code.length"),
        (HUAWEI + "0", "code.length"),
        ("I" + HUAWEI[1:], "code.alphabet"),
    ],
)
def test_a_code_that_cannot_be_one_is_refused_for_that(code, reason):
    assert [violation.code for violation in codes.violations(code)] == [reason]


@pytest.mark.parametrize(
    "typed",
    ["９１４４０３００１９２２０３８２１６", " 9144 0300 1922 0382 16 ", "914403001922038216\u3000", HUAWEI.lower()],
)
def test_full_width_digits_and_spaces_are_the_same_code(typed):
    assert codes.normalise(typed) == HUAWEI


@given(serial=st.integers(0, 9_999_999), position=st.integers(0, 17), other=st.sampled_from(codes.A31))
def test_no_single_wrong_character_goes_unseen(serial, position, other):
    code = a_code(serial)
    changed = code[:position] + other + code[position + 1 :]

    assert codes.is_valid(changed) == (changed == code)


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text):
    code = codes.normalise(text)

    assert codes.is_valid(code) == (codes.flaw(code) == "")
