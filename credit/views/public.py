"""The public register of subjects (B1, B4)."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from credit import codes, qualificationkinds, selectors
from credit.models import KINDS, Subject
from credit.qualifications import held_by
from credit.sections import sections_of
from platform_site.web.htmx import wants_partial

PER_PAGE = 20


@require_safe
def subject_index(request: HttpRequest) -> HttpResponse:
    """The register, by name, code or certificate, by kind and qualification. htmx gets the rows; everyone else gets the
    page around them."""
    # A NUL is in nobody's name, and nothing a database can be asked for.
    text, kind, qualified = (
        request.GET.get(name, "").replace("\0", "").strip()[:200] for name in ("q", "kind", "held")
    )
    found = selectors.subjects(text=text, kind=kind, qualified=qualified)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": KINDS.items(), "text": text, "kind": kind, "qualified": qualified}
    context["suggested"] = [one for one in qualificationkinds.KINDS if one.ended is None]
    rows, whole = "credit/partials/subject_rows.html", "credit/subject_index.html"
    return render(request, rows if wants_partial(request) else whole, context)


@require_safe
def subject_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One subject: bans first, then who it is, its qualifications, what is decided about it, its keys' fingerprints."""
    # A NUL in an address is no code of anybody, and nothing a database can be asked for.
    subject = get_object_or_404(Subject, code=codes.normalise(code.replace("\0", "")))
    held = held_by(subject.code)
    context = {
        "subject": subject,
        "bans": [selectors.violation_of(ban) for ban in selectors.standing(subject.code)],
        "standing": [one for one in held if not one.gone],
        "gone": [one for one in held if one.gone],
        "sanctions": selectors.sanctions_of(subject.code),
        "keys": [key for key in selectors.keys_of(subject.code) if key.revoked_at is None],
        "type_name": codes.type_name(subject.code),
        "region_name": selectors.region_name(subject.region_code),
        "sections": sections_of(subject.code),
    }
    return render(request, "credit/subject_detail.html", context)
