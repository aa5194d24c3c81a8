"""Who a subject is, who acts for it, which key is its own, and what stands against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from credit import codes
from credit.models import KINDS, TRADING_DUTIES, Membership, Qualification, Region, Sanction, Subject, SubjectKey
from credit.rules import rule
from platform_site import clock
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Violation
from platform_site.workdays import day_of, midnight, period_end

ENFORCES = {"CRE-07": "credit.selectors.standing", "CRE-08": "credit.selectors.standing"}
MONITORS = {"CRE-06": ["credit.selectors.late_publications"]}


def subject_by_code(code: str) -> Subject | None:
    """The subject registered under `code`, however it was typed. One query."""
    return Subject.objects.filter(code=codes.normalise(code)).first()


def subjects(*, text: str = "", kind: str = "", region: str = "", qualified: str = "") -> QuerySet[Subject]:
    """Active subjects by name, code or the number of a certificate that stands. One query.

    Args:
        region: a code or its first two or four digits.
        qualified: words of a kind of qualification that stands and is valid today.
    """
    found, standing = Subject.objects.filter(state="active"), Qualification.objects.filter(withdrawn_at__isnull=True)
    if text:
        numbered = standing.filter(number=codes.certificate_number(text)).values("subject")
        found = found.filter(Q(name__icontains=text) | Q(code=codes.normalise(text)) | Q(pk__in=numbered))
    if words := codes.narrow(qualified):
        valid = Q(valid_until__isnull=True) | Q(valid_until__gte=_day(None))
        found = found.filter(pk__in=standing.filter(valid, kind__icontains=words).values("subject"))
    if kind in KINDS:
        found = found.filter(kinds__contains=[kind])
    if region:
        found = found.filter(region_code__startswith=region.rstrip("0") or region)
    return found.order_by("name", "code")


def codes_named(names: Iterable[str]) -> dict[str, str]:
    """Name -> code of the subjects that are called exactly so; of two with one name, neither. One query."""
    found: dict[str, set[str]] = {}
    for name, code in Subject.objects.filter(name__in=set(names)).values_list("name", "code"):
        found.setdefault(name, set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def region_name(code: str) -> str:
    """What the region is called now, "" where it is not loaded. One query."""
    return Region.objects.filter(code=code, until__isnull=True).values_list("name", flat=True).first() or ""


# -- people --------------------------------------------------------------------------------------------------------


def members_of(code: str) -> list[int]:
    """Primary keys of the active people who act for the subject now: whoever is told what concerns it. One query."""
    rows = Membership.objects.in_force(clock.now()).filter(subject__code=code, user__is_active=True)
    return list(rows.order_by("user_id").values_list("user_id", flat=True).distinct())


def memberships_of(user: User) -> list[Membership]:
    """The person's memberships in force, with their subjects. One query."""
    rows = Membership.objects.in_force(clock.now()).filter(user=user).select_related("subject")
    return list(rows.order_by("subject__name", "duty"))


def codes_acted_for(user: User) -> set[str]:
    """Codes of the subjects the person holds a membership in now. One query."""
    return set(Membership.objects.in_force(clock.now()).filter(user=user).values_list("subject__code", flat=True))


def members(subject: Subject) -> list[Membership]:
    """The subject's memberships in force, with their people. One query."""
    rows = subject.memberships.in_force(clock.now()).select_related("user")
    return list(rows.order_by("user__name", "duty"))


def may_act_for(user: User, code: str) -> bool:
    """Whether the person holds any membership in the subject now. One query."""
    return Membership.objects.in_force(clock.now()).filter(user=user, subject__code=code).exists()


def is_trader(user: User) -> bool:
    """Whether the person holds a trading membership now (A9). One query."""
    return Membership.objects.in_force(clock.now()).filter(user=user, duty__in=TRADING_DUTIES).exists()


# -- keys ----------------------------------------------------------------------------------------------------------


def active_key(subject_code: str) -> SubjectKey | None:
    """The subject's newest key that is not revoked, the one others encrypt to, with its subject. One query."""
    rows = SubjectKey.objects.filter(subject__code=subject_code, revoked_at__isnull=True)
    return rows.select_related("subject").order_by("-since", "-pk").first()


def keys_of(subject_code: str, *, on: datetime | None = None) -> list[SubjectKey]:
    """Every key of the subject, newest first; with `on`, those that stood at that moment (a signature's time)."""
    rows = SubjectKey.objects.filter(subject__code=subject_code)
    if on is not None:
        rows = rows.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=on), since__lte=on)
    return list(rows.order_by("-since", "-pk"))


def key_owner(*, recipient: str = "", verify_key: str = "") -> Subject | None:
    """Whose public key this is or was, or None. One query."""
    if not recipient and not verify_key:
        return None
    wanted = Q(recipient=recipient) if recipient else Q(verify_key=verify_key)
    key = SubjectKey.objects.filter(wanted).select_related("subject").first()
    return key.subject if key else None


# -- standing ------------------------------------------------------------------------------------------------------


def _day(on: datetime | date | None) -> date:
    if on is None:
        on = clock.now()
    return day_of(on) if isinstance(on, datetime) else on


def standing(code: str, on: datetime | date | None = None, *, scope: str = "") -> list[Sanction]:
    """The bans in force against the subject on that day (legal today), latest end last. One query.

    Asked at each act and never stored (CRE-07, CRE-08).

    Args:
        scope: the category of the act (engineering, procurement, land, mining, equity) or `agency`; a ban from
            everything always counts. Without it every ban counts.
    """
    found = Sanction.objects.filter(subject_code=code).bans().in_force(_day(on))
    if scope:
        found = found.filter(scope__in=[scope, "all"])
    return list(found.order_by("until", "pk"))


def standings(codes_: list[str], on: datetime | date | None = None, *, scope: str = "") -> dict[str, list[Sanction]]:
    """`standing` for many at once; the clean are absent. One query."""
    found = Sanction.objects.filter(subject_code__in=codes_).bans().in_force(_day(on))
    if scope:
        found = found.filter(scope__in=[scope, "all"])
    by_code: dict[str, list[Sanction]] = {}
    for ban in found.order_by("until", "pk"):
        by_code.setdefault(ban.subject_code, []).append(ban)
    return by_code


def ban_violations(code: str, on: datetime | date | None = None, *, scope: str = "") -> list[Violation]:
    """The bans of `standing` as reasons for a refusal; empty means the subject may take part."""
    return [violation_of(ban) for ban in standing(code, on, scope=scope)]


def violation_of(ban: Sanction) -> Violation:
    """One ban as the reason for a refusal: who decided, until when, under which article."""
    facts = {
        "authority": ban.authority,
        "basis": ban.document_no,
        "since": ban.since,
        "until": ban.until,
        "reason": ban.reason,
    }
    return Violation("sanction.banned", ban.rule or "CRE-07", ban.article, facts)


def sanctions_of(code: str) -> list[Sanction]:
    """Everything ever decided against the subject, newest first. One query."""
    return list(Sanction.objects.filter(subject_code=code).order_by("-decided_on", "-pk"))


def late_publications() -> list[Sanction]:
    """Decisions published after the working days the law gives (CRE-06), newest first. One query."""
    days = int(rule("CRE-06")["days"].amount)
    rows = Sanction.objects.order_by("-decided_on", "-pk")
    return [s for s in rows if s.published_at >= period_end(midnight(s.decided_on), days, "wd")]


# -- counts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many active subjects take part as `kind`."""

    kind: str
    name: str
    count: int


def kind_counts() -> list[KindCount]:
    """Subjects by kind. One query."""
    wanted = {kind: Count("pk", filter=Q(kinds__contains=[kind])) for kind in KINDS}
    totals = Subject.objects.filter(state="active").aggregate(**wanted)
    return [KindCount(kind, name, totals[kind]) for kind, name in KINDS.items()]
