"""Registering a project in the browser."""

from decimal import Decimal

import pytest

from tests.trading.stage import START, signed_in
from trading.models import Tender


@pytest.fixture
def cast(stage_cast, db, files, at):
    at(START)
    return stage_cast


def typed(cast, **change):
    said = {
        "side": "agency",
        "other_code": cast.subjects["initiator"].code,
        "mandate_scope": "招标代理全过程",
        "mandate_signed": "2026-03-01",
        "title": "江北水厂三期工程",
        "procedure": "engineering.open",
        "trade_category": "A07",
        "kind": "works",
        "centre": cast.subjects["centre"].code,
        "authority": cast.subjects["authority"].code,
        "region_name": "泽安市",
        "approval_number": "泽发改〔2026〕1号",
        "approval_authority": "泽安市发改委",
        "funds_secured": "on",
        "mandatory": "on",
        "lots-TOTAL_FORMS": "2",
        "lots-INITIAL_FORMS": "0",
        "lots-0-title": "一标段",
        "lots-0-estimate_cny": "１，０００，０００",
        "lots-0-ceiling_cny": "",
        "lots-0-scope": "土建",
        "lots-1-title": "二标段",
        "lots-1-estimate_cny": "2000000.50元",
        "lots-1-ceiling_cny": "",
        "lots-1-scope": "",
    }
    return {**said, **change}


def test_an_agency_registers_a_project_of_two_lots_with_its_mandate(cast):
    answer = signed_in(cast, "agency").post("/work/register/", typed(cast))

    tender = Tender.objects.get(title="江北水厂三期工程")
    assert answer["Location"].endswith("/1/draft/project/")
    assert (tender.initiator.code, tender.agency.code) == (
        cast.subjects["initiator"].code,
        cast.subjects["agency"].code,
    )
    assert [lot.estimate_cny for lot in tender.lots.order_by("number")] == [
        Decimal("1000000.00"),
        Decimal("2000000.50"),
    ]
    assert tender.state_controlled is False
    assert tender.region_code == cast.subjects["centre"].region_code


def test_the_initiator_may_register_without_an_agency(cast):
    signed_in(cast, "initiator").post(
        "/work/register/", typed(cast, side="initiator", other_code="", mandate_scope="", mandate_signed="")
    )

    assert Tender.objects.get(title="江北水厂三期工程").agency is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lots-0-estimate_cny": "100万元"}, "金额请以元填写"),
        ({"lots-0-estimate_cny": "0"}, "金额应当大于 0 元"),
        ({"title": "长" * 10_000}, "最多 200 字，现为 10000 字"),
        ({"title": ""}, "请填写或者选择"),
        ({"centre": ""}, "请填写或者选择"),
        ({"other_code": "91000000000000000X"}, "没有登记过这个代码的单位"),
        ({"other_code": ""}, "请填写招标人的代码"),
        ({"mandate_scope": ""}, "请写明委托代理范围"),
        ({"region_code": "99"}, "区划代码是 6 位数字"),
        ({"lots-TOTAL_FORMS": "0"}, "gz-field-error"),
    ],
)
def test_what_is_wrong_stands_in_words_and_nothing_typed_is_lost(cast, change, said):
    answer = signed_in(cast, "agency").post("/work/register/", typed(cast, **change))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html
    assert "泽发改〔2026〕1号" in html
    assert not Tender.objects.filter(title="江北水厂三期工程").exists()


def test_a_script_in_a_title_is_only_text(cast):
    client = signed_in(cast, "agency")
    client.post("/work/register/", typed(cast, **{"lots-0-title": "<script>alert(1)</script>"}))

    html = client.get("/work/").content.decode()

    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_lots_are_added_and_taken_away_without_losing_the_others(cast):
    client = signed_in(cast, "agency")

    more = client.post("/work/register/", typed(cast, add="1")).content.decode()
    assert "第 3 标段" in more
    assert 'value="二标段"' in more
    assert 'value="江北水厂三期工程"' in more

    fewer = client.post("/work/register/", typed(cast, drop="0")).content.decode()
    assert "第 2 标段" not in fewer
    assert 'value="二标段"' in fewer


def test_a_person_without_a_subject_is_told_to_choose_one(cast):
    page = signed_in(cast, "expert1").get("/work/register/").content.decode()

    assert "请先选择正在为哪个单位办理" in page
