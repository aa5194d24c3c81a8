"""What one subject traded."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from credit import codes
from disclosure import subjectdeals
from disclosure.keeping import kept_briefly


@require_GET
@kept_briefly
def subject_trades(request: HttpRequest, code: str) -> HttpResponse:
    """Every trade the public knows a subject took part in, by role. 404 where there is none."""
    code = codes.normalise(code[:40])
    newest = subjectdeals.parties(code).first() if code.isalnum() else None
    if newest is None:
        raise Http404("the public knows of no trade of this subject")
    role = request.GET.get("role", "")
    rows, after = subjectdeals.page(code, role, request.GET.get("after", ""))
    context = {
        "code": code,
        "name": newest.name,
        "figures": subjectdeals.figures(code),
        "rows": rows,
        "after": after,
        "role": role if role in subjectdeals.ROLES else "",
        "roles": subjectdeals.ROLES,
        "crumbs": [
            ("市场主体", reverse("credit:subjects")),
            (newest.name, reverse("credit:subject", args=[code])),
            ("参加的交易", ""),
        ],
    }
    return render(request, "disclosure/subject_trades.html", context)
