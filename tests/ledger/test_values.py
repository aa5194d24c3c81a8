"""Facts as exact bytes."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from platform_site.ledger.values import canonical, commitment, plain
from tests.ledger.script import verify

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))
KEYS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00", max_codepoint=0xD7FF))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(VALUES)
def test_our_canonical_bytes_are_those_of_rfc_8785(value):
    assert canonical(plain(value)) == rfc8785.dumps(value) == verify.canonical(value)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-12, 14))
def test_equal_moments_are_equal_bytes(moment, hours):
    if datetime(2, 1, 1, tzinfo=UTC) < moment < datetime(9998, 1, 1, tzinfo=UTC):
        assert plain(moment) == plain(moment.astimezone(timezone(timedelta(hours=hours))))


def test_money_keeps_its_fen():
    assert plain(Decimal("1234567890123.40")) == "1234567890123.40"
    assert plain(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize("value", [2**53, -(2**53), "a\x00b", "\ud800", Decimal("NaN"), {"\ue000": 1}])
def test_what_readers_would_spell_differently_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - every one says its own reason
        plain(value)


def test_equal_values_under_other_salts_look_unrelated():
    assert commitment(b"a" * 32, "张三") != commitment(b"b" * 32, "张三")
