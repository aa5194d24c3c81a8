"""竞争性磋商, played: first responses to the group, a changed document, sealed final quotes."""

import pytest

from tests.trading.stage import stage_cast  # noqa: F401 - a fixture
from trading.rehearsal.procurement_consultation import VARIANTS
from trading.rehearsal.repertoire import rehearse, verified


@pytest.mark.parametrize("variant", VARIANTS)
def test_way(variant, fresh_db, files):
    from trading.rehearsal.repertoire import cast_for
    played = verified(rehearse("procurement.consultation", variant, cast_for()))
    assert (played.ok, played.error) == (True, "")
