"""The rule catalogue (F3, C2): every rule, how sure we are of it, and what the platform does with it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from disclosure import flowchart, rulepages
from platform_site.rules import ALL
from platform_site.web import words
from platform_site.web.htmx import wants_partial
from trading.rulebooks import PROCEDURES
from trading.rulebooks.register import COUNT


@require_GET
def rule_index(request: HttpRequest) -> HttpResponse:
    """All rules by domain; filtered by domain, status and words."""
    domain, status, text = (request.GET.get(name, "").strip() for name in ("domain", "status", "q"))
    groups = rulepages.found(domain=domain, status=status, text=text)
    context = {
        "groups": groups,
        "shown": sum(len(rules) for _, _, rules in groups),
        "total": COUNT,
        "domains": rulepages.DOMAIN_NAMES,
        "statuses": rulepages.status_counts(ALL.values()),
        "books": rulepages.editions(),
        "domain": domain,
        "status": status,
        "q": text,
    }
    template = "disclosure/partials/rule_rows.html" if wants_partial(request) else "disclosure/rule_index.html"
    return render(request, template, context)


@require_GET
def rule_detail(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule: its numbers, its article, where it is applied."""
    if rule_id not in ALL:
        raise Http404(f"no rule {rule_id}")
    rule = ALL[rule_id]
    context = {
        "rule": rule,
        "values": [(rulepages.value_name(name), words.number(v), v.status) for name, v in rule.values.items()],
        "domain_name": rulepages.DOMAIN_NAMES[rule.domain],
        "kind_name": rulepages.KIND_NAMES[rule.kind],
        "status_note": rulepages.STATUS_NOTES[rule.status],
        "enforced": rulepages.enforced(rule_id),
        "acts": rulepages.acts_under(rule_id),
        "crumbs": [("首页", "/"), ("规则与目录", "../"), (rule.id, "")],
    }
    return render(request, "disclosure/rule_detail.html", context)


@require_GET
def procedure_detail(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """One procedure: the flow chart and every act with its articles, drawn from what the kernel enforces."""
    if procedure_id not in PROCEDURES:
        raise Http404(f"no procedure {procedure_id}")
    procedure = PROCEDURES[procedure_id]
    context = {
        "procedure": procedure,
        "book": next((title, date) for title, date, found in rulepages.editions() if procedure in found),
        "chart": flowchart.draw(procedure),
        "acts": rulepages.acts(procedure),
        "moments": [(m, ALL.get(m.rule)) for m in procedure.moments.values() if m.rule],
        "crumbs": [("首页", "/"), ("规则与目录", "../../"), (procedure.title, "")],
    }
    return render(request, "disclosure/procedure_detail.html", context)
