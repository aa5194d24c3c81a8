"""The tree of regions."""

import csv

import pytest

from credit.models import Region
from credit.services import regions_load
from credit.services.regions import parent_code

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("code", "above"), [("110101", "110100"), ("110100", "110000"), ("110000", "")])
def test_a_region_hangs_below_the_unit_above(code, above):
    assert parent_code(code) == above


def test_a_county_without_a_city_hangs_on_the_province():
    regions_load([("420000", "湖北省"), ("429004", "仙桃市")])

    assert Region.objects.get(code="429004").parent.code == "420000"


def test_loading_twice_adds_nothing():
    rows = [("110000", "北京市"), ("110101", "东城区")]
    regions_load(rows)

    assert regions_load(rows) == 0


def test_the_whole_country_loads_into_one_tree(shared_data):
    rows = []
    for name, width in (("provinces", 2), ("cities", 4), ("areas", 6)):
        with (shared_data / "regions" / f"{name}.csv").open(encoding="utf-8") as file:
            rows += [
                (row["code"].ljust(6, "0"), row["name"]) for row in csv.DictReader(file) if len(row["code"]) == width
            ]

    # Cities without counties (东莞, 中山, 儋州) appear among the cities and among the counties.
    assert regions_load(rows) == len({code for code, _ in rows}) > 3300
    assert Region.objects.filter(parent=None).count() == 31
