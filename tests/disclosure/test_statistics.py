"""Every public figure is the sum of the rows it leads to, to the fen; a job finds the fen that is missing."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from openpyxl import load_workbook

from credit.services.centres import centre_place
from credit.services.subjects import subjects_import
from disclosure import deals, figures, tasks
from disclosure.models import DealCell, FigureCheck, ListedLot, ListedRegion, PublicCatalogueRow
from disclosure.projecting import cells
from disclosure.reconciling import Unreconciled, reconcile
from disclosure.statistics import Asked, Line, growth, share, statistics
from disclosure.views.statistics import asked
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.clock import CHINA
from tests import databases
from trading import catalogues
from trading.rehearsal.people import invented_code

NOW = datetime(2026, 11, 30, 10, tzinfo=CHINA)
NAMES = ("省中心", "泽安中心", "江北中心", "澜浦中心")
PROVINCE, CITY, COUNTY, OTHER = (invented_code(name, "12") for name in NAMES)
# reference, awarded, category, region, centre, amount, base; sold where the category is land
DEALS = (
    ("A/1", datetime(2026, 1, 31, 23, 59, tzinfo=CHINA), "engineering", "990100", CITY, "90.01", "100.02"),
    ("A/2", datetime(2026, 2, 1, 0, 0, tzinfo=CHINA), "engineering", "990103", COUNTY, "33.33", "40.00"),
    ("B/1", datetime(2026, 2, 9, 9, tzinfo=CHINA), "land", "990200", OTHER, "120.50", "100.25"),
    ("B/2", datetime(2026, 11, 30, 9, tzinfo=CHINA), "land", "990100", CITY, "7.00", None),
    ("F/1", datetime(2026, 6, 1, 9, tzinfo=CHINA), "forestry", "990100", PROVINCE, "5.05", "5.00"),
    ("A/9", datetime(2025, 2, 9, 9, tzinfo=CHINA), "engineering", "990100", CITY, "50.00", "60.00"),
    ("A/8", datetime(2025, 12, 9, 9, tzinfo=CHINA), "engineering", "990100", CITY, "1000.00", "1000.00"),
)
SOLD = ("land", "forestry")


def listed(reference: str, at: datetime, category: str, region: str, centre: str, amount: str, base: str | None):
    """A lot with its deal, counted and on the record."""
    row = ListedLot(
        reference=reference,
        path=f"/trades/{reference}/",
        title=reference,
        category=category,
        procedure="engineering.open",
        method="公开招标",
        state="awarded",
        state_name="已定标",
        region_code=region,
        centre_code=centre,
        place="中心",
        announced_at=at,
        award_at=at,
        amount_cny=Decimal(amount),
        base_cny=Decimal(base) if base else None,
        winner_code="91990100M000000000",
        winner_name="云泽恒岳建设集团有限公司",
    )
    if base and category in SOLD:
        row.gained_cny = row.amount_cny - row.base_cny
    elif base:
        row.saved_cny = row.base_cny - row.amount_cny
    row.save()
    with transaction.atomic():
        ledger.append("lot.awarded", subject=f"lot:{reference}", actor=CONSOLE, facts={"amount_cny": row.amount_cny})
    cells.made_anew([cells.key_of(reference)])


@pytest.fixture
def year(db):
    """Deals of two years in four centres of a province."""
    tree = ((PROVINCE, "990000", ""), (CITY, "990100", PROVINCE), (COUNTY, "990103", CITY), (OTHER, "990200", PROVINCE))
    for name, (code, region, parent) in zip(NAMES, tree, strict=True):
        row = {"code": code, "name": name, "kinds": ["centre"], "region_code": region}
        subjects_import([row], actor=CONSOLE, source="演练")
        centre_place(code=code, parent=parent, actor=CONSOLE)
    for code, name in (("990000", "云泽省"), ("990100", "泽安市"), ("990103", "江北区"), ("990200", "澜浦市")):
        ListedRegion.objects.create(code=code, name=name)
    PublicCatalogueRow.objects.create(
        **{"reference": "ML-1", "batch": 1, "number": 1, "region_code": "990000", "key": "forestry", "code": "Z01"},
        **{"name": "林权", "since": date(2025, 7, 1), "procedures": ["catalogued.listing"], "authority": "林业部门"},
        **{"initiator": "转让方", "treatment": "gained", "document": {"title": "目录", "number": "一"}, "digest": ""},
        **{"status": "knowledge", "published_at": NOW, "position": 1},
    )
    for one in DEALS:
        listed(*one)
    with clock.at(NOW):
        yield


def lines(**more) -> list[Line]:
    """Every line of the page of a year."""
    found = statistics(Asked(2026, **{"months": (1, 11), **more}))
    return [found.total, *found.categories, *found.regions, *found.centres, *found.months]


@pytest.mark.parametrize("more", [{}, {"category": "land"}, {"region": "990100"}, {"centre": CITY}, {"months": (2, 6)}])
def test_every_figure_is_the_sum_of_the_rows_it_leads_to(year, more):
    shown = lines(**more)

    assert len(shown) > 3
    for line in shown:
        said = asked(QueryDict(line.url.partition("?")[2]))
        rows = list(deals.of(said))
        assert line.sums["count"] == len(rows), line.name
        assert line.sums["amount_cny"] == sum((row.amount_cny for row in rows), Decimal(0)), line.name
        assert line.sums["saved_cny"] == sum((row.saved_cny or 0 for row in rows), Decimal(0)), line.name
        assert line.sums["gained_cny"] == sum((row.gained_cny or 0 for row in rows), Decimal(0)), line.name


def test_categories_months_and_the_topmost_region_add_up_to_the_total(year):
    found = statistics(Asked(2026, (1, 11)))

    for part in (found.categories, found.months, [one for one in found.regions if one.depth == 0]):
        assert sum(one.sums["amount_cny"] for one in part) == found.total.sums["amount_cny"] == Decimal("255.89")


def test_centres_roll_up_their_tree(year):
    found = {one.asked.centre: one for one in statistics(Asked(2026, (1, 11))).centres}

    assert list(found) == [PROVINCE, CITY, COUNTY, OTHER]
    assert [one.depth for one in found.values()] == [0, 1, 2, 1]
    assert found[CITY].sums["amount_cny"] == Decimal("130.34")
    assert found[PROVINCE].sums["amount_cny"] == Decimal("255.89")


def test_regions_roll_up_and_counties_stand_under_their_city(year):
    found = statistics(Asked(2026, (1, 11))).regions

    assert [(one.name, one.depth) for one in found] == [("云泽省", 0), ("泽安市", 1), ("江北区", 2), ("澜浦市", 1)]
    assert found[1].sums["count"] == 4


def test_a_year_is_compared_with_the_same_months_of_the_year_before(year):
    total = statistics(Asked(2026, (1, 11))).total

    assert total.before["amount_cny"] == Decimal("50.00")
    assert total.count_growth == 4
    assert total.amount_growth == Decimal("4.117800")


def test_rates_rest_only_on_deals_that_have_a_base(year):
    total = statistics(Asked(2026, (1, 11))).total

    assert total.saved_share == share(Decimal("16.68"), Decimal("140.02"))
    assert total.gained_share == share(Decimal("20.30"), Decimal("105.25"))


def test_nothing_compared_with_nothing_is_no_rate():
    assert growth(5, 0) is None
    assert growth(0, 5) == -1
    assert share(Decimal(1), Decimal(0)) is None


def test_a_deal_that_is_set_aside_leaves_its_sums(year):
    row = ListedLot.objects.get(reference="F/1")
    before = cells.key_of("F/1")
    row.award_at = row.amount_cny = row.gained_cny = None
    row.save()
    cells.made_anew([before, cells.key_of("F/1")])

    assert not DealCell.objects.filter(category="forestry").exists()
    assert reconcile().differences == []


# -- the job ----------------------------------------------------------------------------------------------------------


def test_what_agrees_is_said_to_agree(year):
    tasks.reconcile_figures()

    check = FigureCheck.objects.get()
    assert (check.rows, check.cells, check.differences) == (7, 7, [])
    assert "7 宗成交逐宗与存证一致" in Client().get("/statistics/").content.decode()


def test_a_fen_in_a_row_is_found_and_named(year):
    ListedLot.objects.filter(reference="A/2").update(amount_cny=Decimal("33.34"), saved_cny=Decimal("6.66"))

    with pytest.raises(Unreconciled) as failed:
        tasks.reconcile_figures()

    said = str(failed.value)
    assert f"2026-02 engineering 990103 {COUNTY} 成交额：公布 33.33，明细合计 33.34" in said
    assert "A/2 成交额：公布 33.34，存证 33.33" in said
    assert FigureCheck.objects.get().differences


def test_a_fen_in_a_sum_is_found_and_named(year):
    DealCell.objects.filter(category="forestry").update(gained_cny=Decimal("0.06"))

    with pytest.raises(Unreconciled, match=rf"2026-06 forestry 990100 {PROVINCE} 增值额：公布 0\.06，明细合计 0\.05"):
        tasks.reconcile_figures()


def test_a_row_that_was_moved_to_another_month_is_found(year):
    ListedLot.objects.filter(reference="A/2").update(award_at=datetime(2026, 1, 31, 23, tzinfo=CHINA))

    with pytest.raises(Unreconciled, match=rf"2026-01 engineering 990103 {COUNTY} 宗数：公布 0，明细合计 1"):
        tasks.reconcile_figures()


def test_a_saving_that_is_not_base_less_amount_is_found(year):
    ListedLot.objects.filter(reference="A/1").update(saved_cny=Decimal("10.02"))

    with pytest.raises(Unreconciled, match=r"A/1 节约资金：公布 10\.02，应为 10\.01"):
        tasks.reconcile_figures()


def test_a_deal_the_record_knows_nothing_of_is_found(year):
    row = ListedLot.objects.get(reference="F/1")
    row.pk = "F/2"
    row.save(force_insert=True)
    cells.made_anew([cells.key_of("F/2")])

    with pytest.raises(Unreconciled, match=r"F/2 成交额：公布 5\.05，存证 没有"):
        tasks.reconcile_figures()


# -- pages and files --------------------------------------------------------------------------------------------------


def test_the_page_links_each_figure_and_costs_the_same_however_many(year, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        page = Client().get("/statistics/").content.decode()

    for text in ("泽安市", "江北中心", "/deals/?year=2026&amp;from=1&amp;to=11&amp;category=land"):
        assert text in page
    rows = Client().get("/deals/?year=2026&from=2&to=2&category=engineering&region=990103").content.decode()
    assert "江北区" in rows
    assert "33" in rows
    assert "A/1" not in rows


@pytest.mark.parametrize(
    "query",
    ["year=x", "year=99999", "from=13", "from=9&to=2", "region=99", "centre=<script>", "category=none", "to=0"],
)
def test_what_cannot_be_read_counts_as_not_asked(year, query):
    page = Client().get(f"/statistics/?{query}")

    assert page.status_code == 200
    assert "2026年1月至11月" in page.content.decode()
    assert Client().get(f"/deals/?{query}").status_code == 200


def test_the_files_say_what_the_page_says(year):
    found = [b"".join(Client().get(f"/exports/statistics.{form}").streaming_content) for form in ("csv", "json")]

    rows = list(csv.DictReader(io.StringIO(found[0].decode("utf-8-sig"))))
    said = json.loads(found[1])
    assert rows[0]["成交额（元）"] == said["rows"][0]["amount"] == "255.89"
    assert [row["名称"] for row in rows] == [row["name"] for row in said["rows"]]
    book = load_workbook(io.BytesIO(b"".join(Client().get("/exports/statistics.xlsx").streaming_content)))
    assert book["数据"]["E2"].value == pytest.approx(255.89)


def test_the_reports_table_has_a_line_for_every_category_and_the_total(year):
    said = json.loads(b"".join(Client().get("/exports/statistics-table.json?year=2026").streaming_content))

    assert [row["name"] for row in said["rows"]] == ["工程建设", "土地使用权", "林权", "合计"]
    assert said["rows"][-1]["count"] == 5


def test_a_form_nobody_offers_is_no_page(year):
    assert Client().get("/exports/statistics.pdf").status_code == 404
    assert Client().get("/exports/catalogue.sql").status_code == 404


def test_the_months_of_a_cell_are_those_of_chinas_calendar(year):
    assert cells.key_of("A/1")[0] == date(2026, 1, 1)
    assert cells.key_of("A/2")[0] == date(2026, 2, 1)


def test_each_login_may_read_and_write_what_its_work_needs(cluster, fresh_db):
    with databases.behind_default(cluster, fresh_db, login="portal_trading"):
        catalogues.load(catalogues.read(catalogues.SHIPPED.read_text(encoding="utf-8")))
    ledger.sequence_once()
    with databases.behind_default(cluster, fresh_db, login="portal_worker"):
        tasks.follow_record()
        tasks.reconcile_figures()
    with databases.behind_default(cluster, fresh_db, login="portal_public"):
        for address in ("/statistics/", "/statistics/table/", "/catalogue/", "/centres/", "/deals/", "/"):
            assert Client().get(address).status_code == 200, address
        assert "林权" in Client().get("/").content.decode()
    with databases.behind_default(cluster, fresh_db, login="portal_supervision"):
        assert figures.of_authority(code=CITY)["tiles"][0]["number"] == "0"
