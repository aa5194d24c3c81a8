"""A notice's text as lines of labels and values, however the site broke it: `label：value`, a label over its value,
a small table whose cells stand one under the other."""

import re
from dataclasses import dataclass

from trading.intake.page import level

_NUMBERING = r"(?:[(]?[0-9一二三四五六七八九十]{1,3}[)]?\s*[、.]?\s*)?"
# What a column of a results table is called.
_HEADER = re.compile(
    r"(?:序号|标项名称|标段名称|包[号名]称?|包名称|包号|标段|(?:中标|成交|入围)?\(?(?:成交|中标)?\)?(?:供应商|候选人|人|单位)(?:的)?"
    r"(?:名称|地址|统一社会信用代码)?|统一(?:社会)?信用代码|"
    r"(?:包|合同包)?(?:预算|最高限价|控制价)(?:金额)?(?:\([^()]*\))?|"
    r"(?:总?(?:中标|成交)(?:\(?(?:成交|中标)\)?)?)?(?:金额|价格?|总价|报价)(?:\([^()]*\))?|投标报价(?:\([^()]*\))?|"
    r"评审[一-鿿]{1,4}|评分结果|综合得分|得分|备注|中标成交备注信息|排序|名称|工期|质量|最高限价(?:\([^()]*\))?)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the label it stands under."""

    label: str
    value: str


class Sheet:
    """The lines of a text, levelled, blanks gone, broken words put together again."""

    def __init__(self, text: str) -> None:
        # Several labels on one line (项目编号：… 交易价格：…) are several lines.
        parted = re.sub(r"[ \t]+(?=[一-鿿()]{2,10}:)", "\n", level(text))
        rough = [re.sub(r"\s+", "", line) for line in parted.split("\n")]
        self.lines = _joined([line for line in rough if line])

    def after(self, label: str, *, start: int = 0, end: int | None = None) -> Found | None:
        """What stands behind the first `label` (a pattern) that begins a line: on the line, else on the next one."""
        for found in self.all_after(label, start=start, end=end):
            return found
        return None

    def all_after(self, label: str, *, start: int = 0, end: int | None = None) -> list[Found]:
        """Every value behind `label`; a label with nothing but another label under it has none."""
        pattern = re.compile(rf"{_NUMBERING}(?P<label>{label})(?P<unit>\([^()]{{1,20}}\))?(?:为|:|$)(?P<value>.*)")
        found = []
        for at in range(start, len(self.lines) if end is None else end):
            match = pattern.fullmatch(self.lines[at])
            if not match:
                continue
            value = match["value"].lstrip(":")
            if not value and at + 1 < len(self.lines) and not self.is_label(at + 1):
                value = self.lines[at + 1]
            if value:
                found.append(Found(match["label"] + (match["unit"] or ""), value))
        return found

    def is_label(self, at: int) -> bool:
        """Whether the line is a label of its own rather than a value."""
        line = self.lines[at]
        return bool(line.endswith(":") or _HEADER.fullmatch(line) or re.match(r"[一二三四五六七八九十]{1,3}、", line))

    def where(self, pattern: str, start: int = 0) -> int:
        """The first line that the pattern is found in; -1 where none is."""
        for at in range(start, len(self.lines)):
            if re.search(pattern, self.lines[at]):
                return at
        return -1

    def tables(self, start: int, end: int) -> list[tuple[list[str], list[list[str]]]]:
        """Tables whose cells stand one under the other: (headers, rows). Two headers in a row begin one."""
        found: list[tuple[list[str], list[list[str]]]] = []
        at = start
        while at < end:
            stop = at
            while stop < end and _HEADER.fullmatch(self.lines[stop]):
                stop += 1
            width = stop - at
            if width < 2:
                at = stop + 1
                continue
            headers, cursor = self.lines[at:stop], stop
            rows: list[list[str]] = []
            while cursor + width <= end:
                row = self.lines[cursor : cursor + width]
                if any(re.match(r"[一二三四五六七八九十]{1,3}、", cell) or cell.endswith(":") for cell in row):
                    break
                if rows and _kind(row) != _kind(rows[0]):
                    break
                rows.append(row)
                cursor += width
            found.append((headers, rows))
            at = max(cursor, stop)
        return found


def _kind(row: list[str]) -> list[bool]:
    """Which cells begin with a digit: rows of one table look alike."""
    return [bool(re.match(r"[0-9]", cell)) for cell in row]


def _joined(lines: list[str]) -> list[str]:
    """A line that begins with a colon, a unit or a comma belongs to the line before; so does what follows a number."""
    found: list[str] = []
    for line in lines:
        before = found[-1] if found else ""
        if found and (
            re.match(r"[:,;。)、.]|信息$", line)
            or (
                re.fullmatch(r"[-0-9,.:]*[0-9][0-9,.]*", before.rsplit(":", 1)[-1] or "x")
                and re.match(r"(?:万?元|日|年|月|亿元)", line)
            )
            or (re.search(r"[0-9]年$|[0-9]月$", before) and re.match(r"[0-9]{1,2}(?:月|日|$)", line))
        ):
            found[-1] = before + line
        else:
            found.append(line)
    return found
