"""Parties and money from the full text of a procurement or tender notice of any province."""

import re
from decimal import Decimal

from disclosure.imports import money, parties
from disclosure.imports.rows import Party, Reading
from disclosure.imports.sheet import Found, Sheet
from trading.intake import parties as intake
from trading.intake.page import Page

_ROLES = {
    "buyer": (
        r"采购人信息|招标人信息|采购单位信息",
        r"(?:单位)?名称|采购人(?:名称)?|单位名称|招标人(?:名称)?",
        r"招标人(?:名称)?|采购人(?:名称)?|招标单位|采购单位|转让方(?:名称)?|出让人",
    ),
    "agency": (
        r"采购代理机构信息|招标代理机构信息|代理机构信息",
        r"(?:单位)?名称|代理机构(?:名称)?|采购代理机构|单位名称",
        r"(?:采购|招标)?代理(?:机构|单位)(?:名称)?|招标代理",
    ),
}
_WINNER = r"(?:总?中标)?\(?(?:成交|中标)?\)?(?:中标|成交)?\(?(?:成交|中标)?\)?(?:供应商|单位|人)(?:名称)?"
_PLAIN_WINNER = r"供应商名称|第一中标人|受让方(?:名称)?|竞得人"
_DEAL = (
    r"总?(?:中标|成交)\(?(?:成交|中标)?\)?(?:总?金额|总?价格?|报价)|投标总报价中标价格|中标\(成交\)金额|合同(?:总)?金额|"
    r"交易价格|成交价(?:格)?|中标总?价"
)
_BUDGET = ("预算金额", "采购预算", "最高限价", "最高投标限价", "招标控制价", "控制价", "控制价\\(最高限价\\)")
_IN_A_SENTENCE = re.compile(r"预算审核价(?:金额)?为?(?:人民币)?(?P<sum>[0-9][0-9,.]*万?元)")
_RESULTS = r"中标\(?成交\)?信息|中标信息|采购结果|中标结果|成交信息|中标\(成交\)结果"
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")


def buyer_and_agency(found: Reading, sheet: Sheet, text: str, data: dict[str, str]) -> None:
    """The reading names who buys and who acts for him: the contact section, the labels, the text, the crawler."""
    page = Page(text)
    fallback = {"buyer": lambda: intake.initiator(page), "agency": lambda: None}
    for role, (section, inside, label) in _ROLES.items():
        name, source = _in_section(sheet, section, inside), "content"
        if not name:
            name = next((n for one in sheet.all_after(label) if (n := _organisation(one.value))), "")
        confidence = "stated"
        if not name and (fact := fallback[role]()):
            name, confidence = _organisation(fact.value), fact.confidence
        if not name:
            # What the crawler took for it; it sometimes is the words under a seal.
            name, source, confidence = _organisation(data.get(role, "")), "issuer", "relayed"
        if name:
            found.parties.append(Party(role, name, _code_of(sheet, name)))
            found.say(role, source, name, confidence)


def _in_section(sheet: Sheet, section: str, inside: str) -> str:
    at = sheet.where(section)
    while at >= 0:
        # Not further than the next numbered heading.
        stop = next(
            (
                i
                for i in range(at + 1, min(at + 8, len(sheet.lines)))
                if re.match(r"[2-9]\.|[一二三四五六七八九十]{1,3}、", sheet.lines[i])
            ),
            min(at + 8, len(sheet.lines)),
        )
        for one in sheet.all_after(inside, start=at, end=stop):
            if name := _organisation(one.value):
                return name
        at = sheet.where(section, at + 1)
    return ""


def _organisation(value: str) -> str:
    """The organisation a value begins with, in full-width brackets as names are written; "" where it is none."""
    name = re.split(r"(?:地址|联系人|联系电话|联系方式|电话)[:]", value)[0]
    name = parties.clean(re.sub(r"\(以下简称.*$|\(盖章\).*$", "", name))
    if not parties.is_organisation(name):
        return ""
    return name.replace("(", "（").replace(")", "）")


def _code_of(sheet: Sheet, name: str) -> str:
    """The credit code printed within a few lines behind the name."""
    bare = name.replace("（", "(").replace("）", ")")
    for at, line in enumerate(sheet.lines):
        if bare in line:
            for near in sheet.lines[at : at + 4]:
                if match := _CODE.search(near):
                    return match.group()
    return ""


def budget(found: Reading, sheet: Sheet) -> None:
    """The reading's budget: 预算金额, else the maximum price; packages are summed where only they have amounts."""
    for label in _BUDGET:
        for one in sheet.all_after(label):
            amount = money.from_words(one.value, money.unit_of(one.label))
            if amount is not None:
                money.settle(found, "budget_cny", amount, "content", f"{one.label}：{one.value}", "stated")
                return
    if match := _IN_A_SENTENCE.search("".join(sheet.lines)):
        money.settle(found, "budget_cny", money.from_words(match["sum"]), "content", match.group(), "stated")
        return
    for headers, rows in sheet.tables(0, len(sheet.lines)):
        for word in ("预算", "最高限价", "控制价"):
            columns = [i for i, header in enumerate(headers) if word in header]
            amounts = (
                [money.from_words(row[columns[0]], money.unit_of(headers[columns[0]])) for row in rows]
                if columns
                else []
            )
            real = [amount for amount in amounts if amount is not None]
            if real and len(real) == len(rows):
                several = len(real) > 1
                money.settle(
                    found, "budget_cny", sum(real, Decimal(0)), "content", headers[columns[0]],
                    "derived" if several else "stated",
                )  # fmt: skip
                if several and found.budget_cny:
                    found.fields["budget_cny"].note = f"{len(real)}个采购包之和"
                return


def outcome(found: Reading, sheet: Sheet) -> None:
    """Who won and for how much; candidates stay candidates."""
    role = "candidate" if found.kind == "candidates" else "winner"
    start = max(sheet.where(_RESULTS), 0)
    stop = sheet.where(r"^四、|主要标的信息", start + 1)
    end = stop if stop > 0 else len(sheet.lines)
    won = _from_tables(sheet, start, end, role) or _from_labels(sheet, role)
    known = {party.name for party in found.parties}
    unique = {party.name: party for party in reversed(won) if party.name not in known}
    winners = [unique[name] for name in parties.distinct([party.name for party in won]) if name in unique]
    found.parties += winners
    if winners:
        found.say(role, "content", "、".join(party.name for party in winners))
    if role == "winner":
        _deal(found, sheet, winners)


def _from_tables(sheet: Sheet, start: int, end: int, role: str) -> list[Party]:
    won = []
    for headers, rows in sheet.tables(start, end):
        names = [
            i for i, h in enumerate(headers) if re.search(r"(?:供应商|中标人|中标单位|候选人)(?:名称)?$|^名称$", h)
        ]
        prices = [i for i, h in enumerate(headers) if re.search(r"金额|报价|中标价|成交价", h) and "评审" not in h]
        codes = [i for i, h in enumerate(headers) if "信用代码" in h]
        for row in rows if names else ():
            if name := _organisation(row[names[0]]):
                amount = money.from_words(row[prices[0]], money.unit_of(headers[prices[0]])) if prices else None
                code = _CODE.search(row[codes[0]]) if codes else None
                won.append(Party(role, name, code.group() if code else "", amount or None))
    return won


def _from_labels(sheet: Sheet, role: str) -> list[Party]:
    if role == "candidate":
        return _ranked(sheet)
    at = sheet.where(r"^中标人信息$")
    if at >= 0 and (one := sheet.after("单位名称", start=at)) and (name := _organisation(one.value)):
        return [Party(role, name, _code_of(sheet, name))]
    for label in (_WINNER, _PLAIN_WINNER):
        found = [n for one in sheet.all_after(label) if (n := _organisation(one.value))]
        if found:
            return [Party(role, name, _code_of(sheet, name)) for name in found]
    return []


def _ranked(sheet: Sheet) -> list[Party]:
    """第一名 / 1 / 第一中标候选人, then the name, then the offer."""
    found = []
    for at, line in enumerate(sheet.lines[:-1]):
        if re.fullmatch(r"第[一二三四五]名|第[一二三四五](?:中标)?候选人", line) and (
            name := _organisation(sheet.lines[at + 1])
        ):
            offer = sheet.lines[at + 2] if at + 2 < len(sheet.lines) else ""
            unit = "元" if sheet.where(r"投标报价\(元\)") >= 0 else ""
            found.append(Party("candidate", name, amount_cny=money.from_words(offer, unit)))
    return found


def _deal(found: Reading, sheet: Sheet, winners: list[Party]) -> None:
    """What was agreed: a stated total, else the sum of what each winner won, else the one amount there is."""
    stated = sheet.all_after(_DEAL)
    total = [one for one in stated if one.label.startswith("总")]
    if not total and len(winners) > 1 and _summed(found, stated, winners):
        return
    for one in total or stated:
        words = f"{one.label}：{one.value}"
        if money.is_rate(one.value) or "/" in one.value:
            found.flag("amount.rate")
            found.say("amount_cny", "content", words, "doubtful", "不是总金额")
            return
        amount = money.from_words(one.value, money.unit_of(one.label))
        if amount is not None:
            money.settle(found, "amount_cny", amount, "content", words, "stated")
            if len(winners) == 1 and winners[0].amount_cny is None:
                winners[0].amount_cny = found.amount_cny
            return
    if winners:
        _summed(found, [], winners)


def _summed(found: Reading, stated: list[Found], winners: list[Party]) -> bool:
    """Whether every winner's own amount is known; then their sum is the deal."""
    if len(stated) == len(winners):
        for party, one in zip(winners, stated, strict=True):
            if party.amount_cny is None and not money.is_rate(one.value):
                party.amount_cny = money.from_words(one.value, money.unit_of(one.label))
    sums = [party.amount_cny for party in winners if party.amount_cny is not None]
    if len(sums) < len(winners):
        return False
    several = len(sums) > 1
    words = "、".join(str(amount) for amount in sums)
    money.settle(found, "amount_cny", sum(sums, Decimal(0)), "content", words, "derived" if several else "stated")
    if several and found.amount_cny:
        found.fields["amount_cny"].note = f"{len(sums)}家成交金额之和"
    return True
