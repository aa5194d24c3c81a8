"""The public trade page: public facts and the present moment, composed for the template."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from disclosure import categories, strip
from disclosure.afterwards import owed
from disclosure.listwords import TRADE_WORDS
from disclosure.models import PublicDraw, PublicPaper, PublicTrade
from disclosure.rulepages import who
from disclosure.tradefacts import METHODS, Lot, PublicLot
from platform_site.ledger import selectors as record
from platform_site.rules import ALL
from trading import paperwords
from trading.kernel import catalogue
from trading.kernel.procedure import Facts, Procedure, moment
from trading.rulebooks.vocabulary import BOND_FORMS

EVIDENCE_ROWS = 8
# Entries whose event no act of the book names.
EVENTS = {
    "lot.registered": "进场登记",
    "lot.key_set_assigned": "确定受托人和密钥",
    "lot.keyset_countersigned": "受托人会签密钥",
    "lot.key_set_proposed": "约定接替的受托人",
    "lot.final_key_set_assigned": "确定最后报价的密钥",
    "lot.bids_handed_over": "响应文件交磋商小组",
    "lot.key_released": "受托人交出密钥",
    "session.booked": "安排场地和时间",
    "session.moved": "调整场地和时间",
    "session.waiting": "等待安排场地",
    "session.freed": "退回场地",
    "notice.handed_over": "公告送达指定媒介",
    "notice.acknowledged": "指定媒介确认发布",
    "notice.not_acknowledged": "指定媒介逾期未发布",
    "lot.bids_rejected": "否决投标",
    "lot.bids_returned": "退回投标文件",
    "lot.notice_recalled": "撤回待发布的公告",
    "hold.placed": "暂停交易活动",
    "hold.released": "恢复交易活动",
    "opening.objection_raised": "当场提出异议",
    "opening.objection_answered": "当场答复异议",
    "committee.formed": "组建评审委员会",
    "report.drafted": "形成评审报告",
    "report.signed": "签署评审报告",
    "report.submitted": "提交评审报告",
    "candidates.published": "公示候选人",
    "contract.signed": "订立合同",
    "order.issued": "监督部门发出指令",
    "order.lifted": "监督部门解除指令",
    "bonds.return_ordered": "下达退还投标保证金的指令",
    "bonds.refunded": "投标保证金已全部退还",
    "draw.opened": "公布抽取名单",
    "draw.nonce_committed": "一方提交随机数的承诺",
    "draw.nonces_committed": "双方承诺齐备",
    "draw.nonce_revealed": "一方公开随机数",
    "draw.nonces_revealed": "公布随机数",
    "draw.drawn": "抽取评审专家",
    "draw.extended": "补充抽取评审专家",
    "draw.replaced": "递补评审专家",
    "draw.key_released": "受托人交出随机数密钥",
    "draw.names_unsealed": "公开评审专家名单",
    "invitation.accepted": "受邀专家确认参加",
    "evaluation.time_asked": "委员会成员要求延长评审时间",
    "evaluation.time_extended": "延长评审时间",
    "listing.started": "挂牌开始",
    "listing.round_started": "进入限时竞价",
    "listing.closed": "竞价结束",
    "listing.replanned": "服务中断，暂停竞价并重新安排时间",
    "lot.unsold": "未成交",
    "disclosure.ended": "信息披露期满",
    "deal.settled": "结算价款，出具交易凭证",
    "sealed.revealed": "公开已到时间的封存记录",
}


def compose(trade: PublicTrade, now: datetime) -> dict[str, Any]:
    """The template's context. Five queries: papers, lots beside it, draws made for it, and two of the record."""
    public, papers = trade.public, list(trade.papers.filter(letter=False))
    lot = public.lot
    siblings, successor = around(trade)
    book, procedure = lot.book, lot.procedure
    facts = Facts(lot.state, now, lot.recorded, {}, public.held)
    nexts, due = strip.ahead(book, procedure, facts, agency=lot.tender.agency is not None)
    category = lot.category
    context = {
        "public": public,
        "lot": lot,
        "tender": lot.tender,
        "procedure": procedure,
        "category": categories.name_of(category),
        "state_name": procedure.states[lot.state],
        "words": words_of(procedure),
        "on_paper": paperwords.words_of(procedure),
        "group": paperwords.group_of(procedure),
        "stages": strip.stages(book, procedure, facts),
        "next": nexts,
        "due": due,
        "overview": overview(lot, public.factor.factors if public.factor else ()),
        "dates": key_dates(lot, facts),
        "bond": bond(lot),
        "notices": chain(lot, papers),
        "sealing_tool": next((n.content["sealing_tool"] for n in papers if n.content.get("sealing_tool")), ""),
        "posts": public.posts,
        "files": files(public),
        "bids": bids(public),
        "candidates": candidates(public),
        "parts": [part for part in lot.terms.get("criteria") or [] if part.get("points")],
        "afterwards": owed(book),
        "challenges": public.challenges,
        "links": [
            (title, page_of(other.reference), other)
            for title, other in (("重新招标自", public.former), ("已重新招标", successor))
            if other is not None
        ],
        "siblings": [(one, page_of(one.reference), one.state_name) for one in siblings],
        "draws": list(PublicDraw.objects.filter(lot=lot.reference).defer("certificate").order_by("drawn_at")),
        "evidence": evidence(lot),
        "verify_url": page_or_nothing("ledger:verify-script"),
        "crumbs": [
            ("首页", "/"),
            (categories.name_of(category), f"{reverse('disclosure:trades')}?category={category}"),
            (lot.tender.region_name or lot.tender.region_code, ""),
        ],
    }
    context["sections"] = sections(context)
    return context


def page_or_nothing(name: str, *args: Any) -> str:
    """The address, or "" where this process does not serve it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def around(trade: PublicTrade) -> tuple[list[PublicTrade], PublicTrade | None]:
    """The other announced lots of the project, and the lot that tenders this one anew. One query."""
    beside = PublicTrade.objects.filter(Q(tender=trade.tender) | Q(former=trade.reference)).exclude(pk=trade.pk)
    found = list(beside.defer("facts").order_by("number"))
    successor = next((one for one in found if one.former == trade.reference), None)
    return [one for one in found if one.tender == trade.tender], successor


def page_of(reference: str) -> str:
    """Where the public page of the lot with this reference stands."""
    tender, _, number = reference.rpartition("/")
    return reverse("disclosure:trade", args=[tender, int(number)])


def trade_url(lot: Lot) -> str:
    """Where the lot's public page stands."""
    return page_of(lot.reference)


def notice_url(lot: Lot, notice_id: UUID) -> str:
    """Where the notice's page stands."""
    return reverse("disclosure:notice", args=[lot.tender.reference, lot.number, notice_id])


def words_of(procedure: Procedure) -> dict[str, str]:
    """The procedure's own words, or its book's: 投标人 or 供应商, 开标 or 开启, 异议 or 质疑."""
    words = TRADE_WORDS.get(procedure.id) or TRADE_WORDS[procedure.category]
    return {**words, "notice": words["notice"] or f"{procedure.title}公告"}


def overview(lot: Lot, drawn: Sequence[str] = ()) -> list[tuple[str, Any, str]]:
    """(name, value, form) of what the lot is; form: text | mono | money | subject | plan.

    Args:
        drawn: the factors one of which is drawn at the opening, where the document says so.
    """
    tender, terms, words = lot.tender, lot.terms, words_of(lot.procedure)
    parts = "、".join(f"{p['title']} {p['points']} 分" for p in terms.get("criteria") or [] if p.get("points"))
    method = METHODS.get(terms.get("method", ""), terms.get("method", ""))
    rows = [
        ("统一交易标识码", lot.reference, "mono"),
        ("投资项目代码", tender.investment_code, "mono"),
        (words["ceiling"], lot.ceiling_cny, "money"),
        ("评估结果", _amount(terms.get("valuation_cny")), "money"),
        (words["floor"], _amount(terms.get("start_price_cny")), "money"),
        ("增价幅度", _amount(terms.get("increment_cny")), "money"),
        ("交易目录", entered(tender.catalogue), "text"),
        ("招标计划", tender.plan, "plan"),
        ("委托代理", tender.mandate, "text"),
        ("项目审批", tender.approval, "text"),
        ("资金来源", tender.funding, "text"),
        ("范围", lot.scope, "text"),
        ("资格条件", lot.qualification, "text"),
        ("联合体", {True: "接受", False: "不接受"}.get(terms.get("consortium_allowed"), ""), "text"),
        ("评审办法", "，".join(word for word in (method, parts) if word), "text"),
        ("基准价系数", f"{words['opening']}时从 {'、'.join(drawn)} 中抽取一个" if drawn else "", "text"),
        (words["period"], lot.period_text, "text"),
        ("监督部门", tender.authority, "subject"),
        ("交易中心", tender.centre, "subject"),
    ]
    return [row for row in rows if row[1] not in (None, "")]


def entered(row: Mapping[str, Any]) -> str:
    """Under which row of the trade catalogue the project came in, and whether it had to; "" without one."""
    if not row:
        return ""
    limit = row.get("threshold")
    why = f"应当进场：{limit['what']}" if row.get("must") and limit else "自愿进场"
    return f"{row['name']}，{why}。{catalogue.cited(row, limit)}"


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def key_dates(lot: Lot, facts: Facts) -> list[tuple[str, datetime, str]]:
    """(name, moment, form) of every moment that is known, in order of time.

    Form: `ahead` shows a clock, `until` a past deadline (midnight is 24:00), `moment` something that happened.
    """
    found = []
    for name, how in lot.procedure.moments.items():
        at = moment(lot.book, lot.procedure, name, facts)
        if at is not None:
            past = "until" if how.after or how.pauses or name.endswith("until") else "moment"
            found.append((how.title, at, "ahead" if at > facts.now else past))
    words = words_of(lot.procedure)
    happened = (
        ("opening_at", words["opening"]),
        ("award_at", paperwords.words_of(lot.procedure).award),
        ("contract_at", "订立合同"),
    )
    found += [(title, facts.moments[name], "moment") for name, title in happened if name in facts.moments]
    return sorted(found, key=lambda row: row[1])


def bond(lot: Lot) -> dict[str, Any] | None:
    """Bid bond: amount, share of the estimate, cap, forms; None where none is asked."""
    amount, rule = lot.terms.get("bond_cny"), words_of(lot.procedure)["bond_rule"]
    if not amount:
        return None
    return {
        "amount": Decimal(amount),
        "share": lot.bond_share,
        "cap": lot.book.rule(rule)["share"].amount if rule else None,
        "forms": "、".join(BOND_FORMS.get(form, form) for form in lot.terms.get("bond_forms") or []),
    }


SUMMARIES = {
    "clarification": lambda c: (
        f"答复 {len(c.get('answers') or [])} 个问题。" if c.get("answers") else c.get("text", "")[:80]
    ),
    "amendment": lambda c: c.get("summary", ""),
    "opening": lambda c: (
        f"递交 {len(c.get('roll') or [])} 份，"
        f"成功开启 {sum(r.get('outcome') == 'opened' for r in c.get('results') or [])} 份。"
    ),
    "objection": lambda c: f"{c.get('title', '')}：{'异议成立' if c.get('upheld') else '异议不成立'}",
    "failure": lambda c: c.get("reason", ""),
    "termination": lambda c: c.get("reason", ""),
    "postponement": lambda c: c.get("reason", ""),
    "agency": lambda c: c.get("reason") or c.get("scope", ""),
    "trustees": lambda c: f"更换{'、'.join(one['name'] for one in c.get('gone') or [])}。",
    "outage": lambda c: f"系统故障：{c.get('failed', '')}",
    "correction": lambda c: f"“{c.get('before', '')}”更正为“{c.get('after', '')}”。",
    "cancellation": lambda c: f"{c.get('winner', {}).get('name', '')}：{c.get('ground', '')}",
    "set_aside": lambda c: c.get("decision_number", ""),
    "redo": lambda c: c.get("reason", ""),
    "forgone": lambda c: c.get("reason", ""),
    "contract_change": lambda c: c.get("reason", ""),
    "acceptance": lambda c: f"{c.get('milestone_title', '')}：{'合格' if c.get('passed') else '不合格'}",
}


def chain(lot: Lot, papers: list[PublicPaper]) -> list[dict[str, Any]]:
    """The notice chain, oldest first; the newest is `now`."""
    links, said = [], paperwords.words_of(lot.procedure)
    named = {
        "tender": words_of(lot.procedure)["notice"],
        "award": said.announced,
        "failure": said.failed,
        "contract": said.contract,
    }
    corrected = {n.content.get("corrects") for n in papers if n.kind == "correction"}
    for notice in papers:
        follows_same = notice.kind in {"amendment", "clarification"} and notice.follows_id
        url = notice_url(lot, notice.pk)
        links.append(
            {
                "title": named.get(notice.kind) or notice.kind_name,
                "url": url,
                "at": notice.published_at,
                "summary": SUMMARIES.get(notice.kind, lambda c: "")(notice.content),
                "digest": notice.digest,
                "mark": "已更正" if str(notice.pk) in corrected else "",
                "diff_url": f"{url}#changes" if follows_same and notice.content.get("changes") else "",
                "state": "",
            }
        )
    if links:
        links[-1]["state"] = "now"
    return links


def files(public: PublicLot) -> list[dict[str, Any]]:
    """Files of every issued version, newest version first; an older version is marked as replaced."""
    newest = max((version.number for version in public.documents), default=0)
    return [
        {
            "name": file.name,
            "version": version.number,
            "replaced": version.number < newest,
            "at": version.issued_at,
            "size": file.size,
            "sha256": file.sha256,
        }
        for version in public.documents
        for file in version.files
    ]


def bids(public: PublicLot) -> list[dict[str, Any]]:
    """Rows of the opening table, with the distance from the maximum price."""
    ceiling, rows = public.lot.ceiling_cny, []
    for bid in public.bids:
        share = (ceiling - bid.price) / ceiling if ceiling and bid.price is not None else None
        rows.append(
            {
                "bid": bid,
                "below": share if share is not None and share >= 0 else None,
                "above": -share if share is not None and share < 0 else None,
                # a tenth below the ceiling fills half the bar: real bids lie close together
                "bar": min(Decimal(1), share * 5) if share is not None and share > 0 else Decimal(0),
                "void": bool(bid.rejection) or bid.outcome in {"revoked", "withdrawn", "left"},
                "url": page_or_nothing("credit:subject", bid.code),
            }
        )
    return rows


RANKS = "一二三四五六七八九"


def candidates(public: PublicLot) -> list[dict[str, Any]]:
    """Ranked candidates with points by part as published."""
    parts = [part["key"] for part in public.lot.terms.get("criteria") or [] if part.get("points")]
    return [
        {
            "rank": f"第{RANKS[c.rank - 1]}候选人",
            "first": c.rank == 1,
            "name": c.subject.name,
            "url": page_or_nothing("credit:subject", c.subject.code),
            "price": c.price_cny,
            "points": [c.points.get(part, "") for part in parts],
            "total": c.points.get("total", ""),
        }
        for c in public.candidates
    ]


def evidence(lot: Lot, *, rows: int = EVIDENCE_ROWS) -> dict[str, Any]:
    """The newest `rows` public entries of the lot and how many there are. Two queries."""
    found = record.entries_for(lot.ledger_ref)
    newest = found.order_by("-place__position")[:rows]
    return {"rows": [entry_row(lot.procedure, entry) for entry in newest], "count": found.count()}


def entry_row(procedure: Procedure | None, entry: Any) -> dict[str, Any]:
    """One entry in words: the act by its name in the book, the role, never a person. None: of no procedure's act."""
    facts = entry.facts or {}
    move = procedure.transitions.get(facts.get("act", "")) if procedure else None
    title = move.title if move else EVENTS.get(entry.event, entry.event)
    actors = {"clock": "服务器时钟", "trustee": "受托人", "anonymous": "未登录"}
    by = actors.get(entry.actor) or (who(procedure, move.actor) if procedure and move else "")
    article = facts.get("article") or next((ALL[r].article for r in facts.get("rules") or [] if r in ALL), "")
    return {
        "index": entry.position,
        "at": entry.legal_at,
        "event": title,
        "who": "，".join(word for word in (by, article) if word),
        "digest": bytes(entry.leaf_hash).hex(),
        "proof_url": page_or_nothing("ledger:entry-proof", entry.pk),
    }


def sections(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The section nav in its fixed order. Before the opening there is no opening section, not an empty one."""
    words, public = context["words"], context["public"]
    rows = [("overview", "概况", None), ("notices", "公告", len(context["notices"]))]
    if context["files"]:
        rows.append(("files", "文件", len(context["files"])))
    if public.opening_started:
        rows.append(("bids", words["opening"], len(context["bids"])))
    if context["candidates"]:
        rows.append(("result", words["result"], None))
    if context["afterwards"] and public.lot.state not in {"failed", "terminated"}:
        rows.append(("contract", "合同与履约", None))
    rows.append(("challenge", f"{words['objection']}投诉", len(context["challenges"])))
    rows.append(("evidence", "证据", context["evidence"]["count"]))
    return [{"id": key, "name": name, "count": count} for key, name, count in rows]
