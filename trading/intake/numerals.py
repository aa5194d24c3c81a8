"""Chinese numerals in running text: 三, 十二, 二〇二六, 伍佰万."""

_DIGITS = {
    c: i
    for i, group in enumerate(["零〇○", "一壹", "二贰两貳", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"])
    for c in group
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "Ⅵ": 6, "Ⅶ": 7, "Ⅷ": 8, "Ⅸ": 9, "Ⅹ": 10}

NUMERAL = "零〇○一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟"


def integer(text: str) -> int | None:
    """The number that `text` (digits, Chinese or Roman numerals) writes; None when it writes none."""
    text = "".join(text.split())
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 18 else None
    if text in _ROMAN:
        return _ROMAN[text]
    if text and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 18 else None
    return _composed(text)


def _composed(text: str) -> int | None:
    """十二, 二十, 伍佰万, 一亿零三万: units multiply what stands before them."""
    total = section = digit = 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        elif c in _LARGE:
            part = section + digit
            total = (total + part or 1) * _LARGE[c] if _LARGE[c] > _LARGE["万"] else total + (part or 1) * _LARGE[c]
            section = digit = 0
        else:
            return None
    return total + section + digit if text else None
