"""An operator acts for the own centre and those below it; another city's is nobody there (A8)."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from credit import centres
from credit.models import Centre
from credit.services.centres import centre_place
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.stage import START
from trading.models import Lot
from trading.reach import duties_over, reached
from trading.rehearsal import catalogued_listing, land_listing
from trading.services.acts import admitted
from trading.worklists import hosted_lots


@pytest.fixture
def lot(stage_cast, db) -> Lot:
    """A lot that the county's centre hosts, under the city's, under the province's."""
    sale = replace(catalogued_listing.FOREST, region=("990103", "江北区"), centre="county_centre")
    with clock.at(START):
        return land_listing.registered(stage_cast, sale).lots.get()


def operator_of(cast, office: str):
    """The operator, holding the duty for another centre."""
    return replace(cast["operator"].actor, subject_code=cast.subjects[office].code)


@pytest.mark.parametrize(
    ("office", "within"),
    [
        ("county_centre", True),
        ("centre", True),
        ("province_centre", True),
        ("other_centre", False),
        ("third_centre", False),
    ],
)
def test_a_centre_and_those_above_it_reach_a_lot(stage_cast, lot, office, within):
    actor = operator_of(stage_cast, office)
    Lot.objects.filter(pk=lot.pk).update(state="contracted")
    lot.refresh_from_db()

    assert reached(lot, actor) is within
    assert duties_over(lot, actor) == ({"operator"} if within else set())
    if within:
        admitted("archive", lot, actor, START)
    else:
        with pytest.raises(PermissionDenied):
            admitted("archive", lot, actor, START)


def test_a_duty_that_is_no_operators_reaches_everywhere(stage_cast, lot):
    officer = stage_cast["draw_officer"].actor

    assert duties_over(lot, officer, ("operator", "draw_officer")) == {"draw_officer"}


@pytest.mark.parametrize(("office", "shown"), [("centre", 1), ("county_centre", 1), ("other_centre", 0)])
def test_the_list_holds_what_the_centre_reaches(stage_cast, lot, office, shown):
    Lot.objects.filter(pk=lot.pk).update(state="announced")

    rows = hosted_lots(centres.reach(stage_cast.subjects[office].code), START, most=10)

    assert len(rows) == shown


def test_drafts_are_in_no_centres_list(stage_cast, lot):
    assert hosted_lots(centres.reach(stage_cast.subjects["centre"].code), START, most=10) == []


# -- the tree ---------------------------------------------------------------------------------------------------------


def test_the_tree_is_read_in_its_order_with_levels(stage_cast, db):
    found = [(place.name, place.depth, place.level) for place in centres.tree()]

    assert found == [
        ("云泽省公共资源交易中心", 0, "省级"),
        ("泽安市公共资源交易中心", 1, "市级"),
        ("泽安市江北区公共资源交易分中心", 2, "县级"),
        ("澜浦市公共资源交易中心", 1, "市级"),
        ("石阜市公共资源交易中心", 1, "市级"),
    ]


def place(cast, office: str, above: str, actor=CONSOLE) -> Centre:
    """The cast's office stands under another."""
    return centre_place(code=cast.subjects[office].code, parent=cast.subjects[above].code, actor=actor)


@pytest.mark.parametrize(
    ("office", "above", "why"),
    [
        ("centre", "centre", "centre.circle"),
        ("province_centre", "county_centre", "centre.circle"),
        ("county_centre", "other_centre", "centre.elsewhere"),
        ("notary", "centre", "centre.unknown"),
        ("county_centre", "notary", "centre.unknown"),
    ],
)
def test_no_centre_stands_where_it_cannot(stage_cast, db, office, above, why):
    before = list(Centre.objects.values())

    with pytest.raises(Refused, match=why.replace(".", r"\.")):
        place(stage_cast, office, above)

    assert list(Centre.objects.values()) == before


def test_the_centre_above_places_one_and_the_record_says_so(stage_cast, db):
    place(stage_cast, "county_centre", "centre", operator_of(stage_cast, "centre"))

    entry = Entry.objects.filter(event="centre.placed").latest("recorded_at")
    assert entry.subject == stage_cast.subjects["county_centre"].ledger_ref
    assert entry.facts["parent"] == stage_cast.subjects["centre"].code


@pytest.mark.parametrize("office", ["county_centre", "other_centre"])
def test_nobody_else_places_a_centre(stage_cast, db, office):
    with pytest.raises(PermissionDenied):
        place(stage_cast, "county_centre", "centre", operator_of(stage_cast, office))


# -- another centre by choice -----------------------------------------------------------------------------------------


def test_a_right_of_the_row_chooses_a_centre_of_another_city_of_the_province(stage_cast, db):
    with clock.at(START):
        tender = land_listing.registered(stage_cast, replace(catalogued_listing.FOREST, centre="other_centre"))

    assert tender.centre == stage_cast.subjects["other_centre"]


def test_land_is_traded_where_it_lies_or_above(stage_cast, db):
    plot = land_listing.PLOT
    with clock.at(START):
        land_listing.registered(stage_cast, replace(plot, centre="province_centre"))
        with pytest.raises(Refused) as refused:
            land_listing.registered(stage_cast, replace(plot, centre="other_centre"))

    (violation,) = refused.value.violations
    assert violation.code == "catalogue.centre"
    assert "云政办发〔2023〕41号" in violation.article


def test_a_county_does_not_host_its_citys_plots(stage_cast, db):
    with clock.at(START), pytest.raises(Refused, match=r"catalogue\.centre"):
        land_listing.registered(stage_cast, replace(land_listing.PLOT, centre="county_centre"))
