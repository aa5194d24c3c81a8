"""The unified social credit code (统一社会信用代码, GB 32100-2015) and the organisation code inside it (GB 11714).

Self-registration is blocked by a wrong check digit; an imported record keeps its failing code and carries the flaw,
because real data holds such codes (rulebook §10.1). Plain Python.
"""

import unicodedata

from platform_site.accounts.refusals import Violation

LENGTH = 18
A31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
A36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_PART = "组织机构代码校验码"
WHOLE_CODE = "统一社会信用代码校验码"
GB_32100 = "GB 32100-2015 法人和其他组织统一社会信用代码编码规则"
GB_11714 = "GB 11714-1997 全国组织机构代码编制规则"


def normalise(text: str) -> str:
    """The code as it is stored: full-width digits and letters narrowed, capitals, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


# Full-width digits and letters as their plain selves; brackets and other marks stay Chinese.
_PLAIN = {ord(c) + 0xFEE0: c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}


def narrow(text: str) -> str:
    """Words as they are stored: full-width digits and letters narrowed, blanks single, the rest as typed."""
    return " ".join(text.translate(_PLAIN).split())


def certificate_number(text: str) -> str:
    """A certificate's number as it is stored and compared: `narrow`, without blanks, in capitals."""
    return "".join(narrow(text).split()).upper()


def check_character(first17: str) -> str:
    """The 18th character that belongs to the first seventeen."""
    total = sum(A31.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return A31[(31 - total % 31) % 31]


def organisation_check(first8: str) -> str:
    """The check digit of an organisation code (the code's 17th character) for its eight characters."""
    value = 11 - sum(A36.index(c) * w for c, w in zip(first8, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def violations(code: str) -> list[Violation]:
    """Everything wrong with a normalised code; empty means both check digits are right.

    The two digits are judged independently, so that the words can name the one that is wrong.
    """
    if len(code) != LENGTH:
        return [Violation("code.length", article=GB_32100, facts={"code": code, "length": len(code), "needs": LENGTH})]
    if strange := [(i + 1, c) for i, c in enumerate(code) if c not in A31]:
        position, character = strange[0]
        facts = {"code": code, "position": position, "character": character}
        return [Violation("code.alphabet", article=GB_32100, facts=facts)]
    found = []
    if (expected := organisation_check(code[8:16])) != code[16]:
        found.append(_wrong_digit(code, 17, expected, ORGANISATION_PART, GB_11714))
    if (expected := check_character(code[:17])) != code[17]:
        found.append(_wrong_digit(code, 18, expected, WHOLE_CODE, GB_32100))
    return found


def _wrong_digit(code: str, position: int, expected: str, part: str, article: str) -> Violation:
    facts = {
        "code": code,
        "position": position,
        "part": part,
        "character": code[position - 1],
        "expected": expected,
    }
    return Violation("code.check_digit", article=article, facts=facts)


def is_valid(code: str) -> bool:
    """Whether a normalised code has 18 characters of the alphabet and both check digits right."""
    return not violations(code)


def flaw(code: str) -> str:
    """What is wrong with an imported code, in one line for the record; "" where nothing is."""
    return "；".join(_sentence(v) for v in violations(code))


def _sentence(violation: Violation) -> str:
    facts = violation.facts
    if violation.code == "code.length":
        return f"应为{LENGTH}位，实为{facts['length']}位"
    if violation.code == "code.alphabet":
        return f"第{facts['position']}位“{facts['character']}”不在代码字符集内"
    return f"第{facts['position']}位（{facts['part']}）应为“{facts['expected']}”，实为“{facts['character']}”"


# The first two characters: registering department and type (from knowledge, rulebook §10.1).
TYPES = {
    "11": "机关",
    "12": "事业单位",
    "13": "群众团体",
    "31": "律师执业机构",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定机构",
    "35": "仲裁委员会",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "71": "宗教活动场所",
    "81": "基层工会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "N1": "组级集体经济组织",
    "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
    "Y1": "其他",
}


def type_name(code: str) -> str:
    """What kind of organisation the first two characters say; "" where they say nothing we know."""
    return TYPES.get(code[:2], "")
