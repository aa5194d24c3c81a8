"""The law's words of each book on papers: 中标人 here, 成交供应商 there, 竞得人 at a listing."""

from dataclasses import dataclass, replace

from trading.intake.numerals import integer
from trading.kernel.procedure import Procedure

TENDER_COMPLAINT = (
    "认为招标投标活动不符合法律、行政法规规定的，可以自知道或者应当知道之日起10日内向有关行政监督部门投诉。"
)


@dataclass(frozen=True, slots=True)
class PaperWords:
    """How a book names people, things and papers.

    Attributes:
        bidder, winner, bid, document, price …: 投标人, 中标人, 投标文件, 招标文件, 中标价 …
        ceiling: what the notice calls the most that may be asked.
        objection: 异议 or 质疑; doubt: one raised on the spot.
        award, result: headings of the two letters; "" where the book has none.
        opened, announced, failed, terminated: headings of notices.
        act, stopped, won: 招标, 招标, 中标; what is organised, what a termination ends, what the winner has done.
        term: the head of the days a bid offers; deposit: what a bidder secures its bid with; start_price: of a sale.
        notice: heading of the announcement; "" for the procedure's own title and 公告.
        fell_through: what a failure is called; "" where its reason says it. unasked: said of obtaining documents.
        scope, judged, effect, losers, doubts, complaint: sentences of the letters and of what one may do against them.
        contract: what is signed, and `party`: what the contract calls the winner.
        names: the rule under which the committee's names are published, and kept until then.
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
    act: str
    stopped: str
    won: str
    term: str
    deposit: str
    notice: str = ""
    fell_through: str = ""
    unasked: str = ""
    scope: str = ""
    judged: str = ""
    start_price: str = ""
    effect: str = ""
    losers: str = ""
    doubts: str = ""
    names: str = "EXP-07"
    complaint: str = TENDER_COMPLAINT


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
    act="招标",
    stopped="招标",
    won="中标",
    term="工期",
    deposit="投标保证金",
    notice="招标公告",
    fell_through="招标失败",
    unasked="，不需要报名",
    scope="中标范围",
    judged="经评标委员会评审和公示",
    effect="中标通知书发出后，招标人改变中标结果的，或者中标人放弃中标项目的，应当依法承担法律责任。",
    losers="投标保证金及银行同期存款利息，由招标人最迟在书面合同签订后5日内退还。",
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
    act="采购",
    stopped="采购活动",
    won="成交",
    term="期限",
    deposit="保证金",
    fell_through="采购活动终止",
    scope="采购内容",
    judged="经评审",
    effect="通知书发出后，采购人改变成交结果的，或者成交供应商放弃成交项目的，应当依法承担法律责任。",
    losers="已交纳保证金的，由采购人或者采购代理机构自成交通知书发出之日起5个工作日内退还。"
    "认为成交结果使自己的权益受到损害的，可以自收到本通知书之日起7个工作日内以书面形式提出质疑。",
    doubts="供应商认为采购文件、采购过程和成交结果使自己的权益受到损害的，可以在知道或者应知其权益受到损害之日起7个工作日内，"
    "以书面形式向采购人提出质疑。",
    complaint="对答复不满意的，可以在答复期满后15个工作日内向同级政府采购监督管理部门投诉。",
    names="GP-33",
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
    act="交易",
    stopped="交易",
    won="成交",
    term="期限",
    deposit="竞买保证金",
    start_price="起始价",
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
    act="交易",
    stopped="交易",
    won="成交",
    term="期限",
    deposit="交易保证金",
    start_price="转让底价",
)
CATALOGUED = replace(LISTING, document="交易文件", winner="受让方", contract="交易合同公告", party="受让方")
# 公开招标 under 87号令: who is chosen has won a tender, 中标, and did not strike a bargain, 成交.
PURCHASE_TENDERED = replace(
    PROCUREMENT,
    bidder="投标人",
    winner="中标人",
    bid="投标文件",
    document="招标文件",
    price="中标金额",
    deadline="投标截止时间",
    opening="开标",
    award="中标通知书",
    result="中标结果通知书",
    opened="开标记录",
    announced="中标结果公告",
    failed="废标公告",
    won="中标",
    deposit="投标保证金",
    fell_through="废标",
    judged="经评标委员会评审",
    effect="中标通知书发出后，采购人改变中标结果的，或者中标人放弃中标项目的，应当依法承担法律责任。",
    losers=PROCUREMENT.losers.replace("成交", "中标"),
    doubts=PROCUREMENT.doubts.replace("成交", "中标"),
)
WORDS = {
    "engineering": ENGINEERING,
    "procurement": PROCUREMENT,
    "procurement.open": PURCHASE_TENDERED,
    "land": LISTING,
    "mining": LISTING,
    "equity": EQUITY,
    "catalogued": CATALOGUED,
}


def words_of(procedure: Procedure) -> PaperWords:
    """The words of the procedure's book, or its own where one book has two ways to speak."""
    return WORDS.get(procedure.id) or WORDS[procedure.category]


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


def group_of(procedure: Procedure) -> str:
    """Who judges the bids: 评标委员会, 询价小组; "" where nobody does."""
    return said_of(procedure).committee if "form_committee" in procedure.transitions else ""


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
