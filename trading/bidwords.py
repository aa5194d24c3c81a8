"""The law's words of each book for what a bidder handles: 投标文件 here, 响应文件 there. One place for pages."""

from dataclasses import dataclass, replace

from trading.kernel.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Words:
    """How a book names things.

    Attributes:
        bidder, bid, document, offer: 投标人, 投标文件, 招标文件, 投标报价.
        filing: the act (递交投标文件); deadline: until when (投标截止时间).
        opening: the room (开标); roll: its list of who filed (投标人名册).
        period: what `period_days` of an offer means; manager: whom it names, and whether it must.
        ceiling: what the notice calls the most that may be asked.
        secrecy: the rule that keeps who takes part secret until the opening; "" where the register has none.
    """

    bidder: str
    bid: str
    document: str
    offer: str
    filing: str
    deadline: str
    opening: str
    roll: str
    period: str
    manager: str
    manager_needed: bool
    ceiling: str
    secrecy: str = ""


WORDS = {
    "engineering": Words(
        bidder="投标人",
        bid="投标文件",
        document="招标文件",
        offer="投标报价",
        filing="递交投标文件",
        deadline="投标截止时间",
        opening="开标",
        roll="投标人名册",
        period="工期",
        manager="项目经理",
        manager_needed=True,
        ceiling="最高限价",
        secrecy="ENG-21",
    ),
    "procurement": Words(
        bidder="供应商",
        bid="响应文件",
        document="询价通知书",
        offer="报价",
        filing="提交响应文件",
        deadline="响应截止时间",
        opening="开启",
        roll="供应商名册",
        period="交货期",
        manager="项目负责人",
        manager_needed=False,
        ceiling="预算金额",
    ),
}
# 公开招标 of the procurement law tenders as engineering does (87号令): 投标人, 投标文件, 开标.
WORDS["procurement.open"] = replace(
    WORDS["engineering"], period="交货期", manager="项目负责人", manager_needed=False, ceiling="预算金额", secrecy=""
)


def words_of(procedure: Procedure) -> Words:
    """The words of the procedure's book; what is bid on is called as the procedure's own act of obtaining it says."""
    said = WORDS.get(procedure.id) or WORDS[procedure.category]
    move = procedure.transitions.get("obtain_documents")
    return replace(said, document=move.title.removeprefix("获取")) if move else said


# What an envelope came to (sealing) -> the law's word and who did it.
OUTCOMES = {"opened": "已开标", "revoked": "视为撤销", "withdrawn": "视为撤回", "left": "退出磋商"}
OPENED_BY = {"bidder": "本人解密", "trustees": "受托人代为解密"}
