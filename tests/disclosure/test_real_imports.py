"""Every file of the collected notices, taken in as it is: what the counts say, and what the rows were read as."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from platform_site.clock import china
from tests import databases

GOLDEN = Path(__file__).parent / "golden_imports.tsv"
ROWS = {
    "ccgp_titles_2022.tsv": 7_991,
    "ggzy_detail_b_sample.html": 1,
    "ggzy_detail_sample.html": 1,
    "ggzy_national_fulltext.jsonl": 52,
    "ggzy_search_api_response.json": 20,
    "jiangxi_engineering_fulltext.jsonl": 60,
    "land_supply_results_2007.csv": 99,
    "procurement_index_2025.jsonl": 979,
}


def golden() -> list[dict[str, str]]:
    """Sixty rows as a person read them in the raw files."""
    with GOLDEN.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def counts_of(paths: list[Path]) -> dict[str, dict[str, int]]:
    """What `import_notices --json` prints, by file."""
    out = StringIO()
    call_command("import_notices", *map(str, paths), "--json", stdout=out)
    return {row.pop("file"): row for row in json.loads(out.getvalue())}


@pytest.fixture(scope="module")
def history(
    cluster, template_database, django_db_setup, django_db_blocker, shared_data
) -> Iterator[tuple[str, list[Path], dict]]:
    """A database into which every file was imported once: its name, the files, the counts."""
    paths = [shared_data / "notices" / name for name in ROWS]
    name = databases.clone(cluster, template_database)
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        counts = counts_of(paths)
    yield name, paths, counts
    databases.drop(cluster, name)


@pytest.fixture
def imported(history, cluster, django_db_blocker) -> Iterator[tuple[list[Path], dict]]:
    """The database behind the default connection; the files and the counts of the first import."""
    name, paths, counts = history
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        yield paths, counts


def test_accepted_rejected_and_unchanged_are_all_the_rows(imported):
    _, counts = imported

    assert {name: row["rows"] for name, row in counts.items()} == ROWS
    for row in counts.values():
        assert row["accepted"] + row["rejected"] + row["unchanged"] == row["rows"]
        assert row["accepted"] > row["rejected"] * 50


def test_a_row_that_a_file_says_three_times_is_taken_in_once(imported):
    from disclosure.models import ImportedNotice

    _, counts = imported

    assert counts["ccgp_titles_2022.tsv"]["unchanged"] == 670
    assert ImportedNotice.objects.filter(key="ccgp-titles:18048586").count() == 1


def test_a_second_import_accepts_nothing(imported):
    from disclosure.models import ImportedNotice, RejectedRow

    paths, first = imported
    before = ImportedNotice.objects.count(), RejectedRow.objects.count()

    second = counts_of(paths)

    for name, row in second.items():
        assert row["accepted"] == 0
        assert row["rejected"] == first[name]["rejected"]
        assert row["unchanged"] == first[name]["accepted"] + first[name]["unchanged"]
    assert (ImportedNotice.objects.count(), RejectedRow.objects.count()) == before


def test_the_golden_file_has_sixty_rows_of_every_format():
    rows = golden()

    assert len(rows) == len({(row["source"], row["record_id"]) for row in rows}) == 60
    assert len({row["source"] for row in rows}) == 7


@pytest.mark.parametrize("row", golden(), ids=lambda row: f"{row['source']}-{row['record_id'][:20]}")
def test_a_row_is_read_as_a_person_reads_it(imported, row):
    from disclosure.models import ImportedNotice

    found = ImportedNotice.objects.current().get(key=f"{row['source']}:{row['record_id']}")

    at = china(found.published_at)
    read = {
        "published": f"{at:%Y-%m-%d %H:%M}" if found.hour_stated else f"{found.published_on:%Y-%m-%d}",
        "category": found.category,
        "region": found.region_code,
        "budget": found.budget_cny,
        "amount": found.amount_cny,
        "buyer": found.buyer_name,
        "winners": "、".join(found.winner_names),
    }
    money = {name: Decimal(row[name]) if row[name] else None for name in ("budget", "amount")}
    assert read == {name: row[name] for name in read} | money


def test_every_field_says_where_it_was_read_and_how_far_to_rely_on_it(imported):
    from disclosure.models import ImportedNotice
    from disclosure.models.imported import CONFIDENCE

    for notice in ImportedNotice.objects.current().exclude(source="ccgp-titles").iterator():
        filled = {"published_at", "kind", "category"}
        filled |= {name for name in ("budget_cny", "amount_cny") if getattr(notice, name) is not None}
        filled |= {role for role in ("buyer", "agency") if getattr(notice, f"{role}_name")}
        filled |= {"region"} if notice.region_code else set()
        assert filled <= set(notice.fields), notice.key
        assert all(said["from"] and said["confidence"] in CONFIDENCE for said in notice.fields.values())


def test_what_sites_code_differently_is_kept_and_flagged(imported):
    from disclosure.models import ImportedNotice

    regiment = ImportedNotice.objects.get(key="land-results:6604062007A01699")
    county = ImportedNotice.objects.get(source="jiangxi-engineering", title__contains="赣县区第三敬老院")

    assert (regiment.region_code, regiment.flags) == ("660406", ["region.unknown_code"])
    assert (county.region_code, county.flags) == ("360704", ["region.site_code"])
    assert county.fields["region"]["words"] == "360721 赣县区"


def test_the_fullest_of_several_tellings_of_one_notice_is_listed(imported):
    from disclosure.models import ImportedNotice

    tellings = ImportedNotice.objects.current().filter(origin="ggzy:00369c4b7dc5b9864a7488ad390cb2efcef6")

    assert tellings.count() == 2
    assert [one.source for one in tellings.filter(shown=True)] == ["ggzy-fulltext"]


def test_no_imported_notice_is_on_our_ledger(imported):
    from disclosure.models import ImportedNotice
    from platform_site.ledger.models import Entry

    assert set(Entry.objects.values_list("event", flat=True)) == {"history.imported"}
    assert ImportedNotice.objects.count() > 8_000


def test_every_imported_notice_has_one_line_in_the_public_list(imported):
    from disclosure.models import ImportedNotice, ListedNotice
    from disclosure.projecting.cursor import catch_up

    catch_up()

    assert ListedNotice.objects.filter(imported=True).count() == ImportedNotice.objects.listed().count()
    assert ListedNotice.objects.filter(grams__holds=["乒乓球队赞助项目"]).count() == 1
