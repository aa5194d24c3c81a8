"""A category that is declared in the catalogue while the portal runs has everything the categories of law have."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client

from disclosure import categories
from disclosure.models import ListedLot, ListedNotice, PublicCatalogueRow
from disclosure.projecting import cursor
from disclosure.services import subscriptions
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from trading.rehearsal.repertoire import SCRIPTS, START, cast_for
from trading.rehearsal.stage import Played, Stage, play
from trading.services.catalogue import catalogue_publish

BOARDS = {
    "region_code": "990000",
    "since": date(2026, 3, 1),
    "document": {
        "title": "云泽省公共资源交易目录（第三批）",
        "number": "云政办发〔2026〕6号",
        "issued_on": "2026-02-10",
        "review": "云竞审〔2026〕3号",
    },
    "rows": [
        {
            "key": "boards",
            "code": "Z03",
            "name": "户外广告经营权",
            "procedures": ["catalogued.listing"],
            "periods": {
                "notice": {"amount": 15, "unit": "cd", "article": "附件第1项（一）", "status": "knowledge"},
                "listing": {"amount": 10, "unit": "cd", "article": "附件第1项（二）", "status": "knowledge"},
            },
            "authority": "城市管理部门",
            "initiator": "出让人",
            "treatment": "gained",
            "status": "knowledge",
        }
    ],
}
DRAFT = {
    "trade_category": "Z03",
    "title": "泽安市滨江路公交候车亭",
    "right": "广告经营权",
    "scope": "候车亭灯箱 48 座，经营年限 5 年。",
    "region": ("990100", "泽安市"),
    "notice_days": 16,
    "listing_days": 11,
}


@pytest.fixture(scope="module")
def boards(django_db_setup, django_db_blocker):
    """The row is published at run time, one right is sold under it and another is listed; the public reads both."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = cast_for()
        with clock.at(START):
            catalogue_publish(**BOARDS, actor=CONSOLE)
        for until, days in (("contracted", 0), ("offered", 20)):
            stage = Stage(START + timedelta(days=days))
            script = SCRIPTS["catalogued.listing"].script(stage, cast, "happy", draft=DRAFT)
            play(stage, script, Played("catalogued.listing", "happy"), stop_at=until)
        ledger.sequence_once()
        cursor.catch_up()
        yield cast, stage.now
        transaction.set_rollback(True)


@pytest.fixture
def lived(boards, db):
    """The cast, at the moment its play stopped at."""
    cast, now = boards
    with clock.at(now):
        yield cast


def read(address: str) -> str:
    """The page as a stranger sees it."""
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_category_declared_at_run_time_has_its_pages_notices_feed_and_sums(lived):
    sold, listed = ListedLot.objects.filter(category="boards").order_by("announced_at")

    home = read("/")
    assert "category=boards" in home
    assert "户外广告经营权" in home
    assert 'value="boards"' in read("/trades/")
    assert "户外广告经营权" in read("/calendar/?all=1")
    page = read(sold.path)
    assert "户外广告经营权" in page
    assert "出让人" in page
    assert "户外广告经营权，自愿进场。云泽省公共资源交易目录（第三批）（云政办发〔2026〕6号）" in page
    kinds = set(ListedNotice.objects.filter(category="boards").values_list("kind", flat=True))
    assert {"tender", "award", "contract"} <= kinds
    assert sold.title in read("/feeds/trades.atom?category=boards&period=all")
    assert listed.title in read("/trades/?category=boards&period=all")
    deals = read("/deals/?year=2026&category=boards")
    assert sold.title in deals
    assert sold.gained_cny == 300_000


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("item=ML-990000-01-01&kind=works&amount=4000000", "应当进场。"),
        ("item=ML-990000-01-01&kind=works&amount=3,999,999.99", "没有达到进场标准。"),
        ("item=ML-990000-01-01&kind=goods&amount=2000000", "第五条第二项"),
        ("item=ML-990000-01-01&kind=works&amount=4000000&private=1", "没有达到进场标准。"),
        ("item=ML-990000-01-01&kind=works", "没有达到进场标准。"),
        ("item=ML-990000-02-02", "应当进场。"),
        ("item=ML-990000-01-01&amount=四百万", "金额请填写大于零的数字"),
        ("item=ML-990000-01-01&amount=-1", "金额请填写大于零的数字"),
        ("item=ML-990000-01-02&amount=1", "请选择类别"),
        ("item=no&amount=1", "请选择类别"),
    ],
)
def test_anybody_asks_whether_a_project_has_to_enter(lived, asked, told):
    page = read(f"/catalogue/?{asked}")

    assert told in page
    assert page.count('role="status"') >= 1


def test_the_catalogue_of_an_earlier_day_is_read_as_it_was(lived):
    assert "林权" not in read("/catalogue/?on=2025-06-30").partition('id="batches"')[0]
    assert "户外广告经营权" in read("/catalogue/?on=2026-03-20").partition('id="batches"')[0]
    assert "现行目录" in read("/catalogue/?on=yesterday")


def test_it_can_be_subscribed_to(lived):
    user = lived["bidder1"].user

    one = subscriptions.subscribe(user=user, categories=["boards"])

    assert subscriptions.described(one) == "户外广告经营权"


def test_history_that_names_it_is_filed_under_it(lived):
    from disclosure.imports.kinds import category_of

    assert category_of("户外广告经营权出让") == "boards"
    assert category_of("拖拉机") == "other"


def test_the_read_model_of_the_catalogue_is_made_again_from_the_record(lived):
    before = list(PublicCatalogueRow.objects.values())

    cursor.rebuild()

    assert list(PublicCatalogueRow.objects.values()) == before
    assert list(categories.names()) == [
        *("engineering", "procurement", "land", "mining", "equity", "forestry", "emission", "boards"),
    ]


def test_a_disclosure_waits_for_its_end_in_the_calendar(lived):
    stage = Stage(START)
    script = SCRIPTS["equity.transfer"].script(stage, lived, "happy")
    play(stage, script, Played("equity.transfer", "happy"), stop_at="announced")
    ledger.sequence_once()
    cursor.catch_up()

    row = ListedLot.objects.get(category="equity")
    assert row.waits_for == "disclosure_until"
    assert row.waits_until is not None
    assert "信息披露期满" in read("/calendar/?all=1")
