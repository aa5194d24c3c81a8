"""A draft as JSON-ready data and as a page of text for a terminal."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trading.intake.facts import Fact, NoticeDraft

WORDS = {
    "title": "标题",
    "project_name": "项目名称",
    "notice_number": "招标编号",
    "nature": "公告性质",
    "initiator": "招标人",
    "agency": "招标代理机构",
    "region_code": "区划代码（网站）",
    "region_name": "地区",
    "project_region_code": "区划代码（项目代码）",
    "place": "地点",
    "ceiling_cny": "最高投标限价（元）",
    "estimate_cny": "本次招标估算（元）",
    "investment_cny": "项目总投资（元）",
    "period": "工期、服务期",
    "period_days": "工期（天）",
    "documents_from": "招标文件获取开始",
    "documents_until": "招标文件获取截止",
    "bid_deadline": "投标截止时间",
    "opening_at": "开标时间",
    "application_deadline": "资格预审申请截止",
    "published_on": "发布日期",
    "bid_validity_days": "投标有效期（天）",
    "scope": "招标范围",
    "qualification": "资格要求",
    "investment_code": "投资项目统一代码",
    "kind": "招标类别",
    "industry": "交易分类",
    "evaluation_method": "评标办法",
    "qualification_review": "资格审查方式",
    "consortium_allowed": "接受联合体",
    "bond_cny": "投标保证金（元）",
    "bond_forms": "保证金形式",
    "approval": "审批核准备案",
    "funding": "资金来源",
    "funds_secured": "资金落实",
    "supervising_authority": "行政监督部门",
}
_WIDEST = 90


def to_data(value: Any) -> Any:
    """`value` with dataclasses as dicts, money and moments as text; nothing left that JSON cannot hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_data(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def to_lines(draft: NoticeDraft) -> Iterator[str]:
    """The draft for a person: every fact with its certainty, then what is missing, doubtful and unlawful."""
    for name, word in WORDS.items():
        fact = getattr(draft, name)
        if fact is not None:
            yield f"{word}：{_shown(fact)}"
    for lot in draft.lots:
        price = f"，最高投标限价{to_data(lot.ceiling_cny.value)}元" if lot.ceiling_cny else ""
        yield f"标段{lot.number}：{lot.title.value}{price}{'（' + lot.note + '）' if lot.note else ''}"
    for contact in draft.contacts:
        yield "联系：" + " ".join(part for part in to_data(contact.value).values() if part)
    for change in draft.changes:
        yield f"变更：{change.value.what} {change.value.old} → {change.value.new}".rstrip(" →")
    for gap in draft.missing:
        yield f"缺：{gap.fact} {gap.rule_id}（{gap.article}）{gap.why}"
    for doubt in draft.doubts:
        yield f"疑：{doubt.fact} {doubt.why}" + (f"「{doubt.quote}」" if doubt.quote else "")
    for breach in draft.breaches:
        yield f"违（{breach.effect}）：{breach.rule_id}（{breach.article}）{breach.sentence}" + (
            f"「{breach.quote}」" if breach.quote else ""
        )


def _shown(fact: Fact[Any]) -> str:
    value = to_data(fact.value)
    if isinstance(value, dict):
        value = " ".join(str(part) for part in value.values() if part)
    words = " ".join(str(value).split())
    words = words if len(words) <= _WIDEST else words[:_WIDEST] + "…"
    mark = "" if fact.confidence == "stated" else "［推定］"
    return f"{words}{mark}" + (f"（{fact.note}）" if fact.note else "")
