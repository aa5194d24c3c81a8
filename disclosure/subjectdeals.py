"""What a subject traded, as far as the public knows: from the read models, each part after its event."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from credit.sections import Section
from disclosure.models import ListedParty

SHOWN = 8
PER_PAGE = 50
ROLES = ListedParty.ROLES
# An initiator's deals are the lots it awarded, a winner's those it won.
DEAL_ROLES = ("winner", "initiator")


@dataclass(frozen=True, slots=True)
class Figures:
    """How often the subject took part in a role, and for how much where there was a deal; yuan."""

    role: str
    name: str
    lots: int
    deals: int
    amount: Decimal


def parties(code: str) -> QuerySet[ListedParty]:
    """The subject's public parts, newest first, each with its lot."""
    return ListedParty.objects.filter(code=code).select_related("lot").order_by("-at", "-pk")


def figures(code: str) -> list[Figures]:
    """The numbers by role. One query."""
    rows = (
        ListedParty.objects.filter(code=code)
        .values("role")
        .annotate(
            lots=Count("pk"),
            deals=Count("pk", filter=Q(lot__award_at__isnull=False)),
            amount=Sum("lot__amount_cny"),
        )
    )
    by_role = {row["role"]: row for row in rows}
    return [
        Figures(role, name, row["lots"], row["deals"] if role in DEAL_ROLES else 0, row["amount"] or Decimal("0.00"))
        for role, name in ROLES.items()
        if (row := by_role.get(role)) is not None
    ]


def page(code: str, role: str = "", after: str = "") -> tuple[list[ListedParty], str]:
    """One page of the subject's parts, and the key the next begins behind ("" where there is none). Two queries."""
    found = parties(code)
    if role in ROLES:
        found = found.filter(role=role)
    last = found.filter(pk=int(after)).first() if after.isascii() and after.isdigit() and len(after) < 18 else None
    if last is not None:
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    rows = list(found[: PER_PAGE + 1])
    return rows[:PER_PAGE], str(rows[PER_PAGE - 1].pk) if len(rows) > PER_PAGE else ""


def section(code: str) -> Section | None:
    """The part of a subject's page that says what it traded. Two queries; None where the public knows of nothing."""
    found = figures(code)
    if not found:
        return None
    shown: dict[str, Any] = {"code": code, "figures": found, "rows": list(parties(code)[:SHOWN]), "roles": ROLES}
    return Section("disclosure/partials/subject_deals.html", shown)
