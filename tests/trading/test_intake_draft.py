"""What a notice yields, and what it does not."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.trading.intake_notices import CHANGE, STANDARD, TABLE, form, record
from trading.intake.draft import draft_from_record
from trading.intake.facts import Approval, Change, NoticeRefused, Period
from trading.intake.moments import CHINA


def _gaps(draft):
    return {gap.fact for gap in draft.missing}


def test_the_provincial_form_is_read_cell_by_cell():
    draft = draft_from_record(form())

    assert draft.title.value == "某县城东桥改造工程"
    assert draft.initiator.value == "某县住房和城乡建设局"
    assert draft.approval.value == Approval(
        "某县发展和改革委员会", "关于某县城东桥改造工程可行性研究报告的批复", "某发改字〔2025〕8号"
    )
    assert (draft.documents_from.value, draft.bid_deadline.value) == (date(2026, 3, 2), date(2026, 3, 27))
    assert (draft.kind.value, draft.industry.value) == ("works", "A02")
    assert draft.qualification_review.value == "资格后审"
    assert draft.consortium_allowed.value is False
    assert draft.scope.value == "施工图纸范围内的全部内容。"
    assert draft.investment_code.value == "2510-360199-04-01-123456"
    assert draft.attachments == ("招标公告.pdf",)
    assert [lot.number for lot in draft.lots] == [1]


def test_an_estimate_is_never_presented_as_a_ceiling():
    draft = draft_from_record(form())

    assert draft.ceiling_cny is None
    assert draft.estimate_cny.value == Decimal("6000000.00")
    assert "不是最高投标限价" in draft.estimate_cny.note
    assert draft.investment_cny.value == Decimal("9000000.00")
    assert {"ceiling_cny", "bid_validity_days", "documents_until", "evaluation_method", "bid_deadline_hour"} <= _gaps(
        draft
    )
    assert all(gap.article and gap.why for gap in draft.missing)


def test_a_ceiling_in_the_small_print_is_found_and_a_demand_on_past_work_is_not_mistaken_for_it():
    demand = "完成过一个不小于最高投标限价三分之二的市政工程业绩(工程造价≥427.52万元)"
    assert draft_from_record(form(performance=demand)).ceiling_cny is None

    draft = draft_from_record(
        form(performance=demand, others="本项目招标控制价（最高投标限价）为人民币5,900,000.00元。")
    )
    assert draft.ceiling_cny.value == Decimal("5900000.00")
    assert draft.ceiling_cny.confidence == "stated"


@pytest.mark.parametrize("words", ["最高投标限价：0元。", "最高投标限价：-100万元。", "最高投标限价：5900000。"])
def test_a_ceiling_that_cannot_be_one_is_a_doubt_and_missing(words):
    draft = draft_from_record(form(others=words))
    assert draft.ceiling_cny is None
    assert [doubt.fact for doubt in draft.doubts] == ["ceiling_cny"]
    assert "ceiling_cny" in _gaps(draft)


def test_two_different_ceilings_are_shown_as_a_doubt():
    draft = draft_from_record(form(others="最高投标限价为500万元。另注：最高投标限价为580万元。"))
    assert draft.ceiling_cny.confidence == "derived"
    assert any("500" in doubt.why.replace(",", "") for doubt in draft.doubts)


def test_the_hour_of_the_opening_gives_the_deadline_its_hour_and_says_so():
    draft = draft_from_record(form(others="本项目开标时间为：2026年03月27日上午10:30时。"))
    assert draft.bid_deadline.value == datetime(2026, 3, 27, 10, 30, tzinfo=CHINA)
    assert draft.bid_deadline.confidence == "derived"
    assert "开标时间" in draft.bid_deadline.note


def test_documents_without_a_stated_start_are_counted_from_publication_and_marked_derived():
    draft = draft_from_record(form(issued=""))
    assert draft.documents_from.value == date(2026, 3, 2)
    assert draft.documents_from.confidence == "derived"
    assert "documents_from" in _gaps(draft)


def test_the_standard_text_form_is_read_from_its_sentences():
    draft = draft_from_record(record(STANDARD))

    assert draft.title.value == "某某工程施工"
    assert draft.project_name.value == "某县滨河路工程"
    assert draft.initiator.value == "某县城市建设投资有限公司"
    assert draft.agency.value == "某信工程咨询有限公司"
    assert draft.approval.value.number == "某发改投资字〔2025〕12号"
    assert draft.funding.value == "财政资金和专项债券"
    assert draft.documents_from.value == date(2026, 3, 2)
    assert (draft.documents_until.value, draft.documents_until.confidence) == (date(2026, 3, 5), "derived")
    assert draft.bid_deadline.value == datetime(2026, 3, 20, 14, 30, tzinfo=CHINA)
    assert draft.bid_validity_days.value == 90
    assert draft.evaluation_method.value == "经评审的最低投标价法"
    assert draft.supervising_authority.value == "某县住房和城乡建设局"
    assert {contact.value.role: contact.value.person for contact in draft.contacts} == {
        "initiator": "张三",
        "agency": "李四",
    }


def test_months_stay_months():
    draft = draft_from_record(record(STANDARD))
    assert draft.period.value == Period(Decimal(12), "个月")
    assert draft.period_days is None


def test_each_lot_of_a_notice_has_its_own_money_and_duration():
    first, second = draft_from_record(record(STANDARD)).lots
    assert (first.number, first.ceiling_cny.value, first.period.value.amount) == (1, Decimal("18000000.50"), 180)
    assert (second.number, second.ceiling_cny.value, second.period.value.amount) == (2, Decimal("17500000.00"), 200)
    assert second.scope.value.startswith("K0+600至K1+200")


def test_the_ceiling_of_a_divided_notice_is_the_sum_of_its_lots_and_derived():
    draft = draft_from_record(record(STANDARD))
    assert draft.ceiling_cny.value == Decimal("35500000.50")
    assert draft.ceiling_cny.confidence == "derived"


def test_lots_are_read_from_a_flattened_table_with_the_unit_in_its_heading():
    draft = draft_from_record(record(TABLE, title="某区污水管网勘察设计"))
    assert [(lot.number, lot.ceiling_cny.value, lot.scope.value) for lot in draft.lots] == [
        (1, Decimal("305000.00"), "勘察全部内容"),
        (2, Decimal("880000.00"), "设计全部内容"),
    ]
    assert draft.kind.value == "survey_design"
    assert draft.documents_until.value == datetime(2026, 3, 11, tzinfo=CHINA)


def test_more_lots_declared_than_described_is_a_doubt():
    text = STANDARD.replace("共划分2个标段", "共划分3个标段")
    draft = draft_from_record(record(text))
    assert [lot.number for lot in draft.lots] == [1, 2, 3]
    assert "lots" in {doubt.fact for doubt in draft.doubts}


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("某某工程（二标段）", [2]),
        ("某某工程一、三标段", [1, 3]),
        ("某某工程第1至3标段", [1, 2, 3]),
        ("某某工程标段二", [2]),
    ],
)
def test_the_lot_number_in_the_title_is_the_lot_tendered(title, numbers):
    assert [lot.number for lot in draft_from_record(form(title=title)).lots] == numbers


def test_a_change_notice_says_what_changed_and_carries_the_new_values():
    draft = draft_from_record(
        record(CHANGE, title="[某县]某县第一中学食堂改造工程[变更公告:第 1次]", publish_time="2026-03-13")
    )

    assert draft.is_change_notice
    assert draft.title.value == "某县第一中学食堂改造工程"
    assert draft.bid_deadline.value == datetime(2026, 3, 25, 10, tzinfo=CHINA)
    assert "2026年3月23日9时30分" in draft.bid_deadline.note
    assert draft.ceiling_cny.value == Decimal("4800000.00")
    assert draft.evaluation_method.value == "经评审的最低投标价法"
    assert draft.changes[0].value == Change(
        "投标截止时间和开标时间", "2026年3月23日9时30分", "2026年3月25日上午10时00分"
    )
    assert "first_issued" in _gaps(draft)


def test_a_change_notice_that_only_points_to_a_file_says_so():
    draft = draft_from_record(
        form(title="某某工程[变更公告:第 1次]", others="本项目补充通知已上传系统，投标人自行下载。")
    )
    assert [change.value.new for change in draft.changes] == [""]
    assert "changes" in _gaps(draft)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("[某县]某县某某工程(网)", "某县某某工程"),
        ("[某县]某县某某工程（网）", "某县某某工程"),
        ("[某县]某县某某工程[变更公告:第 12次]", "某县某某工程"),
        ("[某县]某县某某工程(第二次)[重发公告第1次]", "某县某某工程(第二次)"),
        ("某咨询有限公司关于某县某某工程（二期）设计招标公告(网)", "某县某某工程（二期）设计"),
    ],
)
def test_the_title_is_kept_without_the_sites_decorations(title, kept):
    assert draft_from_record(form(title=title)).title.value == kept


def test_a_site_code_that_is_not_the_projects_region_is_kept_with_a_note():
    draft = draft_from_record(form(region_code="360126"))
    assert draft.region_code.value == "360126"
    assert "360199" in draft.region_code.note
    assert draft.project_region_code.value == "360199"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"info_type": "招标计划"}, "招标计划"),
        ({"info_type": "中标候选人公示"}, "中标候选人公示"),
        ({"info_type": "", "title": "某某工程招标计划"}, "招标计划"),
        ({"info_type": "", "title": "某某工程终止招标公告"}, "终止"),
        ({"business_type": "政府采购"}, "政府采购"),
        ({"title": ""}, "没有标题"),
        ({"title": "某" * 10_000}, "10000"),
        ({"title": "某工程<script>alert(1)</script>"}, "网页标记"),
        ({"title": "某工程＜img src=x＞"}, "网页标记"),
        ({"title": None}, "没有标题"),
        ({"content_text": ""}, "正文为空"),
        ({"content_text": None}, "正文为空"),
        ({"content_text": "某" * 60_000}, "不是一份公告"),
        ({"content_text": "招标公告内容详见附件。" + "公告附件请登录平台下载查看。" * 6}, "详见附件"),
        (
            {
                "content_text": "这是一篇与招标没有任何关系的文章，说的是今天的天气很好，适合出门散步，"
                "顺便买一些水果回家。" * 3
            },
            "正文中没有",
        ),
        (
            {
                "content_text": "序号 | 项目名称 | 预计招标时间 | \n1 | 某某工程 | 2026年5月 | \n"
                + "招标项目实际情况以招标公告为准。" * 4
            },
            "招标计划",
        ),
    ],
)
def test_what_is_no_tender_notice_is_refused_with_its_reason(fields, reason):
    with pytest.raises(NoticeRefused, match=reason):
        draft_from_record(form(**fields))


@pytest.mark.parametrize("data", [None, [], "招标公告", 7, {}])
def test_what_is_no_record_is_refused(data):
    with pytest.raises(NoticeRefused):
        draft_from_record(data)


def test_every_reason_is_given_at_once():
    with pytest.raises(NoticeRefused) as refusal:
        draft_from_record(form(title="某" * 300, content_text=""))
    assert len(refusal.value.reasons) == 2


def test_control_characters_and_lone_surrogates_never_reach_the_draft():
    draft = draft_from_record(form(others="监督部门：某县\ud800\x00住房和城乡建设局。", region="某县\x00"))
    assert draft.region_name.value == "某县 "
    assert "\x00" not in repr(draft)
    str(draft).encode("utf-8")
