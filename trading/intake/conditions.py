"""Words in a notice that often mean an unlawful condition. A hit is shown with the quoted words; a person decides."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from platform_site.rules import Rule
from trading.intake.facts import Breach, Fact
from trading.intake.money import AMOUNT, amount_after, yuan_words
from trading.intake.page import Page

QUOTE = 140  # characters of a quotation: enough to judge, short enough to read

_HOME = r"(?:本|我|该)(?:省|市|县|区|地)|项目所在地|工程所在地|(?:省|市|县|区)内"


@dataclass(frozen=True, slots=True)
class Check:
    """One pattern and the sentence it raises."""

    rule_id: str
    pattern: re.Pattern[str]
    sentence: str
    effect: str = "warn"
    unless: re.Pattern[str] | None = None


CHECKS = (
    Check(
        "PLT-03",
        re.compile(
            r"(?:外省|省外|外埠|外地|市外|外市|区外|进赣|入赣|非本[省市县])[^。;\n|]{0,120}?(?:登记|"
            r"备案|注册手续|入库|报备|单项登记)"
        ),
        "公告要求外地企业办理进入本地的登记或者备案",
    ),
    Check(
        "PLT-03",
        re.compile(
            rf"(?:在)?(?:{_HOME})[^。;,\n|]{{0,16}}(?:设有|设立|具有|成立)[^。;,\n|]{{0,16}}(?:分公司|"
            rf"分支机构|办事处|子公司|独立法人)|注册地(?:址)?(?:须|应|必须)?在(?:{_HOME})"
        ),
        "公告要求在本地注册或者设立机构",
    ),
    Check(
        "ENG-20",
        re.compile(rf"(?:{_HOME}|本行政区域)[^。;,\n|]{{0,24}}?(?:业绩|奖项|获奖|荣誉|诚信等级|信用等级)"),
        "公告以特定行政区域的业绩、奖项或者评价作为条件",
        unless=re.compile(r"行贿|处罚|通报|失信|不良"),
    ),
    Check(
        "ENG-20",
        re.compile(
            r"(?:鲁班奖|国家优质工程|杜鹃花奖|优良工程奖|[一-鿿]{1,6}杯)[^。;\n|]{0,20}(?:加|得|计)"
            r" {0,2}[0-9.]{0,4} {0,2}分"
        ),
        "公告以奖项作为加分条件",
    ),
    Check(
        "ENG-20",
        re.compile(
            r"(?:指定|限定|必须(?:采用|使用|选用)|须(?:采用|使用|选用)|应(?:采用|选用))[^。;,\n|"
            r"]{0,12}(?:品牌|商标|专利|生产厂家|原产地|供应商)"
        ),
        "公告限定品牌、专利、产地或者供应商",
        unless=re.compile(r"不得|不限|推荐|同等|相当于"),
    ),
    Check(
        "ENG-20",
        re.compile(r"[^。;,\n|]{0,40}(?:唯一|独家|排他)[^。;,\n|]{0,6}授权"),
        "公告要求制造商对本项目的唯一授权，参加人数由制造商决定",
    ),
    Check(
        "ENG-20",
        re.compile(
            r"注册资[本金][^。;,\n|]{0,14}(?:不(?:低|少|小)于|≥|>=|[0-9]万元?(?:及)?以上)|成立(?:时间)?"
            r"[^。;,\n|]{0,8}(?:满|不少于|以上)[^。;,\n|]{0,4}年|"
            r"(?:从业人员|资产总额|营业收入|年营业额|利润|纳税)[^。;,\n|]{0,14}(?:不(?:低|少|小)于|≥|>=|以上)"
        ),
        "公告以注册资本、成立年限或者企业规模作为条件",
    ),
    Check(
        "ENG-20",
        re.compile(
            r"(?:国有企业|国企|央企|民营企业|私营企业|外资企业|事业单位)[^。;,\n|]{0,10}(?:优先|加分|"
            r"除外|不得参加|方可|不接受)"
        ),
        "公告限定所有制或者组织形式",
    ),
    Check(
        "ENG-20",
        re.compile(
            r"法定代表人(?:必须|须|应当?)(?:亲自|本人)?[^。;,\n|]{0,6}(?:到场|到达现场|到现场|参加开标|出席开标)"
        ),
        "公告要求法定代表人到场，与履约能力无关",
    ),
    Check(
        "ELE-01",
        re.compile(
            r"(?:网上|网络|现场|免费)报名[^。;\n|]{0,30}|报名(?:并|、|后方?可|成功后)[^。;\n|"
            r"]{0,8}(?:下载|获取|购买)[^。;\n|]{0,20}|报名(?:费|时(?:须|应|需)(?:携带|提供|提交))[^。"
            r";\n|]{0,40}"
        ),
        "公告把报名作为获取招标文件的前提",
        unless=re.compile(r"不接受联合体报名|截止时间"),
    ),
    Check(
        "ELE-01",
        re.compile(
            r"(?:报名|下载标书|下载招标文件|获取招标文件)[^。;\n|]{0,12}之?前[^。;\n|]{0,120}(?:添加|"
            r"公示|审核|备案)[^。;\n|]{0,80}"
        ),
        "公告在下载招标文件之前另设手续",
    ),
    Check(
        "ENG-16",
        re.compile(
            r"[^。;\n|]{0,40}投标保证金[^。;\n|]{0,60}(?:仅(?:限|接受|能|可)?|只(?:能|接受|限)?|必须)"
            r"(?:以|用|采用|通过)?[^。;\n|]{0,10}(?:现金|转账|电汇|支票|银行汇款)[^。;\n|]{0,40}|"
            r"投标保证金[^。;\n|]{0,60}不(?:接受|予接受|认可|允许)[^。;\n|]{0,10}(?:保函|保险|担保)"
        ),
        "公告限定投标保证金只能以现金、转账方式提交，不接受保函",
        effect="block",
        unless=re.compile(r"或[^。;\n|]{0,10}(?:保函|保险)|(?:保函|保险)或"),
    ),
    Check(
        "ENG-45",
        re.compile(r"(?:投诉|异议)[^。;\n|]{0,80}投标保证金[^。;\n|]{0,8}(?:暂不退还|不予退还|不退|延期退还|没收)"),
        "公告把投诉与扣留投标保证金联系起来，退还期限不以投诉为条件",
    ),
    Check(
        "ENG-17",
        re.compile(
            r"最低投标限价|投标最低限价|最低限价|(?:投标)?报价下限|不得低于(?:最高投标)?(?:限价|"
            r"控制价)的? {0,2}[0-9.]{1,5} {0,2}%"
        ),
        "公告规定了最低投标限价",
        effect="block",
        unless=re.compile(r"不(?:设|设置|规定)"),
    ),
    Check(
        "ENG-21",
        re.compile(
            r"(?:组织|统一|集中)[^。;,\n|]{0,8}(?:现场)?踏勘[^。;\n|]{0,30}(?:签到|签名)|未(?:参加|"
            r"按时参加)[^。;,\n|]{0,6}踏勘[^。;\n|]{0,20}(?:拒绝|无效|不得|不予)"
        ),
        "公告集中踏勘并且登记到场单位，会泄露潜在投标人名单",
    ),
)
_PERFORMANCE = re.compile(
    r"(?:合同金额|合同价|工程造价|造价|合同额|金额)(?:在|为|的)? {0,2}(?:≥|>=|不少于|不小于|不低于|"
    r"达到|大于(?:等于)?|为|在)? {0,2}"
)
_BOND_RATE = re.compile(r"履约(?:保证金|担保)[^。;\n|%]{0,40}?(?P<rate>[0-9]{1,3}(?:\.[0-9]{1,3})?) {0,2}%")


def breaches(page: Page, rule: Callable[[str], Rule], base: Fact[Decimal] | None) -> Iterator[Breach]:
    """What the wording breaks or seems to break.

    Args:
        base: the ceiling or the estimate; a demanded performance above it does not fit the project.
    """
    for check in CHECKS:
        hits = [m for m in page.all(check.pattern) if not (check.unless and check.unless.search(_around(page, m)))]
        if hits:
            more = f"（共{len(hits)}处）" if len(hits) > 1 else ""
            yield Breach(
                check.rule_id,
                rule(check.rule_id).article,
                check.effect,
                f"{check.sentence}{more}",
                _quote(page, hits[0]),
            )
    if base is not None:
        yield from _oversized(page, rule("ENG-20"), base.value)
    share = rule("ENG-46")["share"].amount
    for match in page.all(_BOND_RATE):
        if Decimal(match["rate"]) / 100 > Decimal(str(share)):
            sentence = f"公告要求履约保证金{match['rate']}%，上限为中标合同金额的{Decimal(str(share)) * 100:f}%"
            yield Breach("ENG-46", rule("ENG-46").article, "block", sentence.replace(".00%", "%"), _quote(page, match))
            break


def _oversized(page: Page, rule: Rule, base: Decimal) -> Iterator[Breach]:
    """Past performance demanded above the value of what is tendered."""
    for match in page.all(_PERFORMANCE):
        left, right = page.clause(*match.span())
        clause = page.text[left:right]
        if "业绩" not in clause or not AMOUNT.match(page.text, match.end(), right):
            continue
        amount = amount_after(page.text, match.end(), right)
        if amount and amount.yuan is not None and amount.yuan > base:
            sentence = f"公告要求的业绩{yuan_words(amount.yuan)}高于本次招标的{yuan_words(base)}，与项目不相适应"
            yield Breach(rule.id, rule.article, "warn", sentence, page.raw[left : min(right, left + QUOTE)].strip())
            return


def _around(page: Page, match: re.Match[str]) -> str:
    left, right = page.clause(*match.span())
    return page.text[left:right]


def _quote(page: Page, match: re.Match[str]) -> str:
    start, end = page.trim(match.start(), max(match.end(), page.clause(*match.span())[1]))
    return page.raw[start:end][:QUOTE]
