"""Three kinds of money that must not be mixed: the maximum price, what this tender should cost, the whole project."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from trading.intake.facts import Doubt, Fact
from trading.intake.money import Amount, amount_after, yuan_words
from trading.intake.page import Page

CEILING = re.compile(
    r"最高投标限价|投标最高限价|最高投标总?限价|招标最高限价|最高总?限价|招标控制总?价|投标控制总?价|"
    r"(?:最高)?控制总?价|拦标价|投标总?限价|招标限价|(?:招标|工程|预算)?控制价|上限价|最高限额"
)
ESTIMATE = re.compile(
    r"(?:本工程|本项目|本标段|本次招标|本次|标段|施工)(?:招标)?(?:工程)?(?:的)?(?:投资(?:估算|额|金额)?"
    r"|预算|造价|概算)(?!者|人|项目)"
    r"|建安(?:工程)?(?:投资|造价|费用?)|建筑安装工程费用?|(?:本)?工程建设费用?|工程费用|工程总?造价|"
    r"合同估算(?:价|金额|额)|招标估算价|项目估算价|估算价"
    r"|投资估算|概算投资|预算(?:金额|价|造价)|(?:工程)?(?:施工)?监理(?:服务)?费|(?:工程)?(?:勘察)?"
    r"设计(?:服务)?费|勘察(?:服务)?费|检测费|采购预算|(?<!总)投资额"
)
TOTAL = re.compile(r"总投资(?:额|金额|估算|概算)?|(?<!本)项目投资(?:额|估算)?|工程投资总额|投资总额")
_PERFORMANCE = re.compile(
    r"业绩|类似工程|≥|>=|不小于|不少于|不低于|及以上|以上的|注册资[本金]|净资产|保证金|违约|罚|发票"
)
_PART = re.compile(r"其中|包[括含](?!但不限)|暂列|暂估")
_WHOLE = re.compile(r"总(?!承包|监|工)|合计|共计")
_SUM_PARTS = 12  # more parts than this are a table, and a subset sum over them proves nothing


@dataclass(frozen=True, slots=True)
class Money:
    """What the notice says about money, and what in it cannot be taken as it stands."""

    ceiling: Fact[Decimal] | None
    estimate: Fact[Decimal] | None
    investment: Fact[Decimal] | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """An amount with its label: the label's position, the words before it in its clause."""

    label: str
    before: str
    at: int
    amount: Amount
    filler: str


def amounts(page: Page) -> Money:
    """The notice's money. Each kind is None where nothing is stated."""
    doubts: list[Doubt] = []
    ceiling = _choose(page, named(page, CEILING, page.start, page.end), "ceiling_cny", "最高投标限价", doubts)
    investment = _choose(page, named(page, TOTAL, page.start, page.end), "investment_cny", "总投资", doubts)
    taken = {fact.start for fact in (ceiling, investment) if fact}
    costs = [n for n in named(page, ESTIMATE, page.start, page.end) if n.amount.start not in taken]
    estimate = _choose(page, costs, "estimate_cny", "本次招标估算", doubts)
    if ceiling is None and (
        rate := re.search(
            r"(?:最高投标限价|招标控制价|最高限价)[^。;\n|0-9]{0,30}(?:下浮率|费率|[0-9.]{1,8} ?%)", page.body
        )
    ):
        start = page.start + rate.start()
        doubts.append(
            Doubt(
                "ceiling_cny", "最高投标限价以费率或者下浮率表示，没有金额", page.raw[start : page.start + rate.end()]
            )
        )
    return Money(ceiling, estimate, investment, tuple(doubts))


def named(page: Page, label: re.Pattern[str], start: int, end: int) -> list[Named]:
    """Every amount that stands directly behind `label`, demands on past performance left out."""
    found = []
    for match in label.finditer(page.text, start, end):
        if not (amount := amount_after(page.text, match.end(), page.end)):
            continue
        left, right = page.clause(match.start(), amount.end)
        # Cells of one row belong together, yet a demand on performance is one sentence: look only inside the clause.
        if _PERFORMANCE.search(page.text, max(left, match.start() - 60), match.start()) or re.match(
            r" {0,3}(?:及以上|以上)", page.text[amount.end : right]
        ):
            continue
        found.append(
            Named(
                match.group(),
                page.text[left : match.start()],
                match.start(),
                amount,
                page.text[match.end() : amount.start],
            )
        )
    return found


def fact(page: Page, item: Named, note: str = "") -> Fact[Decimal]:
    """The amount as a fact; its words run from the label to the unit."""
    assert item.amount.yuan is not None
    notes = [note] if note else []
    if item.amount.approximate:
        notes.append("原文为约数")
    if not item.amount.exact:
        notes.append("原文小数超过分位，四舍五入到分")
    return page.fact(
        item.amount.yuan, item.at, item.amount.end, "stated" if item.amount.exact else "derived", "；".join(notes)
    )


def _choose(page: Page, found: list[Named], name: str, word: str, doubts: list[Doubt]) -> Fact[Decimal] | None:
    """One amount out of all that bear the label; what had to be left out is a doubt, never a silent choice."""
    usable: list[Named] = []
    for item in found:
        quote = page.raw[item.at : item.amount.end]
        if item.amount.yuan is None:
            doubts.append(Doubt(name, f"{word}没有写明单位或者数额过大，未采用", quote))
        elif item.amount.yuan <= 0:
            doubts.append(Doubt(name, f"{word}写为{yuan_words(item.amount.yuan)}，不能作为{word}", quote))
        elif item.amount.yuan not in {u.amount.yuan for u in usable}:
            usable.append(item)
    if not usable:
        return None
    if len(usable) == 1:
        return fact(page, usable[0], _label_note(usable[0], name))
    values = [item.amount.yuan or Decimal(0) for item in usable]
    whole = [
        item for item in usable if _WHOLE.search(item.label + item.filler) or re.search(r"总[^,、]{0,6}$", item.before)
    ]
    whole = [item for item in whole if not _PART.search(item.before[-12:])] or whole
    if len(whole) == 1:
        return fact(page, whole[0], "正文另有分项金额" if len(usable) > 1 else "")
    for item, value in zip(usable, values, strict=True):
        if len(values) <= _SUM_PARTS and _sums_to([v for v in values if v != value], value):
            return fact(page, item, "等于正文各分项金额之和")
    lots = [item for item in usable if re.search(r"标段|分?包", item.before[-20:])]
    if len(lots) == len(usable):
        return None  # one price a lot: the lots carry them
    chosen = fact(page, usable[0], f"正文有{len(usable)}个不同的{word}，取最先出现的")
    doubts.append(
        Doubt(name, f"正文有{len(usable)}个不同的{word}：" + "、".join(yuan_words(v) for v in values[:6]), "")
    )
    return replace(chosen, confidence="derived")


def _label_note(item: Named, name: str) -> str:
    """An estimate is introduced by the label it stands under, so that nobody takes it for a maximum price."""
    return f"原文称「{item.label}」，不是最高投标限价" if name == "estimate_cny" else ""


def _sums_to(parts: list[Decimal], target: Decimal) -> bool:
    """Whether two or more of `parts` add up to `target`."""
    sums = {(Decimal(0), 0)}
    for part in parts:
        sums |= {(total + part, min(count + 1, 2)) for total, count in sums if total + part <= target}
    return (target, 2) in sums
