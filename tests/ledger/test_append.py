"""The one way in."""

from datetime import datetime
from decimal import Decimal

import pytest

from platform_site import ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import selectors
from platform_site.ledger.leaves import leaf_hash

pytestmark = pytest.mark.django_db


def test_an_entry_is_seen_by_its_own_transaction_and_has_no_number_yet():
    entry = ledger.append("lot.announced", subject="lot:T-1/1", actor=CLOCK, facts={"estimate": Decimal("10.50")})

    assert selectors.has_event("lot:T-1/1", "lot.announced")
    assert selectors.position_of(entry) is None
    stored = ledger.Entry.objects.get(pk=entry.pk)
    assert stored.facts == {"estimate": "10.50"}
    assert leaf_hash(stored.leaf) == bytes(stored.leaf_hash) == entry.leaf_hash


@pytest.mark.parametrize("value", [1.5, {"a": [1.0]}, object()])
def test_a_fact_without_exact_bytes_is_refused(value):
    with pytest.raises(TypeError):
        ledger.append("lot.announced", subject="lot:T-1/1", actor=CLOCK, facts={"x": value})


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="zone"):
        ledger.append("lot.announced", subject="lot:T-1/1", actor=CLOCK, facts={"x": datetime(2026, 1, 1)})  # noqa: DTZ001
