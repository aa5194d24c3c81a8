"""Money, dates, places, kinds and names: how the sources write them, and what they become."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.imports import dates, divisions, kinds, money, parties
from disclosure.imports.rows import RowRejected
from disclosure.imports.sheet import Sheet


@pytest.mark.parametrize(
    ("words", "unit", "yuan"),
    [
        ("144.996 万元（人民币）", "", "1449960.00"),
        ("3,140.47元 人民币", "", "3140.47"),
        ("0元 人民币", "", "0.00"),
        ("600.000000（万元）", "", "6000000.00"),
        ("报价：749808（元）", "", "749808.00"),
        ("￥１，２３４．５０元", "", "1234.50"),
        ("27.000000", "万元", "270000.00"),
        ("27.000000", "", None),
        ("约 11513 万元", "", "115130000.00"),
        ("2.5亿元", "", "250000000.00"),
        ("286.6元/工日", "", None),
        ("513360.00元每年", "", None),
        ("97.67%", "元", None),
        ("-5万元", "", None),
        ("详见附件", "元", None),
        ("99999999999999999999万元", "", None),
    ],
)
def test_an_amount_in_words(words, unit, yuan):
    assert money.from_words(words, unit) == (Decimal(yuan) if yuan else None)


@given(fen=st.integers(0, 10**14), unit=st.sampled_from(["元", "万元"]))
def test_an_amount_written_as_a_number_comes_back_to_the_fen(fen, unit):
    yuan = Decimal(fen) / 100
    written = yuan if unit == "元" else yuan / 10_000

    assert money.from_number(f"{written:f}", unit) == yuan
    assert money.from_words(f"{written:,f}{unit}") == yuan


@pytest.mark.parametrize("value", [float("inf"), 1.5, [], {}, "NaN", "-0.01", "1e99", True])
def test_a_number_that_is_no_money_is_refused(value):
    with pytest.raises(RowRejected, match="金额"):
        money.from_number(value)


CHINA_14_31 = datetime(2026, 3, 15, 6, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "day", "moment"),
    [
        ("2026-3-15 14:31:17", date(2026, 3, 15), CHINA_14_31),
        ("2026-03-15T14:31:17+08:00", date(2026, 3, 15), CHINA_14_31),
        ("2026-03-15T06:31:17Z", date(2026, 3, 15), CHINA_14_31),
        ("2026-03-15T14:31:17", date(2026, 3, 15), CHINA_14_31),
        ("2026/3/15 14:31:17", date(2026, 3, 15), CHINA_14_31),
        ("Mar 16, 2026", date(2026, 3, 16), None),
        ("2026年03月27日", date(2026, 3, 27), None),
        ("２０２６年３月２７日", date(2026, 3, 27), None),
        ("20220606", date(2022, 6, 6), None),
        ("2026-03-31 00:00:00", date(2026, 3, 31), None),
    ],
)
def test_a_date_in_any_shape(words, day, moment):
    found, at, hour = dates.published(words)

    assert (found, hour) == (day, moment is not None)
    assert at == (moment or datetime(day.year, day.month, day.day, tzinfo=dates.CHINA))


@pytest.mark.parametrize("words", ["2026-02-30", "20261332", "昨天", "0000-00-00", "1826-03-15"])
def test_what_is_no_date_is_refused(words):
    with pytest.raises(RowRejected, match="日期"):
        dates.published(words)


@pytest.mark.parametrize(
    ("code", "name", "standard", "flag"),
    [
        ("360423", "武宁县", "360423", ""),
        ("360201", "景德镇市本级", "360200", "region.site_code"),
        ("360001", "省本级", "360000", "region.site_code"),
        ("360703", "开发区", "360700", "region.site_code"),
        ("360782", "南康区", "360703", "region.site_code"),
        ("360126", "红谷滩新区", "360113", "region.site_code"),
        ("310100", "上海市本级", "310000", ""),
        ("999999", "某地", None, "region.unknown_code"),
    ],
)
def test_a_sites_own_region_code(code, name, standard, flag):
    found, told = divisions.resolve(code, name)

    assert (found.code if found else None, told) == (standard, flag)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("徐州市体育运动学校训练器材采购", "320300"),
        ("赣州市南北招标代理有限公司关于石城县教育体育局采购项目的公告", "360735"),
        ("鹰潭市余江区城市管理局", "360603"),
        ("黑龙江省东方市政建设开发集团有限公司", "230000"),
        ("江苏省南京市鼓楼区某某学校", "320106"),
        ("鼓楼区某某学校", None),
        ("凉山州老年人体育活动中心", "513400"),
        ("中心城区排水管网", None),
        ("未提到任何地方", None),
    ],
)
def test_a_place_named_in_running_text(text, code):
    found = divisions.spotted(text)

    assert (found.code if found else None) == code


def test_every_division_lies_in_one_that_is_known():
    known = divisions.by_code()

    assert len(known) > 3_300
    assert all(one.province in known for one in known.values())


@pytest.mark.parametrize(
    ("shelf", "title", "kind"),
    [
        ("招标公告", "2025年会昌县城区八座桥梁维修工程项目[变更公告:第 1次]", "amendment"),
        ("中标候选人公示", "铅山县某某工程废标公示[中标候选人公示变更] [第1次变更]", "failure"),
        ("中标公告", "某某项目中标(成交)结果公告", "award"),
        ("交易结果公示", "某某工程中标候选人公示", "candidates"),
        ("公开招标公告", "合同能源管理项目公开招标公告", "tender"),
        ("废标流标公告", "某某项目终止公告", "termination"),
        ("", "某某系统结果公告（采购包1）", "award"),
        ("", "某某医院", "other"),
    ],
)
def test_what_kind_of_notice_it_is(shelf, title, kind):
    assert kinds.kind_of(shelf, title)[0] == kind


def test_a_name_is_one_line_and_a_seal_is_no_name():
    assert parties.clean(" 高安市城市\n管理局 ") == "高安市城市管理局"
    assert parties.clean("（盖章）") == ""
    assert not parties.is_organisation("贵州省遵义市仁怀市盐津街道2-1-6-4")


def test_a_table_whose_cells_stand_one_under_the_other():
    sheet = Sheet("三、结果\n序号\n供应商名称\n中标（成交）金额（元）\n1\n甲公司\n100.5\n2\n乙公司\n200\n四、其他")

    assert sheet.tables(0, len(sheet.lines)) == [
        (["序号", "供应商名称", "中标(成交)金额(元)"], [["1", "甲公司", "100.5"], ["2", "乙公司", "200"]])
    ]
