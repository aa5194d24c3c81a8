"""The law's words of each book on papers: 中标人 here, 成交供应商 there, 竞得人 at a listing."""

from dataclasses import dataclass

from trading.intake.numerals import integer
from trading.kernel.procedure import Procedure


@dataclass(frozen=True, slots=True)
class PaperWords:
    """How a book names people, things and papers.

    Attributes:
        bidder, winner, bid, document, price …: 投标人, 中标人, 投标文件, 招标文件, 中标价 …
        ceiling: what the notice calls the most that may be asked.
        objection: 异议 or 质疑; doubt: one raised on the spot.
        award, result: headings of the two letters; "" where the book has none.
        opened, announced, failed, terminated: headings of notices.
        start_price, deposit: of a sale: 起始价, 竞买保证金.
        contract: what is signed, and `party`: what the contract calls the winner.
    """

    bidder: str
    winner: str
    bid: str
    document: str
    price: str
    deadline: str
    opening: str
    period: str
    ceiling: str
    objection: str
    doubt: str
    award: str
    result: str
    opened: str
    announced: str
    failed: str
    terminated: str
    contract: str
    party: str
    start_price: str = "起始价"
    deposit: str = "竞买保证金"


ENGINEERING = PaperWords(
    bidder="投标人",
    winner="中标人",
    bid="投标文件",
    document="招标文件",
    price="中标价",
    deadline="投标截止时间",
    opening="开标",
    period="工期",
    ceiling="最高投标限价",
    objection="异议",
    doubt="异议",
    award="中标通知书",
    result="中标结果通知书",
    opened="开标记录",
    announced="中标结果公告",
    failed="招标失败公告",
    terminated="终止招标公告",
    contract="合同公告",
    party="中标人",
)
PROCUREMENT = PaperWords(
    bidder="供应商",
    winner="成交供应商",
    bid="响应文件",
    document="采购文件",
    price="成交金额",
    deadline="响应文件提交截止时间",
    opening="开启",
    period="履行期限",
    ceiling="预算金额",
    objection="质疑",
    doubt="疑义",
    award="成交通知书",
    result="成交结果通知书",
    opened="响应文件开启记录",
    announced="成交结果公告",
    failed="采购活动终止公告",
    terminated="采购活动终止公告",
    contract="政府采购合同公告",
    party="供应商",
)
LISTING = PaperWords(
    bidder="竞买人",
    winner="竞得人",
    bid="报价",
    document="出让文件",
    price="成交价",
    deadline="挂牌截止时间",
    opening="报价",
    period="履行期限",
    ceiling="最高限价",
    objection="异议",
    doubt="异议",
    award="成交确认书",
    result="",
    opened="报价记录",
    announced="成交结果公告",
    failed="未成交公告",
    terminated="终止公告",
    contract="出让合同公告",
    party="受让人",
)
EQUITY = PaperWords(
    bidder="意向受让方",
    winner="受让方",
    bid="报价",
    document="转让文件",
    price="成交价格",
    deadline="信息披露期满",
    opening="报价",
    period="履行期限",
    ceiling="最高限价",
    objection="异议",
    doubt="异议",
    award="成交确认书",
    result="",
    opened="报价记录",
    announced="成交结果公告",
    failed="未成交公告",
    terminated="终止公告",
    contract="产权交易合同公告",
    party="受让方",
    start_price="转让底价",
    deposit="交易保证金",
)
WORDS = {"engineering": ENGINEERING, "procurement": PROCUREMENT, "land": LISTING, "mining": LISTING, "equity": EQUITY}


def words_of(procedure: Procedure) -> PaperWords:
    """The words of the procedure's book."""
    return WORDS[procedure.category]


@dataclass(frozen=True, slots=True)
class Said:
    """What the book calls things: 评标委员会, 评标, 评标报告 here; 询价小组, 评审, 评审报告 there."""

    committee: str
    evaluation: str
    report: str


def said_of(procedure: Procedure) -> Said:
    """The procedure's own words, read off the titles of its acts."""
    moves = procedure.transitions
    return Said(
        moves["form_committee"].title.removeprefix("组建"),
        moves["start_evaluation"].title.removeprefix("开始"),
        moves["submit_report"].title.removeprefix("提交"),
    )


# Laws whose full name begins with the state's.
STATE_LAWS = frozenset(
    {
        "招标投标法",
        "招标投标法实施条例",
        "政府采购法",
        "政府采购法实施条例",
        "拍卖法",
        "民法典",
        "电子签名法",
        "土地管理法",
        "土地管理法实施条例",
        "矿产资源法",
        "矿产资源法实施条例",
        "企业国有资产法",
        "城镇国有土地使用权出让和转让暂行条例",
    }
)


def basis(article: str) -> str:
    """The articles as a paper cites them, law by law: 《中华人民共和国招标投标法》第四十五条、第五十七条；《…》第五条.

    Args:
        article: as rules carry it, `招标投标法 第四十五条；招标投标法实施条例 第五十五条`.
    """
    cited: dict[str, list[str]] = {}
    for part in article.split("；"):
        law, _, articles = part.strip().partition(" ")
        found = cited.setdefault(law, [])
        found += [one for one in articles.split("、") if one and one not in found]
        found.sort(key=_number)
    return "；".join(f"{_named(law)}{'、'.join(articles)}" for law, articles in cited.items() if law)


def _number(article: str) -> int:
    """第四十五条 and 第三十四条至第三十六条 in the order of the law; what has no number comes last."""
    return integer(article.split("条")[0].removeprefix("第")) or 10_000


def _named(law: str) -> str:
    """《name》 with what stands in brackets behind it; a document known by its number alone has no such brackets."""
    name, bracket, rest = law.partition("（")
    if "〔" in name:
        return law
    return f"《{'中华人民共和国' if name in STATE_LAWS else ''}{name}》{bracket}{rest}"
