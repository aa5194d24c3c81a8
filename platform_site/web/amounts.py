"""Money in the forms of law and of tables. Amounts are Decimal yuan with fen."""

from decimal import ROUND_HALF_UP, Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
SCALES = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
FEN = Decimal("0.01")


def split(amount: Decimal, unit: str = "元") -> tuple[str, str]:
    """The integer part with comma groups and the fraction with its point, in `unit`.

    Fen are exact in 元 and always shown; in 万元 and 亿元 two digits, dropped where they are zero.
    """
    scaled = (Decimal(amount) / SCALES[unit]).quantize(FEN, rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{scaled:,.2f}".partition(".")
    if unit != "元" and fraction == "00":
        return whole, ""
    return whole, f".{fraction}"


def _group(number: int) -> str:
    """A number below 10,000 in capitals, without leading 零."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return words


def capitals(amount: Decimal) -> str:
    """The amount as it binds: 人民币陆亿玖仟贰佰万元整 (票据法's capitals).

    Raises:
        ValueError: negative, or a fraction of a fen, or 10^16 yuan and more.
    """
    value = Decimal(amount)
    if value < 0 or value != value.quantize(FEN) or value >= Decimal(10) ** 16:
        raise ValueError(f"no capitals for {amount}")
    fen = int(value * 100)
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    words, gap = "", False
    for index in (3, 2, 1, 0):
        part = yuan // 10_000**index % 10_000
        if part:
            words += ("零" if words and (gap or part < 1000) else "") + _group(part) + GROUPS[index]
            gap = False
        else:
            gap = bool(words)
    # 万亿 and 亿 both ending in 亿: 壹万亿零伍亿 is read 壹万零伍亿
    head, mark, tail = words.partition("万亿")
    if mark and "亿" in tail:
        words = f"{head}万{tail}"
    words = f"{words}元" if yuan else ""
    if not jiao and not cent:
        return f"人民币{words or '零元'}整"
    if jiao:
        words += DIGITS[jiao] + "角"
    elif yuan:
        words += "零"
    return f"人民币{words}{DIGITS[cent] + '分' if cent else '整'}"
