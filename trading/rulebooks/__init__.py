"""The books: dated law by category. A lot keeps the edition it was announced under."""

from datetime import date

from trading.kernel.procedure import Book, Procedure
from trading.rulebooks import catalogued, engineering, equity, land, mining, planning, procurement

EDITIONS: tuple[Book, ...] = (
    engineering.BOOK, procurement.BOOK, land.BOOK, mining.BOOK, equity.BOOK, catalogued.BOOK,
)  # fmt: skip
PROCEDURES: dict[str, Procedure] = {p.id: p for book in EDITIONS for p in book.procedures.values()}
# What is announced before there is a lot. No lot goes by it, so no form offers it and no page lists it as a procedure.
PLANS: dict[str, Procedure] = {planning.PLAN.id: planning.PLAN}

# Numbers of rules that are in force here but count only in procedures or steps no book holds yet. Said plainly, because
# a number that nothing asks would otherwise look enforced.
UNBOUND: dict[str, dict[str, str]] = {
    "ENG-06": {
        "media_after_check": "指定媒介的核验流程尚未接入",
        "check": "指定媒介的核验流程尚未接入",
    },
    "ENG-11": {"prequalification": "资格预审程序尚未装入"},
    "ENG-12": {"prequalification": "资格预审程序尚未装入"},
    "GP-06": {"notice": "公告期限尚未装入"},
    "GP-11": {"losers": "政府采购保证金的退还尚未装入", "winner": "政府采购保证金的退还尚未装入"},
    "GP-14": {"large_members": "达到公开招标数额的询价尚未装入"},
    "GP-29": {"exception": "两家供应商的例外情形不适用于询价，在竞争性磋商中尚未装入"},
    "GP-32": {"report": "评审报告送交采购人的期限尚未装入"},
    "GP-33": {
        "days": "确定成交的同时公告结果并发出通知书，没有可以迟延的间隔",
        "notice": "结果公告的期限尚未装入",
    },
    "GP-34": {"publish": "合同公告期限尚未装入", "file": "合同备案尚未装入"},
    "MIN-06": {"start": "成交确认书签订的同时公示结果，没有可以迟延的间隔"},
    "MIN-07": dict.fromkeys(("exploration", "renewals", "mining"), "矿业权登记在自然资源部门，本平台不办理"),
    "SOE-01": {"bidders": "与 SOE-13 的 bidding 是同一个数，由它执行"},
    "SOE-16": {"first": "分期付款尚未装入", "years": "分期付款尚未装入"},
    "CRE-06": {
        "record": "违法行为记录公告由发布部门的系统公告，本平台尚未装入",
        "record_kept": "违法行为记录公告期限尚未装入",
    },
}


def book_for(procedure_id: str, *, on: date) -> Book:
    """The edition of the procedure's book in force on `on`.

    Raises:
        LookupError: no edition of that category holds the procedure on that day.
    """
    found = [b for b in EDITIONS if procedure_id in b.procedures and b.edition <= on]
    if not found:
        raise LookupError(f"no book holds {procedure_id} on {on}")
    return max(found, key=lambda b: b.edition)
