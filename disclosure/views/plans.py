"""The public page of a tender plan."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from disclosure import tradepage
from platform_site.accounts.actors import ANONYMOUS
from trading.models import Lot, TenderPlan
from trading.planwords import NAMES, month, value_of


@require_GET
def plan_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What is planned, every text it was told in, and the tender that followed. Four queries."""
    plan = get_object_or_404(TenderPlan.objects.select_related("initiator"), reference=reference)
    texts = list(plan.texts.all())
    newest = texts[-1].content
    estimate = newest.get("estimate_cny")
    followed = Lot.objects.visible_to(ANONYMOUS).filter(tender__plan=plan).select_related("tender").order_by("number")
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
                "title": text.get_kind_display(),
                "url": "",
                "at": text.published_at,
                "summary": summary(text.content),
                "digest": text.digest,
                "state": "now" if text is texts[-1] else "",
            }
            for text in texts
        ],
        "followed": [(lot, tradepage.trade_url(lot), lot.procedure.states[lot.state]) for lot in followed],
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
