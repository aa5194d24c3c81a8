"""The rule pages' view of the law: rows in words, procedures as flow charts. Reads declarations only; no database."""

from collections.abc import Iterable
from dataclasses import dataclass

from disclosure.valuenames import VALUE_NAMES
from platform_site.rules import ALL, Rule
from trading.kernel.guards import REGISTRY
from trading.kernel.procedure import Procedure, Transition
from trading.paperwords import words_of
from trading.rulebooks import EDITIONS, PROCEDURES
from trading.rulebooks.register import DOMAINS

DOMAIN_NAMES = {
    "GEN": "期间计算",
    "ENG": "工程建设项目招标投标",
    "GP": "政府采购",
    "LND": "土地使用权出让",
    "MIN": "矿业权出让",
    "SOE": "国有产权交易",
    "EXP": "评标评审专家",
    "CRE": "信用与主体",
    "PLT": "交易平台",
    "ELE": "电子招标投标",
    "CMP": "投诉与监督",
}
KIND_NAMES = {
    "minimum period": "最短期限",
    "maximum period": "最长期限",
    "quorum": "最少数量",
    "cap": "上限",
    "composition": "组成",
    "publicity": "公开",
    "prohibition": "禁止",
    "threshold": "标准",
    "sequence": "先后顺序",
    "duty": "义务",
    "calc": "计算",
}
STATUS_NOTES = {
    "verified": "条文已经逐条对照原文。",
    "verified-2nd": "数值来自引用该条文的二手资料，尚未对照原文。",
    "knowledge": "尚未对照原文，以正式公布的文本为准。发现出入的，请告诉我们。",
}
PARTY_NAMES = {
    "initiator": "发起人",
    "agency": "代理机构",
    "clock": "到时自动",
    "person": "任何人",
    "holder": "已获取文件的人",
    "bidder": "投标人",
    "committee": "评审委员会",
    "operator": "交易中心",
    "draw_officer": "抽取经办",
    "trustee": "受托人",
    "supervisor": "监督部门",
}


def value_name(name: str) -> str:
    """What a rule's number is of, in words."""
    return VALUE_NAMES[name]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a procedure, for a table row.

    Attributes:
        verb: its name in code.
        title: its name in law.
        who: in words.
        source, target: state names; target "" where the state stays.
        rules: the rows it rests on, its guards' included.
        gate: the moments before or after which it may happen, in words.
    """

    verb: str
    title: str
    who: str
    source: str
    target: str
    rules: tuple[Rule, ...]
    gate: str


def who(procedure: Procedure, roles: str) -> str:
    """Roles in the law's words: the initiator is 招标人, 采购人 or 出让人."""
    names = {**PARTY_NAMES, "initiator": procedure.initiator, "bidder": words_of(procedure).bidder}
    held = roles.split("|")
    # Where a person may do what the clock otherwise does, the person is named.
    return "、".join(names.get(role, role) for role in held if role != "clock" or len(held) == 1)


def acts(procedure: Procedure) -> list[Act]:
    """Every act in the order of the book."""
    return [_act(procedure, verb, move) for verb, move in procedure.transitions.items()]


def _act(procedure: Procedure, verb: str, move: Transition) -> Act:
    ids = dict.fromkeys([*move.rules, *(guard.rule for guard in move.guards)])
    words = []
    for name, form in ((move.not_before, "{}之后"), (move.before, "{}之前"), (move.deadline, "不迟于{}")):
        if name:
            words.append(form.format(procedure.moments[name].title if name in procedure.moments else name))
    source = "、".join(title for state, title in procedure.states.items() if state in move.source)
    target = procedure.states.get(move.target, "") if {move.target} != set(move.source) else ""
    return Act(
        verb,
        move.title,
        who(procedure, move.actor),
        source,
        target,
        tuple(ALL[rule_id] for rule_id in ids if rule_id in ALL),
        "，".join(words),
    )


def acts_under(rule_id: str) -> list[tuple[Procedure, Act]]:
    """Every act of every procedure that rests on the rule or is judged by it."""
    return [
        (procedure, act)
        for procedure in PROCEDURES.values()
        for act in acts(procedure)
        if any(rule.id == rule_id for rule in act.rules)
    ]


def enforced(rule_id: str) -> str:
    """How the platform stands to the rule today: refused by the kernel, told to supervision, or only shown."""
    effects = {effect for _, effect in REGISTRY.get(rule_id, ())}
    counted = any(moment.rule == rule_id for p in PROCEDURES.values() for moment in p.moments.values())
    if "block" in effects:
        return "由系统核对，不符合的不能办理"
    if "warn" in effects:
        return "由系统核对，不符合的提示监督部门"
    if counted:
        return "由系统计时"
    if acts_under(rule_id):
        return "办理相关步骤时适用"
    return "尚未由系统核对"


def found(*, domain: str = "", status: str = "", text: str = "") -> list[tuple[str, str, list[Rule]]]:
    """(letters, name, rules) of each domain, filtered; domains without a rule are left out."""
    groups = []
    for letters, rules in DOMAINS.items():
        kept = [rule for rule in rules if _wanted(rule, status, text)] if domain in ("", letters) else []
        if kept:
            groups.append((letters, DOMAIN_NAMES[letters], kept))
    return groups


def _wanted(rule: Rule, status: str, text: str) -> bool:
    words = text.split()
    searched = f"{rule.id} {rule.title} {rule.article} {rule.quote}".lower()
    return (not status or rule.status == status) and all(word.lower() in searched for word in words)


def status_counts(rules: Iterable[Rule]) -> dict[str, int]:
    """How many rules stand under each status."""
    counts = dict.fromkeys(STATUS_NOTES, 0)
    for rule in rules:
        counts[rule.status] += 1
    return counts


def editions() -> list[tuple[str, str, list[Procedure]]]:
    """(title, edition date, procedures) of every book."""
    return [(book.title, f"{book.edition:%Y-%m-%d}", list(book.procedures.values())) for book in EDITIONS]
