"""The trade catalogue: what may be published, and what a project is told that does not stand in it."""

import copy
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.stage import START, signed_in
from trading import catalogues
from trading.kernel import catalogue
from trading.kernel.procedure import Facts, judge
from trading.models import CatalogueRow, Tender
from trading.rehearsal import catalogued_listing, land_listing
from trading.rulebooks import PROCEDURES, book_for
from trading.services import tenders
from trading.services.catalogue import catalogue_publish, rows_on
from trading.testimony.catalogue import catalogue_as_recorded

BATCHES = catalogues.read(catalogues.SHIPPED.read_text(encoding="utf-8"))
TODAY = date(2026, 3, 10)
CITY = {"since": "2026-04-01", "region_code": "990100"}


def batch(n: int = 1, **changes) -> dict:
    """A shipped batch with other values; `rows` are copies."""
    return {**copy.deepcopy(BATCHES[n]), **changes}


def published(**changes) -> list[CatalogueRow]:
    """A third batch, after the shipped two."""
    return catalogue_publish(**{**batch(), "since": date(2026, 4, 1), **changes}, actor=CONSOLE)


def codes(refused) -> list[tuple[str, object]]:
    """(code, field) of every reason."""
    return [(v.code, v.facts.get("field")) for v in refused.value.violations]


# -- publishing -------------------------------------------------------------------------------------------------------


def test_a_batch_ends_the_rows_it_says_anew_and_leaves_the_others(stage_cast, db):
    published(rows=[BATCHES[1]["rows"][1]])

    rows = {(row.batch, row.key): row.until for row in CatalogueRow.objects.all()}
    assert rows[2, "forestry"] == date(2026, 4, 1)
    assert rows[3, "forestry"] is None
    assert rows[2, "emission"] is None
    assert rows[1, "procurement"] == date(2025, 7, 1)


def test_a_batch_is_one_entry_that_names_every_row_by_its_digest(stage_cast, db):
    made = published()

    entry = Entry.objects.filter(event="catalogue.published").latest("recorded_at")
    assert [row["row"] for row in entry.facts["rows"]] == [row.reference for row in made]
    assert entry.facts["batch"] == 3


def test_a_catalogue_without_a_fair_competition_review_is_not_loaded(stage_cast, db):
    unreviewed = {name: value for name, value in BATCHES[1]["document"].items() if name != "review"}

    with pytest.raises(Refused) as refused:
        published(document=unreviewed)

    assert codes(refused) == [("catalogue.unreviewed", None)]
    assert CatalogueRow.objects.filter(batch=3).count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Forestry"),
        ("key", "other"),
        ("key", "catalogued"),
        ("code", "Z1"),
        ("name", ""),
        ("name", "林" * 61),
        ("procedures", []),
        ("procedures", ["forestry.listing"]),
        ("procedures", "catalogued.listing"),
        ("periods", {}),
        ("periods", {"notice": {"amount": 0, "unit": "cd", "article": "一", "status": "knowledge"}}),
        ("periods", {"notice": {"amount": "10", "unit": "cd", "article": "一", "status": "knowledge"}}),
        ("thresholds", [{"what": "估算价", "value": "many", "article": "一", "status": "knowledge"}]),
        ("thresholds", [{"what": "估算价", "value": "1.00", "status": "knowledge"}]),
        ("thresholds", 5),
        ("thresholds", [{"what": "估算价", "article": "一", "status": "knowledge", "kinds": 3}]),
        ("thresholds", [{"what": "估算价", "article": "一", "status": "knowledge", "until": "soon"}]),
        ("thresholds", [{"what": "估算价", "article": "一", "status": "knowledge", "value": "NaN"}]),
        ("thresholds", [{"what": "估算价", "article": "一", "status": "knowledge", "value": 4000000}]),
        ("treatment", "both"),
        ("treatment", ["saved"]),
        ("elsewhere", "abroad"),
        ("note", 7),
        ("status", "sure"),
        ("initiator", None),
        ("authority", ["林业部门"]),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_published(stage_cast, db, field, value):
    row = {**BATCHES[1]["rows"][1], field: value}

    with pytest.raises(Refused) as refused:
        published(rows=[BATCHES[1]["rows"][2], row])

    assert codes(refused) == [("catalogue.row", field)]
    assert refused.value.violations[0].facts["number"] == 2
    assert CatalogueRow.objects.filter(batch=3).count() == 0


def test_a_category_of_law_is_traded_by_its_own_book_alone(stage_cast, db):
    land = {**BATCHES[0]["rows"][2], "procedures": ["land.listing", "equity.transfer"]}

    with pytest.raises(Refused, match=r"catalogue\.row"):
        published(rows=[land])


@pytest.mark.parametrize("issued_on", [None, "", "去年", 20250526])
def test_a_document_without_its_day_is_not_loaded(stage_cast, db, issued_on):
    with pytest.raises(Refused, match=r"catalogue\.row"):
        published(document={**BATCHES[1]["document"], "issued_on": issued_on})


@pytest.fixture
def operators(stage_cast, db):
    """The operator's browser, and a batch of its own city."""
    one = {**copy.deepcopy(BATCHES[1]), **CITY}
    with clock.at(START):
        yield signed_in(stage_cast, "operator"), one


def test_an_operator_looks_at_a_batch_and_publishes_it(operators):
    client, one = operators
    before = CatalogueRow.objects.count()
    file = SimpleUploadedFile("batch.json", json.dumps(one).encode())

    looked = client.post("/work/centre/catalogue/", {"file": file, "look": "1"})
    assert looked.status_code == 200
    assert "可以公布，共 3 类" in looked.content.decode()
    assert CatalogueRow.objects.count() == before
    text = looked.context["form"].initial["text"]
    done = client.post("/work/centre/catalogue/", {"text": text})

    assert done.status_code == 302
    assert CatalogueRow.objects.filter(region_code="990100").count() == 3


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({}, 422, "请选择文件，或者填写内容"),
        ({"text": "{"}, 409, "不能读入"),
        ({"text": "[3]"}, 409, "不能读入"),
        ({"text": json.dumps({**BATCHES[1], **CITY, "rows": [3, {}]}), "look": "1"}, 409, "目录第 2 项"),
        ({"file": SimpleUploadedFile("a.json", b"\xff\xfe")}, 422, "不是 UTF-8"),
        ({"file": SimpleUploadedFile("a.json", b" " * (512 * 1024 + 1))}, 422, "超过 512 KB"),
    ],
    ids=["nothing", "no JSON", "no batch", "rows of nothing", "no text", "too long"],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_stays(operators, said, status, told):
    client, _ = operators
    before = CatalogueRow.objects.count()

    answer = client.post("/work/centre/catalogue/", said)

    assert answer.status_code == status
    assert told in answer.content.decode()
    assert "text" not in said or said["text"][:3] in answer.content.decode().replace("&quot;", '"')
    assert CatalogueRow.objects.count() == before


def test_the_provinces_catalogue_is_not_the_citys_to_publish(operators):
    client, one = operators

    answer = client.post("/work/centre/catalogue/", {"text": json.dumps({**one, "region_code": "990000"})})

    assert answer.status_code in {403, 404}


def test_a_batch_is_never_older_than_the_last(stage_cast, db):
    with pytest.raises(Refused, match=r"catalogue\.backdated"):
        published(since=date(2025, 6, 30))


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"rows": []}', '{"since": "soon"}'])
def test_a_file_that_is_no_catalogue_is_refused(text):
    with pytest.raises(Refused, match=r"catalogue\.row"):
        catalogues.read(text)


def test_the_operator_of_a_city_publishes_the_catalogue_of_no_province(stage_cast, db):
    with pytest.raises(PermissionDenied):
        catalogue_publish(**{**batch(), "since": date(2026, 4, 1)}, actor=stage_cast["operator"].actor)


def test_the_operator_of_a_city_publishes_what_the_city_adds(stage_cast, db):
    made = catalogue_publish(
        **{**batch(), "since": date(2026, 4, 1), "region_code": "990100"}, actor=stage_cast["operator"].actor
    )

    assert {row.batch for row in made} == {1}


@pytest.mark.parametrize("who", ["grantor", "supervisor", "maintainer"])
def test_nobody_else_publishes_one(stage_cast, db, who):
    with pytest.raises(PermissionDenied):
        catalogue_publish(**{**batch(), "since": date(2026, 4, 1)}, actor=stage_cast[who].actor)


# -- a project against it ---------------------------------------------------------------------------------------------


def test_a_project_keeps_the_row_it_was_registered_under(stage_cast, db):
    with clock.at(START):
        tender = land_listing.registered(stage_cast, catalogued_listing.FOREST)
        published(rows=[BATCHES[1]["rows"][1]])

    kept = Tender.objects.get(pk=tender.pk)
    assert kept.catalogue["row"] == "ML-990000-02-02"
    assert kept.catalogue["must"] is True
    lot = kept.lots.get()
    assert (lot.category, lot.procedure.initiator) == ("forestry", "转让方")
    assert lot.book.rule("PLT-18")["days"].amount == 10
    assert lot.book.article("PLT-18").endswith("附件第2项（一）")


def engineering(cast, **more):
    """A project of the engineering book, not mandatory by its own account."""
    with clock.at(START):
        return tenders.tender_register(
            procedure="engineering.open",
            trade_category="A02",
            title="泽安市滨江路改造工程",
            initiator=cast.subjects["initiator"],
            centre=cast.subjects["centre"],
            actor=cast["initiator"].actor,
            **{"mandatory": False, "kind": "works", "region_code": "990100", **more},
        )


@pytest.mark.rule("PLT-13")
def test_what_has_to_enter_is_not_registered_as_voluntary(stage_cast, db):
    with pytest.raises(Refused) as refused:
        engineering(stage_cast, lots=[{"title": "一", "estimate_cny": Decimal("4000000.00")}])

    (violation,) = refused.value.violations
    assert (violation.code, violation.rule) == ("catalogue.must_enter", "PLT-01")
    assert "2018年第16号令" in violation.article
    assert violation.facts["limit"] == Decimal("4000000.00")
    assert not Tender.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"lots": [{"title": "一", "estimate_cny": Decimal("3999999.99")}]},
        {"lots": [{"title": "一", "estimate_cny": Decimal("9000000.00")}], "state_controlled": False},
        {"lots": [{"title": "一"}]},
    ],
    ids=["a fen below", "private money", "no estimate yet"],
)
def test_what_need_not_enter_may(stage_cast, db, said):
    assert engineering(stage_cast, **said).catalogue["must"] is False


def test_lots_count_together(stage_cast, db):
    half = {"estimate_cny": Decimal("2000000.00")}

    with pytest.raises(Refused, match=r"catalogue\.must_enter"):
        engineering(stage_cast, lots=[{"title": "一", **half}, {"title": "二", **half}])


def test_a_region_without_a_catalogue_trades_by_the_books_of_law(stage_cast, db):
    tender = engineering(stage_cast, region_code="340100", lots=[{"title": "一", "estimate_cny": Decimal(9_000_000)}])

    assert tender.catalogue == {}
    assert tender.lots.get().category == "engineering"


# -- the record -------------------------------------------------------------------------------------------------------


def told() -> list[str]:
    """What the verifier says of the catalogue."""
    return [finding.why for finding in catalogue_as_recorded()]


def test_the_catalogue_and_what_projects_keep_are_as_recorded(stage_cast, db):
    with clock.at(START):
        land_listing.registered(stage_cast, catalogued_listing.FOREST)
    published(rows=[BATCHES[1]["rows"][1]])
    engineering(stage_cast, region_code="340100", lots=[{"title": "一"}])

    assert told() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"thresholds": []}, "differs from the record"),
        ({"name": "林木"}, "differs from the record"),
        ({"until": date(2026, 5, 1)}, "ends on another day"),
    ],
)
def test_a_row_changed_behind_the_service_is_found(stage_cast, db, changed, said):
    rows = CatalogueRow.objects.filter(key="forestry")
    if set(changed) <= {"until"}:
        rows.update(**changed)
    else:
        row = rows.get()
        row.pk, row.reference = None, "ML-990000-02-09"
        for name, value in changed.items():
            setattr(row, name, value)
        row.save()

    assert any(said in why for why in told())


def test_a_project_with_another_row_is_found(stage_cast, db):
    with clock.at(START):
        tender = land_listing.registered(stage_cast, catalogued_listing.FOREST)
    tender.catalogue = {**tender.catalogue, "periods": {}}
    tender.save(update_fields=["catalogue"])

    assert told() == ["a project keeps another row of the catalogue"]


# -- which row --------------------------------------------------------------------------------------------------------


def row(**said) -> dict:
    """A row in force everywhere."""
    return {"code": "Z01", "region_code": "990000", "batch": 1, "since": "2026-01-01", "until": None, **said}


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([row(batch=1), row(batch=2)], 1),
        ([row(batch=9), row(region_code="990100", batch=1)], 1),
        ([row(region_code="990100"), row(region_code="990103")], 1),
        ([row(code="Z", batch=9), row(code="Z01")], 1),
        ([row(), row(since="2026-03-11")], 0),
        ([row(), row(until="2026-03-10")], 0),
        ([row(until="2026-03-11")], 0),
        ([row(region_code="000000")], 0),
        ([row(region_code="990200")], None),
        ([row(code="Z02")], None),
        ([], None),
    ],
)
def test_the_nearest_regions_newest_row_counts(rows, chosen):
    found = catalogue.row_for(rows, code="Z01", region="990103", on=TODAY)

    assert found == (None if chosen is None else rows[chosen])


@pytest.mark.rule("PLT-18", "PLT-19")
@pytest.mark.parametrize(
    ("notice", "listing", "broken"),
    [(10, 20, []), (9, 20, ["PLT-18"]), (10, 12, ["PLT-19"]), (9, 12, ["PLT-18", "PLT-19"])],
)
def test_the_rows_days_block_one_day_short_of_them(stage_cast, db, notice, listing, broken):
    """Ten calendar days from the notice; ten working days of the listing, with two week-ends in between."""
    (forest,) = [one for one in rows_on(TODAY) if one["key"] == "forestry"]
    book = catalogue.with_row(book_for("catalogued.listing", on=TODAY), forest)
    opens = START + timedelta(days=notice + 1)
    values = {
        **{"notice_at": START, "listing_from": opens, "listing_until": opens + timedelta(days=listing)},
        **{"scope": "林班", "start_price_cny": Decimal(1), "increment_cny": Decimal(1)},
    }

    found = judge(book, PROCEDURES["catalogued.listing"], "schedule_notice", Facts("registered", START, {}, values))

    assert [violation.rule for violation in found] == broken
    assert all("云政办发〔2025〕18号" in violation.article for violation in found)


def test_the_shipped_file_is_what_the_command_publishes(db, tmp_path, capsys):
    from django.core.management import CommandError, call_command

    shipped = json.loads(catalogues.SHIPPED.read_text("utf-8"))
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps([{**one, "region_code": "980000"} for one in shipped]), "utf-8")
    call_command("catalogue", file)
    assert capsys.readouterr().out.count("\n") == 8

    file.write_text(json.dumps([{**shipped[1], "region_code": "980000", "rows": [{}]}]), "utf-8")
    with pytest.raises(CommandError, match=r"catalogue\.row"):
        call_command("catalogue", file)
