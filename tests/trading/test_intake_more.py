"""Shapes of notices beyond the two common forms."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.trading.intake_notices import form, record
from trading.intake.draft import draft_from_record
from trading.intake.moments import CHINA

GOODS = """一、项目概况
1、项目名称：某县人民医院设备采购及安装项目。
2、建设单位：某县人民医院；
3、采购内容及规模：CT机2台。
4、交货期：接到招标人书面通知后45日历天内交货。
5、招标控制价：¥5,421,065.42（其中暂列金¥10,000.00）
6、标段划分：分为A、B两个标段。A标段：CT机，控制价为人民币叁佰万元整；B标段：DR机，控制价为242.106542万元。
二、资格要求
具有医疗器械经营许可证；本项目是否接受联合体投标：否
三、招标文件的获取
1、获取时间：2026年3月3日08:30至2026年3月9日17：30（北京时间）
2、获取方式：网上下载
四、投标文件的递交
递交截止时间：2026-3-25 9:00:00，开标时间同投标截止时间。
五、投标保证金
投标保证金金额为人民币（大写）：伍万元整（小写：50000元），可采用银行保函、转账形式。
六、招标投标行政监督部门：某县卫生健康委员会，电话0799-1234567
招标代理机构（盖章）：某信咨询有限公司
"""

PREQUALIFICATION = """某医院门诊楼监理资格预审公告
招标人：某市人民医院
一、项目概况
1.服务期限：24个月
2.监理费用最高限价：人民币壹佰贰拾万元整（¥1200000.00元）
二、招标范围
施工阶段全过程监理
三、资格要求
投标人须具备房屋建筑工程监理甲级资质，接受联合体投标
四、资格预审
资格预审文件获取时间：2026年3月3日8：30至2026年3月9日24：00，资格预审申请文件递交截止时间：2026年3月12日17：00
"""


def test_a_goods_notice_is_read_with_its_lots_in_letters():
    draft = draft_from_record(record(GOODS, title="某县人民医院设备采购及安装项目招标公告"))

    assert draft.kind.value == "goods"
    assert (draft.initiator.value, draft.initiator.confidence) == ("某县人民医院", "derived")
    assert draft.agency.value == "某信咨询有限公司"
    assert draft.ceiling_cny.value == Decimal("5421065.42")
    assert [lot.ceiling_cny.value for lot in draft.lots] == [Decimal("3000000.00"), Decimal("2421065.42")]
    assert draft.period_days.value == 45
    assert draft.documents_until.value == datetime(2026, 3, 9, 17, 30, tzinfo=CHINA)
    assert draft.bid_deadline.value == datetime(2026, 3, 25, 9, tzinfo=CHINA)
    assert draft.bond_cny.value == Decimal("50000.00")
    assert draft.supervising_authority.value == "某县卫生健康委员会"
    assert draft.consortium_allowed.value is False


@pytest.mark.rule("ENG-08")
def test_a_prequalification_notice_has_an_application_deadline_and_no_bid_deadline():
    draft = draft_from_record(record(PREQUALIFICATION, title="某医院门诊楼监理资格预审公告"))

    assert draft.bid_deadline is None
    assert draft.application_deadline.value == datetime(2026, 3, 12, 17, tzinfo=CHINA)
    assert draft.qualification_review.value == "资格预审"
    assert draft.kind.value == "supervision"
    # 24:00 of the 9th belongs to the 9th: three days are left.
    assert "只有3日" in next(b.sentence for b in draft.breaches if b.rule_id == "ENG-08")


def test_until_the_deadline_is_a_derived_end_of_the_issue():
    draft = draft_from_record(form(others="招标文件下载时间：即日起至投标截止。", deadline="2026年03月27日09时00分"))
    assert draft.documents_until.value == draft.bid_deadline.value
    assert draft.documents_until.confidence == "derived"


def test_no_bond_asked_is_a_fact_of_zero_yuan():
    draft = draft_from_record(form(others="本项目不收取投标保证金。"))
    assert draft.bond_cny.value == Decimal("0.00")
    assert not {"bond_cny", "bond_forms"} & {gap.fact for gap in draft.missing}


def test_a_table_and_a_text_that_disagree_on_consortia_are_a_doubt():
    draft = draft_from_record(form(others="本工程接受联合体投标。"))
    assert draft.consortium_allowed.value is False
    assert "consortium_allowed" in {doubt.fact for doubt in draft.doubts}


def test_two_different_deadlines_are_a_doubt_and_the_first_is_marked_derived():
    draft = draft_from_record(form(others="投标截止时间：2026年04月01日09时00分。", deadline="2026年03月27日"))
    assert draft.bid_deadline.confidence == "derived"
    assert any("2026年3月27日" in doubt.why or "2026年4月1日" in doubt.why for doubt in draft.doubts)


def test_a_deadline_that_no_calendar_knows_is_missing_and_doubtful():
    draft = draft_from_record(form(deadline="2026年02月30日", opening=""))
    assert draft.bid_deadline is None
    assert "bid_deadline" in {gap.fact for gap in draft.missing}
    assert ("bid_deadline", "2026年02月30日") in {(doubt.fact, doubt.quote) for doubt in draft.doubts}


def test_the_bodys_publication_day_wins_over_the_records_and_the_difference_is_a_doubt():
    draft = draft_from_record(form(publish_time="2026-03-05"))
    assert draft.published_on.value == date(2026, 3, 2)
    assert "published_on" in {doubt.fact for doubt in draft.doubts}


def test_a_ceiling_above_the_whole_investment_is_a_doubt():
    draft = draft_from_record(form(others="最高投标限价为9100000元。"))
    assert "ceiling_cny" in {doubt.fact for doubt in draft.doubts}


def test_a_ceiling_given_as_a_rate_is_a_doubt_not_an_amount():
    draft = draft_from_record(form(others="本项目最高投标限价为下浮率5%。"))
    assert draft.ceiling_cny is None
    assert "ceiling_cny" in {doubt.fact for doubt in draft.doubts}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("某工程设计采购施工（EPC）总承包", "epc"),
        ("某工程施工总承包", "works"),
        ("某设计院办公楼改造工程施工", "works"),
        ("某工程勘察设计", "survey_design"),
        ("某工程岩土勘察", "survey"),
        ("某工程施工监理", "supervision"),
        ("某小区电梯采购及安装", "goods"),
        ("某工程全过程造价咨询", "services"),
        ("某工程施工图设计", "design"),
    ],
)
def test_the_kind_is_what_the_title_says(title, kind):
    assert draft_from_record(form(title=title)).kind.value == kind
