"""The public page of a tender plan."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from disclosure import tradepage
from disclosure.models import PublicPlan, PublicTrade
from trading.planwords import NAMES, month, value_of


@require_GET
def plan_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What is planned, every text it was told in, and the tender that followed. Two queries."""
    plan = get_object_or_404(PublicPlan, pk=reference)
    newest = plan.texts[-1]["content"]
    estimate = newest.get("estimate_cny")
    followed = PublicTrade.objects.filter(plan=reference).defer("facts").order_by("number", "reference")
    context: dict[str, Any] = {
        "plan": plan,
        "said": newest,
        "month": month(newest.get("notice_month", "")),
        "estimate": Decimal(estimate) if estimate else None,
        "rows": [
            (NAMES[name], value_of(name, newest[name]))
            for name in ("procedure", "trade_category", "kind", "region_name", "investment_code", "funding", "scope")
            if newest.get(name)
        ],
        "links": [
            {
                "title": text["kind_name"],
                "url": "",
                "at": datetime.fromisoformat(text["at"]),
                "summary": summary(text["content"]),
                "digest": text["digest"],
                "state": "now" if text is plan.texts[-1] else "",
            }
            for text in plan.texts
        ],
        "followed": [(lot, tradepage.page_of(lot.reference), lot.state_name) for lot in followed],
        "crumbs": [
            ("首页", "/"),
            ("招标计划", f"{reverse('disclosure:trades')}?kind=plan"),
            (newest.get("region_name", ""), ""),
        ],
    }
    return render(request, "disclosure/plan_detail.html", context)


def summary(content: dict[str, Any]) -> str:
    """What a later text changed and why; "" for the first."""
    changed = "、".join(NAMES[name] for name in content.get("changes") or [] if name in NAMES)
    parts = [f"变更：{changed}" if changed else "", f"原因：{content['reason']}" if content.get("reason") else ""]
    return "。".join(part for part in parts if part)
