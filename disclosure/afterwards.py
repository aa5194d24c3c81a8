"""What the law demands once there is an award, in the words of a table; every number is read from the lot's book."""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_site.rules import Rule
from platform_site.web.words import amount
from trading.kernel.procedure import Book


@dataclass(frozen=True, slots=True)
class Owed:
    """An act that is owed, until when, under which rule. Braces name a number of the rule: `{days}`."""

    act: str
    within: str
    rule_id: str


OWED: Mapping[str, tuple[Owed, ...]] = {
    "engineering": (
        Owed("订立合同，内容与招标文件和投标文件一致", "中标通知书发出后 {days}内", "ENG-43"),
        Owed("提交履约保证金，不超过合同金额的 {share}", "订立合同前", "ENG-46"),
        Owed("退还投标保证金及银行同期存款利息", "合同订立后 {days}内", "ENG-45"),
        Owed("向监督部门提交书面报告", "确定中标人后 {days}内", "ENG-47"),
    ),
    "procurement": (
        Owed("签订采购合同", "中标、成交通知书发出后 {contract}内", "GP-34"),
        Owed("退还未中标、未成交供应商的保证金", "中标、成交通知书发出后 {losers}内", "GP-11"),
        Owed("退还中标、成交供应商的保证金", "合同签订后 {winner}内", "GP-11"),
    ),
    "equity": (
        Owed("答复是否行使优先购买权", "信息披露起 {days}内", "SOE-15"),
        Owed("通过交易机构付清价款", "合同生效后 {days}内", "SOE-16"),
    ),
    "mining": (
        Owed("成交结果公示", "签订成交确认书后不少于 {days}", "MIN-06"),
        Owed("签订出让合同，办理矿业权登记", "公示期满后", "MIN-07"),
    ),
    "land": (
        Owed("签订出让合同", "成交确认书签订后 {days}内", "LND-11"),
        Owed("退还其他竞买人的保证金", "竞价结束后 {refund}内", "LND-12"),
    ),
}


def owed(book: Book) -> list[tuple[str, str, Rule]]:
    """(act, within, rule) of everything owed after an award under this edition; empty for a category without rows."""
    return [_said(one, book.rule(one.rule_id)) for one in OWED.get(book.category, ())]


def _said(one: Owed, rule: Rule) -> tuple[str, str, Rule]:
    numbers = {name: amount(value) for name, value in rule.values.items()}
    return one.act.format_map(numbers), one.within.format_map(numbers), rule
