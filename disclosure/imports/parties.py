"""Names of organisations as notices and sites write them, cleaned and judged."""

import re

from trading.intake.page import level

_ORGANISATION = re.compile(
    r"(?:公司|集团|局|院|学|校|幼儿园|府|委|会|中心|厅|队|所|站|办|部|处|馆|社|厂|场|行|室|库|段|署|园|店|"
    r"协会|基金|台|办公室|大队|支队|法院|检察院|医院|卫生院|联合体|工作室|城|办事处|合作社|行政|本级|村|分院|户)"
    r"(?:\((?!盖章)[^()]{1,40}\))?$"
)
_JUNK = re.compile(r"^(?:\(?盖章\)?|/|-+|无|详见.*|某单位|\*+|名称|地址|单位名称)$")
_BLANKS = re.compile(r"\s+")


def clean(name: str) -> str:
    """The name as one line: blanks inside it gone where both neighbours are Chinese, punctuation at its ends gone."""
    text = name.replace("　", " ").strip().strip("。；;,，:：、|")
    text = re.sub(r"(?<=[一-鿿（）()、])\s+|\s+(?=[一-鿿（）()、])", "", text)
    text = _BLANKS.sub(" ", text).strip()
    return "" if _JUNK.match(level(text)) else text


def is_organisation(name: str) -> bool:
    """Whether the words read like an organisation's name rather than an address, a project or a number."""
    plain = level(clean(name))
    return 4 <= len(plain) <= 80 and bool(_ORGANISATION.search(plain)) and not re.search(r"[:;。|]|^\d", plain)


def distinct(names: list[str]) -> list[str]:
    """The names in order, each once, the empty ones gone."""
    return list(dict.fromkeys(name for name in names if name))
