"""Which rules a notice's own words and timetable break. Days are counted as everywhere else on the platform."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.trading.intake_notices import STANDARD, form, record
from trading.intake.draft import draft_from_record
from trading.rulebooks.register import rule


def _breaches(data, **options):
    return {(b.rule_id, b.effect): b for b in draft_from_record(data, **options).breaches}


def test_a_lawful_timetable_breaks_nothing():
    words = "招标文件获取时间：2026年03月02日至2026年03月24日。"
    assert _breaches(form(deadline="2026年03月25日09时00分", others=words)) == {}


def test_two_days_too_few_to_prepare_block_and_show_the_count():
    breach = _breaches(form(deadline="2026年03月20日09时00分"))["ENG-10", "block"]
    assert "只有18日" in breach.sentence
    assert "不得少于20日" in breach.sentence
    assert breach.article == rule("ENG-10").article


@pytest.mark.rule("ENG-10")
@pytest.mark.parametrize(("last_day", "effects"), [(20, {"block"}), (23, {"block"}), (24, set()), (25, set())])
def test_the_day_of_issue_is_not_counted_and_the_twentieth_day_must_be_full(last_day, effects):
    # Issued on Tuesday 3 March: day 20 is Monday 23 March, full at 24:00.
    data = form(issued="2026年03月03日", deadline=f"2026年03月{last_day}日00时00分", publish_time="2026-03-03")
    found = {effect for rule_id, effect in _breaches(data) if rule_id == "ENG-10"}
    assert found == (effects if last_day != 23 else {"warn"})


def test_a_deadline_without_an_hour_on_the_twentieth_day_is_a_warning():
    breach = _breaches(form(issued="2026年03月03日", deadline="2026年03月23日"))["ENG-10", "warn"]
    assert "没有写明时刻" in breach.sentence


def test_a_start_concluded_from_publication_is_named_in_the_sentence():
    breach = _breaches(form(issued="", deadline="2026年03月10日09时00分"))["ENG-10", "block"]
    assert "取发布日期" in breach.sentence


@pytest.mark.rule("ENG-07")
@pytest.mark.parametrize(("last_day", "broken"), [(5, True), (6, True), (7, False), (9, False)])
def test_documents_are_to_be_had_for_five_days(last_day, broken):
    words = f"凡有意参加者，请于2026年3月2日至2026年3月{last_day}日下载招标文件。"
    assert (("ENG-07", "block") in _breaches(form(issued="", others=words))) is broken


@pytest.mark.rule("ENG-11")
def test_a_change_later_than_fifteen_days_before_the_deadline_blocks_and_the_bidding_period_is_left_alone():
    data = form(title="某某工程[变更公告:第 1次]", publish_time="2026-03-13", deadline="2026年03月27日09时00分")
    data["content_text"] = data["content_text"].replace("信息时间： 2026-03-02", "信息时间： 2026-03-13")
    found = _breaches(data)
    assert "只有14日" in found["ENG-11", "block"].sentence
    assert not [key for key in found if key[0] == "ENG-10"]


@pytest.mark.rule("ENG-15")
def test_a_bond_over_the_share_of_the_estimate_blocks():
    assert ("ENG-15", "block") not in _breaches(form(others="投标保证金：120000.00元，可以保函提交。"))
    breach = _breaches(form(others="投标保证金：120000.01元，可以保函提交。"))["ENG-15", "block"]
    assert "120,000.00元" in breach.sentence
    assert "2%" in breach.sentence


@pytest.mark.rule("ENG-15")
def test_a_bond_over_the_absolute_cap_blocks_whatever_the_estimate():
    sentences = [b.sentence for b in draft_from_record(record(STANDARD.replace("3500万元", "95000万元"))).breaches]
    assert any("800,000.00元" in sentence and "900,000.00元" in sentence for sentence in sentences)


def test_a_design_has_the_lower_cap():
    data = form(title="某某工程设计", others="投标保证金：110000元，可以保函提交。")
    sentences = [b.sentence for b in draft_from_record(data).breaches]
    assert any("100,000.00元" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("opening", "effect"),
    [("2026年03月27日10时00分", "warn"), ("2026年03月27日08时00分", "block"), ("2026年03月28日", "warn")],
)
def test_an_opening_at_another_time_than_the_deadline_is_named(opening, effect):
    found = _breaches(form(deadline="2026年03月27日09时00分", opening=opening))
    assert ("ENG-27", effect) in found


def test_a_deadline_before_the_publication_blocks():
    breach = _breaches(form(deadline="2026年02月20日09时00分"))["ENG-10", "block"]
    assert "早于" in breach.sentence or "颠倒" in breach.sentence


def test_a_deadline_in_the_past_is_named_only_where_today_is_known():
    data = form(deadline="2026年03月27日09时00分")
    assert "ENG-10" not in {rule_id for rule_id, _ in _breaches(data)}
    assert "已过" in _breaches(data, today=date(2026, 11, 21))["ENG-10", "warn"].sentence
    assert "ENG-10" not in {rule_id for rule_id, _ in _breaches(data, today=date(2026, 3, 27))}


def test_a_deadline_on_a_rest_day_is_named():
    assert "星期六" in _breaches(form(deadline="2026年03月28日09时00分"))["GEN-02", "warn"].sentence
    assert "GEN-02" in {rule_id for rule_id, _ in _breaches(form(deadline="2026年04月06日09时00分"))}  # 清明节


def test_the_count_is_whatever_calendar_is_handed_in():
    never = SimpleNamespace(is_workday=lambda day: False, earliest_after=lambda start, n, unit: start)
    assert ("GEN-02", "warn") in _breaches(form(), calendar=never)


@pytest.mark.parametrize(
    ("rule_id", "effect", "words"),
    [
        ("PLT-03", "warn", "外省来赣投标单位开标前应办理有效的企业信息登记，否则投标无效。"),
        ("PLT-03", "warn", "投标人须在本市设立分公司。"),
        ("ENG-20", "warn", "投标人近三年在本市行政区域内完成过类似业绩。"),
        ("ENG-20", "warn", "获得鲁班奖的加2分。"),
        ("ENG-20", "warn", "投标人注册资本不低于5000万元。"),
        ("ENG-20", "warn", "代理商须取得制造商针对本项目的唯一授权。"),
        ("ENG-20", "warn", "电缆必须采用甲乙丙品牌。"),
        ("ENG-20", "warn", "国有企业优先。"),
        ("ENG-20", "warn", "投标人法定代表人必须到场参加开标。"),
        ("ELE-01", "warn", "请投标人报名并下载招标文件。"),
        ("ELE-01", "warn", "投标人下载标书之前应在平台添加身份，公示5个工作日。"),
        ("ENG-16", "block", "投标保证金只接受现金或转账。"),
        ("ENG-16", "block", "投标保证金为10万元，以转账方式提交，不接受保函。"),
        ("ENG-45", "warn", "一旦投诉，在处理决定前其投标保证金暂不退还。"),
        ("ENG-46", "block", "履约保证金为中标合同金额的15%。"),
        ("ENG-17", "block", "投标报价不得低于最高投标限价的85%。"),
    ],
)
def test_words_that_often_mean_an_unlawful_condition_are_quoted(rule_id, effect, words):
    breach = _breaches(form(others=words))[rule_id, effect]
    assert breach.article == rule(rule_id).article
    assert breach.quote
    assert breach.quote in form(others=words)["content_text"]


@pytest.mark.parametrize(
    "words",
    [
        "提供当地社保部门出具的社保证明。",
        "投标保证金可以转账、银行保函或者保证保险提交。",
        "履约保证金为中标合同金额的10%。",
        "不得指定品牌，凡涉及品牌的均可以同等产品代替。",
        "评标办法采用经评审的最低投标价法。",
        "投标人在我市被限制投标且在限制期内的，其投标无效。",
    ],
)
def test_ordinary_words_raise_nothing(words):
    assert not [
        key for key in _breaches(form(others=words)) if key[0] in {"PLT-03", "ENG-20", "ENG-16", "ENG-17", "ENG-46"}
    ]


def test_past_work_worth_more_than_the_project_does_not_fit_it():
    assert ("ENG-20", "warn") not in _breaches(form(performance="完成过合同金额≥400万元的市政工程业绩"))
    breach = _breaches(form(performance="完成过合同金额≥700万元的市政工程业绩"))["ENG-20", "warn"]
    assert "7,000,000.00元" in breach.sentence


def test_a_rule_that_moves_moves_the_judgement():
    def softer(rule_id):
        row = rule(rule_id)
        return row.moved("days", 10) if rule_id == "ENG-10" else row

    data = form(deadline="2026年03月20日09时00分")
    assert ("ENG-10", "block") in _breaches(data)
    assert ("ENG-10", "block") not in _breaches(data, rule=softer)


def test_the_bond_is_judged_in_exact_money():
    draft = draft_from_record(form(others="投标保证金：壹拾贰万元整，可以保函提交。"))
    assert draft.bond_cny.value == Decimal("120000.00")
    assert draft.bond_forms.value == ("guarantee",)
