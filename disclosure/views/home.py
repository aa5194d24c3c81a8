"""The front page and the pages about the platform itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from disclosure import frontpage, rulepages
from disclosure.keeping import kept_briefly
from platform_site.rules import ALL, Rule
from trading.kernel.procedure import Procedure
from trading.rulebooks import PROCEDURES


@require_GET
@kept_briefly
def home(request: HttpRequest) -> HttpResponse:
    """Search first, then what happens today, then the way to everything else."""
    return render(request, "disclosure/home.html", frontpage.compose())


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Who runs the platform, what it runs as, what it can and cannot see."""
    context = {
        "origin": settings.LEDGER_ORIGIN,
        "rule_count": len(ALL),
        "statuses": rulepages.status_counts(ALL.values()),
        "procedures": list(PROCEDURES.values()),
    }
    return render(request, "disclosure/about.html", context)


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody checks a paper, a receipt or the whole record without trusting this platform."""
    context = {"origin": settings.LEDGER_ORIGIN, "ledger": frontpage.ledger_line()}
    return render(request, "disclosure/verify.html", context)


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How each kind of trade goes (F4): the stages of every procedure and the periods the law sets."""
    return render(request, "disclosure/guide.html", {"books": [_book(*book) for book in rulepages.editions()]})


def _book(title: str, edition: str, procedures: list[Procedure]) -> dict[str, Any]:
    return {
        "title": title,
        "edition": edition,
        "procedures": [
            {
                "procedure": procedure,
                "stages": [
                    {"name": name, "note": "", "state": "todo", "near": True} for name, _, _ in procedure.stages
                ],
                "periods": [*_notice_periods(procedure), *_counted(procedure)],
            }
            for procedure in procedures
        ],
    }


def _notice_periods(procedure: Procedure) -> list[tuple[str, Rule, str]]:
    """(title, rule, name of the number) of every period the notice is checked for, as its guards are."""
    move = procedure.transitions.get("publish_notice")
    rules = dict.fromkeys(guard.rule for guard in move.guards) if move else {}
    return [
        (ALL[rule_id].title, ALL[rule_id], name)
        for rule_id in rules
        if rule_id in ALL and ALL[rule_id].kind == "minimum period"
        for name, value in list(ALL[rule_id].values.items())[:1]
        if value.unit in {"cd", "wd"}
    ]


def _counted(procedure: Procedure) -> list[tuple[str, Rule, str]]:
    """The same for every moment the book counts."""
    return [(m.title, ALL[m.rule], m.value) for m in procedure.moments.values() if m.rule in ALL]


# What a person with a complaint needs: (what, rule, name of its number).
OBJECTIONS = (
    ("对招标文件提出异议，投标截止前", "ENG-12", "tenderer"),
    ("招标人答复对招标文件的异议", "ENG-13", "days"),
    ("招标人答复对评标结果的异议", "ENG-39", "days"),
    ("政府采购质疑", "GP-39", "days"),
    ("采购人、代理机构答复质疑", "GP-40", "query"),
)
COMPLAINTS = (
    ("招标投标投诉，自知道或者应当知道之日起", "CMP-02", "days"),
    ("监督部门决定是否受理", "CMP-04", "accept"),
    ("监督部门作出处理决定", "CMP-04", "decide"),
    ("政府采购投诉", "CMP-06", "days"),
    ("财政部门审查政府采购投诉", "CMP-07", "review"),
    ("财政部门作出处理决定", "CMP-07", "decide"),
    ("申请行政复议", "CMP-09", "apply"),
)


def _periods(rows: tuple[tuple[str, str, str], ...]) -> list[tuple[str, Any, Any]]:
    """(what, rule, its number): the number called `name`, or the rule's only one."""
    found = []
    for what, rule_id, name in rows:
        rule = ALL[rule_id]
        found.append((what, rule, rule.values.get(name) or next(iter(rule.values.values()))))
    return found


@require_GET
def oversight(request: HttpRequest) -> HttpResponse:
    """Where to object and to complain, and how long everybody has."""
    context = {"objections": _periods(OBJECTIONS), "complaints": _periods(COMPLAINTS)}
    return render(request, "disclosure/oversight.html", context)


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the pages promise to readers who see, hear or move differently."""
    return render(request, "disclosure/accessibility.html", {})
