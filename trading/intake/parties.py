"""Who tenders, who acts for him, who supervises, whom to ask."""

import re
from dataclasses import replace

from trading.intake.facts import Contact, Fact
from trading.intake.labels import LABEL_CELL, label_pattern, on_line
from trading.intake.page import Cell, Page

INITIATOR = ("招标人", "招标人名称", "招标单位", "招标单位名称", "招标人(项目业主)")
OWNER = ("建设单位", "项目业主", "业主单位", "项目法人", "采购人")  # believed only where no 招标人 is named
AGENCY = (
    "招标代理机构",
    "招标代理机构名称",
    "招标代理单位",
    "招标代理公司",
    "招标代理",
    "招标代理人",
    "招标机构",
    "代理机构",
    "代理单位",
)
AUTHORITY = tuple(
    f"{before}{what}{body}"
    for before in ("", "招标", "招投标", "招标投标", "行政", "行业", "招投标行政", "招标投标行政", "本项目")
    for what in ("监督", "监管", "监督管理", "主管")
    for body in ("单位", "机构", "部门")
)

_CHARS = r"[A-Za-z0-9一-鿿·&\-、#*]"
_NAME = rf"{_CHARS}{{1,60}}(?:\([^()\n]{{1,20}}\){_CHARS}{{0,40}}){{0,3}}"
_ORG = rf"(?P<value>{_NAME})"
_SUFFIX = re.compile(
    r"(?:公司|集团|局|院|学|校|幼儿园|府|委|会|中心|厅|队|所|站|办|部|处|馆|社|厂|场|行|室|库|段|署|"
    r"矿|园|户|区|店|协会|基金|分会|台|办公室|项目部)$"
)
_TRAILING = re.compile(
    r"(?:联系人|联系电话|联系方式|电话|地址|法定代表人|项目负责人|\([^)]*$|[0-9\-*]{5,}|邮编).*$", re.DOTALL
)
_PHONE = r"(?P<phone>[0-9][0-9\-*/、, 转()]{5,60})"

_COMMISSION = re.compile(rf"受 {{0,3}}{_ORG} {{0,3}}(?:\([^()\n]{{0,30}}\))? {{0,3}}的?委托")
_OWNER_IS = re.compile(rf"(?:建设单位|项目业主|业主单位)(?:\([^()\n]{{0,12}}\))? {{0,3}}[为是] {{0,3}}{_ORG}")
_INITIATOR_IS = re.compile(rf"(?:招标人|招标单位)(?:\([^()\n]{{0,12}}\))? {{0,3}}[为是] {{0,3}}{_ORG}")
_AGENCY_IS = re.compile(rf"(?:招标代理机构|招标代理单位|代理机构)(?:\([^()\n]{{0,12}}\))? {{0,3}}[为是] {{0,3}}{_ORG}")
_AUTHORITY_IS = re.compile(rf"{label_pattern(AUTHORITY)}(?:\([^()\n]{{0,12}}\))? {{0,3}}[为是] {{0,3}}{_ORG}")
_AGENCY_CALLED = re.compile(
    rf"(?<![A-Za-z0-9一-鿿·&\-、#*)]){_ORG} {{0,3}}\(以下简称:? ?\"?(?:招标代理|招标机构|代理机构)"
)
_AGENCY_CELL = re.compile(r"招标代理机构名称项目负责人及电话|招标代理机构?联系人及电话")
_IN_CELL = re.compile(rf"(?P<value>{_CHARS}{{1,40}}?(?:\([^()\n]{{1,20}}\){_CHARS}{{0,30}}?)?公司)")
_TITLE_AGENCY = re.compile(rf"^{_ORG}关于")


def initiator(page: Page) -> Fact[str] | None:
    """招标人: the table's cell, a labelled line, 招标人为…, 受…委托."""
    if found := _first(page, INITIATOR, (_INITIATOR_IS, _COMMISSION)):
        return found
    owner = _first(page, OWNER, (_OWNER_IS,))
    return replace(owner, confidence="derived", note="公告未写招标人，取建设单位") if owner else None


def agency(page: Page, title: Fact[str]) -> Fact[str] | None:
    """招标代理机构; None also where the tenderer tenders himself. `title` is the record's own, decorations and all."""
    if found := _first(page, AGENCY, (_AGENCY_CALLED, _AGENCY_IS)):
        return found
    if (cell := page.cell_after(_AGENCY_CELL, LABEL_CELL)) and (
        match := _IN_CELL.search(page.text, cell.start, cell.end)
    ):
        return page.fact(page.raw[match.start("value") : match.end("value")], *match.span("value"))
    if (match := _TITLE_AGENCY.match(title.value)) and match["value"].endswith("公司"):
        at = title.start + match.start("value")
        return Fact(
            match["value"], match["value"], at, at + len(match["value"]), "derived", "取自标题中的发布人", "title"
        )
    return None


def authority(page: Page) -> Fact[str] | None:
    """行政监督部门, as the notice names it."""
    return _first(page, AUTHORITY, (_AUTHORITY_IS,))


def _first(page: Page, labels: tuple[str, ...], sentences: tuple[re.Pattern[str], ...]) -> Fact[str] | None:
    if cell := page.cell_after(re.compile(label_pattern(labels)), LABEL_CELL):
        start, end = _clean(page, cell.start, cell.end)
        if end - start >= 2 and not page.text[start:end].startswith("("):
            return page.fact(page.raw[start:end], start, end)
    for pattern in (on_line(labels, _ORG), *sentences):
        for match in page.all(pattern):
            start, end = _clean(page, *match.span("value"))
            if 4 <= end - start <= 80 and _SUFFIX.search(page.text[start:end]):
                return page.fact(page.raw[start:end], start, end)
    return None


def _clean(page: Page, start: int, end: int) -> tuple[int, int]:
    """The span without what runs into a name: phone numbers, 联系人…, a second line."""
    text = page.text[start:end].split("\n", 1)[0]
    text = _TRAILING.sub("", text).rstrip(" ,、:;(-")
    return page.trim(start, start + len(text))


def contacts(
    page: Page, tenderer: Fact[str] | None, agent: Fact[str] | None, watcher: Fact[str] | None
) -> tuple[Fact[Contact], ...]:
    """Persons, phones and addresses, each under its role."""
    parties = {"initiator": tenderer, "agency": agent, "authority": watcher, "centre": None}
    names = {role: party.value if party else "" for role, party in parties.items()}
    found = {contact.value.role: contact for contact in (*_twins(page, names), *_columns(page, names))}
    for role, span in (*_cell_spans(page), *_block_spans(page)):
        if role in found:
            continue
        person, phone, address = _details(page, *span)
        if person or phone:
            found[role] = page.fact(Contact(role, names[role], person, phone, address), *span)
    return tuple(found.values())


_CELLS = (
    ("initiator", re.compile(r"招标人联系(?:人及电话|方式)")),
    ("agency", re.compile(r"招标代理机构名称项目负责人及电话|招标代理机构?联系(?:人及电话|方式)")),
    ("centre", re.compile(r"公共资源交易中心联系方式")),
    ("authority", re.compile(r"(?:招投标)?监[管督](?:部门|机构)联系方式")),
)
_ROLE_LINE = (
    ("initiator", on_line(INITIATOR, _ORG)),
    ("agency", on_line(AGENCY, _ORG)),
    ("authority", on_line(AUTHORITY, _ORG)),
)
_PERSON = re.compile(
    r"联 {0,4}系 {0,4}人(?:及方式|及联系方式)? {0,3}:? {0,3}\|? *\n? *(?:[^ |\n:]{2,40}公司 {1,3})?"
    r"(?P<value>[一-鿿·]{2,6})"
)
_PHONE_LINE = re.compile(rf"(?:电 {{0,6}}话|联系方式|手机)[^0-9\n|]{{0,12}}\|?\s*{_PHONE}")
_ANY_PHONE = re.compile(r"(?P<phone>(?:0[0-9]{2,3}-?[0-9]{7,8}|1[0-9]{2}[0-9*]{8})(?:/1?[0-9*\-]{7,12})?)")
_ADDRESS = re.compile(r"(?:办公|通讯|单位)?地 {0,6}址 {0,3}:? {0,3}\|? *\n? *(?P<value>(?:(?! {2})[^|\n。;]){4,100})")


def _cell_spans(page: Page) -> list[tuple[str, tuple[int, int]]]:
    found: list[tuple[str, Cell | None]] = [(role, page.cell_after(pattern, LABEL_CELL)) for role, pattern in _CELLS]
    return [(role, (cell.start, cell.end)) for role, cell in found if cell]


def _twins(page: Page, names: dict[str, str]) -> list[Fact[Contact]]:
    """Two parties side by side in one table, the tenderer left: 联系人 | 甲 | 联系人 | 乙 | 电话 | … | 电话 | …."""
    cells = page.cells
    words = [cell.compact for cell in cells]
    for i in range(len(cells) - 7):
        if words[i : i + 7 : 2] == ["联系人", "联系人", "电话", "电话"]:
            addresses = words[i - 3 : i : 2] if i >= 4 and words[i - 4 : i : 2] == ["地址", "地址"] else ["", ""]
            return [
                page.fact(
                    Contact(role, names[role], words[i + at], words[i + at + 4], place),
                    cells[i + at].start,
                    cells[i + at + 4].end,
                )
                for role, at, place in (("initiator", 1, addresses[0]), ("agency", 3, addresses[1]))
            ]
    return []


def _columns(page: Page, names: dict[str, str]) -> list[Fact[Contact]]:
    """Two parties in two columns of plain text: 招标人：甲    招标代理机构：乙 and their details likewise below."""
    lines = {role: page.all(pattern) for role, pattern in _ROLE_LINE}
    for left in lines["initiator"]:
        for right in lines["agency"]:
            if left.end() <= right.start() and "\n" not in page.text[left.end() : right.start("value")]:
                stop = min(page.end, right.end() + 400)
                parts = [
                    list(pattern.finditer(page.text, right.end(), stop)) for pattern in (_PERSON, _PHONE_LINE, _ADDRESS)
                ]
                if len(parts[0]) >= 2 and len(parts[1]) >= 2:
                    return [
                        _column(page, role, names[role], at, parts) for at, role in enumerate(("initiator", "agency"))
                    ]
    return []


def _column(page: Page, role: str, name: str, at: int, parts: list[list[re.Match[str]]]) -> Fact[Contact]:
    """The party in column `at`, from the persons, phones and addresses in reading order."""
    persons, phones, places = parts
    person, phone = persons[at], phones[at]
    place = page.raw[places[at].start("value") : places[at].end("value")].strip() if len(places) > at else ""
    contact = Contact(role, name, person["value"], phone["phone"].strip(" ,、(/-"), place)
    return page.fact(contact, min(person.start(), phone.start()), max(person.end(), phone.end()))


def _block_spans(page: Page) -> list[tuple[str, tuple[int, int]]]:
    """From each party's line to the next party's, the last contact block winning over running text above it."""
    marks = sorted((match.start("value"), role) for role, pattern in _ROLE_LINE for match in page.all(pattern))
    stops = [start for start, _ in marks[1:]] + [page.end]
    spans = [
        (role, page.trim(start, min(stop, start + 300))) for (start, role), stop in zip(marks, stops, strict=False)
    ]
    return spans[::-1]


def _details(page: Page, start: int, end: int) -> tuple[str, str, str]:
    """Person, phone and address inside a span; "" where absent."""
    person = _PERSON.search(page.text, start, end)
    phone = _PHONE_LINE.search(page.text, start, end) or _ANY_PHONE.search(page.text, start, end)
    address = _ADDRESS.search(page.text, start, end)
    name = page.raw[person.start("value") : person.end("value")].strip() if person else ""
    number = page.raw[phone.start("phone") : phone.end("phone")].strip(" ,、(/-") if phone else ""
    place = page.raw[address.start("value") : address.end("value")].strip() if address else ""
    return re.sub(r"(?:联系)?(?:电话|方式).*$", "", name).strip(), number, re.split(r" {2,}|联系", place)[0]
