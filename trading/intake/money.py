"""Amounts as notices write them, in yuan with fen."""

import re
from dataclasses import dataclass
from decimal import Decimal

from trading.intake.numerals import NUMERAL, integer

FEN = Decimal("0.01")
LARGEST = Decimal(10) ** 13  # ten trillion yuan: beyond it a slip, and beyond the columns of any database
UNITS = {
    "元": Decimal(1),
    "圆": Decimal(1),
    "万元": Decimal(10**4),
    "万": Decimal(10**4),
    "百万元": Decimal(10**6),
    "亿元": Decimal(10**8),
    "亿": Decimal(10**8),
}

_NUMBER = r"(?P<sign>-\s?)?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?P<point>\.[0-9]{1,8})?"
_UNIT = r"(?P<unit>百万元|万元|亿元|元|圆|[亿万](?![一-鿿A-Za-z㎡³²]|\s?[吨平立]))"
# Words that may stand between a label and its amount without changing what the amount is.
_FILL = (
    r"(?:\s|[:|\"¥￥]|RMB|CNY|人民币|\((?:单位:?)?(?P<label_unit>万元|亿元|元)\)|\([^()|\n。;0-9]{0,40}\)"
    r"|为|是|约|计|共|总价|总额|总费用|费用|费|金额|数额|合计|总计|暂定|暂估|不?含税|大写|小写|设定|"
    r"设|核定|价格|价|额|投资|"
    rf"[{NUMERAL}万亿]+(?:元|圆)[整正]?(?=\s?\())"
)
_WHOLE = r"(?![0-9]|[,.][0-9]|\s?[-~至%‰])"  # not the beginning of a longer number, a range or a percentage
AMOUNT = re.compile(
    rf"{_FILL}{{0,12}}(?<![0-9.]){_NUMBER}{_WHOLE}(?:\s{{0,2}}{_UNIT}(?!\s?/|\s?每)|"
    rf"(?!\s{{0,2}}[百万亿元圆个年月日天]))"
)
HAN_AMOUNT = re.compile(
    rf"{_FILL}{{0,12}}(?P<han>[{NUMERAL}万亿]{{1,20}})[元圆](?:[整正]|(?P<jiao>[{NUMERAL}])角)?"
    rf"(?:(?P<fen>[{NUMERAL}])分)?"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount at [start, end) of the text.

    Attributes:
        yuan: Decimal with fen; may be zero or negative as written. None when no unit is given or it is absurdly large.
        exact: False when the notice writes fractions of a fen that had to be rounded.
        approximate: the notice says 约.
    """

    yuan: Decimal | None
    start: int
    end: int
    exact: bool
    approximate: bool


def amount_after(text: str, at: int, end: int) -> Amount | None:
    """The amount that directly follows position `at` (a label's end), nothing but filler words between."""
    if match := AMOUNT.match(text, at, end):
        signed = "元" if re.search(r"[¥￥]", text[at : match.start("whole")]) else None
        unit = match["unit"] or match["label_unit"] or signed
        written = Decimal(match["whole"].replace(",", "") + (match["point"] or ""))
        yuan = written * UNITS[unit] if unit else None
        if yuan is not None and match["sign"]:
            yuan = -yuan
        return _amount(yuan, match.start("sign") if match["sign"] else match.start("whole"), match)
    if match := HAN_AMOUNT.match(text, at, end):
        whole = integer(match["han"])
        if whole is not None:
            parts = [integer(match[name] or "零") or 0 for name in ("jiao", "fen")]
            return _amount(Decimal(whole) + Decimal(parts[0]) / 10 + Decimal(parts[1]) / 100, match.start("han"), match)
    return None


def _amount(yuan: Decimal | None, start: int, match: re.Match[str]) -> Amount:
    if yuan is not None and abs(yuan) > LARGEST:
        yuan = None
    rounded = yuan.quantize(FEN) if yuan is not None else None
    return Amount(rounded, start, match.end(), rounded == yuan, "约" in match.string[match.start() : start])


def yuan_words(amount: Decimal) -> str:
    """`amount` with thousands separators: 800,000.00元."""
    return f"{amount:,.2f}元"
