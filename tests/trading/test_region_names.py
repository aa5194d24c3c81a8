"""A project's place is shown by its name, also where only the code of the region was given."""

import pytest

from credit.services.regions import regions_load
from trading.rehearsal import engineering_open
from trading.services import tenders

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(stage_cast):
    """Call `register(**region)`: the project, registered by its agency."""
    regions_load([("990000", "云泽省"), ("990100", "泽安市")])
    rest = {name: value for name, value in engineering_open.TENDER.items() if not name.startswith("region")}

    def made(**region):
        return tenders.tender_register(
            procedure="engineering.open", initiator=stage_cast.subjects["initiator"],
            centre=stage_cast.subjects["centre"], actor=stage_cast["initiator"].actor, lots=[{}], **rest, **region,
        )  # fmt: skip

    return made


def test_a_code_alone_is_shown_by_the_name_of_its_region(register):
    assert register(region_code="990100").region_name == "泽安市"


def test_a_name_that_was_typed_stays_as_typed(register):
    assert register(region_code="990100", region_name="泽安市江北新区").region_name == "泽安市江北新区"


def test_a_code_that_no_tree_knows_has_no_name(register):
    assert register(region_code="123456").region_name == ""


def test_no_region_at_all_is_no_mistake(register):
    assert register().region_name == ""
