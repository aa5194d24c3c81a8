"""投标保证金: how much, in which forms."""

import re
from decimal import Decimal

from trading.intake.facts import Doubt, Fact
from trading.intake.money import amount_after, yuan_words
from trading.intake.page import Page

FORMS = (  # the draft's word and the notice's words for it
    ("guarantee", re.compile(r"保函|保证保险|担保公司|担保机构|银行担保")),
    ("transfer", re.compile(r"转账|电汇|网银|汇款|网上支付|基本账户转出")),
    ("cheque", re.compile(r"支票|汇票|本票")),
    ("cash", re.compile(r"现金(?!流)")),
    ("commitment", re.compile(r"免缴投标保证金承诺|承诺函代替投标保证金|信用承诺")),
)
_REFUSED = re.compile(r"不(?:接受|予接受|认可|允许|得(?:采用|使用|以))[^。;,\n|]{0,20}")
_LABEL = re.compile(r"投标(?:保证金|担保)(?:的)?(?:金额|数额|缴纳金额|递交金额)?(?:\(人民币\))?")
_NONE = re.compile(
    r"(?:不收取|免收|免缴|免交|无需(?:缴纳|提交|递交)|不要求(?:缴纳|提交|递交)?|不需要?(?:缴纳|提交)?)"
    r"[^。;,\n|]{0,6}投标保证金(?!承诺)"
)


def bond(page: Page, doubts: list[Doubt]) -> Fact[Decimal] | None:
    """The bid bond in yuan; 0.00 where the notice says none is asked."""
    for match in page.all(_LABEL):
        amount = amount_after(page.text, match.end(), page.end)
        if not amount:
            continue
        quote = page.raw[match.start() : amount.end]
        if amount.yuan is None or amount.yuan <= 0:
            said = yuan_words(amount.yuan) if amount.yuan is not None else "没有单位的数"
            doubts.append(Doubt("bond_cny", f"投标保证金写为{said}，未采用", quote))
            continue
        return page.fact(amount.yuan, match.start(), amount.end)
    if none := page.find(_NONE):
        return page.fact(Decimal("0.00"), *none.span(), "stated", "公告写明不收取投标保证金")
    return None


def bond_forms(page: Page) -> Fact[tuple[str, ...]] | None:
    """In which forms the bond may be given: guarantee | transfer | cheque | cash | commitment."""
    for match in page.all(re.compile(r"投标(?:保证金|担保)")):
        left, right = page.clause(*match.span())
        words = page.text[max(left, match.start() - 40) : min(right, match.end() + 120)]
        accepted = _REFUSED.sub("", words)
        if found := tuple(name for name, pattern in FORMS if pattern.search(accepted)):
            return page.fact(found, max(left, match.start() - 40), min(right, match.end() + 120))
    return None
