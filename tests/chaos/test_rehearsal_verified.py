"""A rehearsal is verified at its end, and fails by what `ledger verify` finds."""

import pytest

from trading.models import Award
from trading.rehearsal.repertoire import cast_for, rehearse, verified

pytestmark = pytest.mark.chaos


def test_a_rehearsal_whose_rows_do_not_say_what_its_record_says_fails(fresh_db, files):
    [played] = verified([rehearse("land.listing", "happy", cast_for())])
    assert (played.ok, played.error) == (True, "")

    Award.objects.update(amount_cny=1)

    [played] = verified([played])
    assert not played.ok
    assert "ledger verify: award: amount_cny is" in played.error
