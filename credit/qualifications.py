"""A subject's qualifications as somebody reads them: what each is at a moment, and what authorities say of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from credit.codes import certificate_number, normalise
from credit.models import Qualification, QualificationDoubt
from credit.qualificationkinds import Kind, ended
from credit.rules import rule
from platform_site import clock
from platform_site.workdays import day_of

SHOWN = 100
MONITORS = {"CRE-10": ["credit.qualifications.state_of"]}
# state: (its word, the tag's kind); where an end is near the page says when instead.
STATES = {
    "valid": ("有效", "is-ok"),
    "ending": ("将到期", "is-near"),
    "expired": ("已过期", "is-due"),
    "replaced": ("已更换", ""),
    "withdrawn": ("已撤回", ""),
}
# What a declared certificate is compared by with the published one of the same kind and number.
COMPARED = {"grade": "等级", "issuer": "发证机关", "valid_from": "有效期起", "valid_until": "有效期止"}


@dataclass(slots=True)
class Held:
    """One qualification as of a moment.

    Attributes:
        state: a key of STATES.
        doubts: standing doubts about it, or about what bears its kind and number, or what it replaced: a new row
            leaves no doubt behind.
        over: doubts about this very row that have ended.
        compared: None where no authority has published the same, else the names of what differs (empty: nothing).
    """

    row: Qualification
    state: str
    doubts: list[QualificationDoubt] = field(default_factory=list)
    over: list[QualificationDoubt] = field(default_factory=list)
    compared: list[str] | None = None

    @property
    def word(self) -> str:
        """The state in a word."""
        return STATES[self.state][0]

    @property
    def tag(self) -> str:
        """How the word is coloured."""
        return STATES[self.state][1]

    @property
    def gone(self) -> bool:
        """It was taken back or another stands in its place."""
        return self.state in {"withdrawn", "replaced"}

    @property
    def no_more(self) -> Kind | None:
        """The kind, where the State issues it no more."""
        return ended(self.row.kind)


def state_of(row: Qualification, at: datetime, *, replaced: bool = False) -> str:
    """What the row is at that moment; its last day is still a valid one."""
    if row.withdrawn_at is not None and row.withdrawn_at <= at:
        return "replaced" if replaced else "withdrawn"
    left = row.valid_until - day_of(at) if row.valid_until else None
    if left is None:
        return "valid"
    if left < timedelta(0):
        return "expired"
    return "ending" if left <= timedelta(days=int(rule("CRE-10")["days"].amount)) else "valid"


def held_by(code: str) -> list[Held]:
    """Everything the subject declared or an authority published of it, what stands first, newest first. Two queries."""
    rows = list(Qualification.objects.filter(subject__code=code).order_by("-declared_at", "kind", "number", "pk"))
    return sorted(_told(rows, clock.now(), rows), key=lambda one: one.gone)


def valid_at(codes: Collection[str], moment: datetime) -> dict[str, list[Held]]:
    """What each subject could show at that moment: declared or published before, not taken back by then, valid on that
    day. Subjects with nothing are absent. Doubts are those that stand now. Three queries."""
    day = day_of(moment)
    standing = Q(declared_at__lte=moment) & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment))
    valid = Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))
    rows = Qualification.objects.filter(standing, valid, subject__code__in=codes).select_related("subject")
    by_code: dict[str, list[Held]] = {}
    for one in _told(list(rows.order_by("kind", "number", "pk")), moment):
        by_code.setdefault(one.row.subject.code, []).append(one)
    return by_code


def found(text: str) -> list[Held]:
    """What a subject's name or code or a certificate's number finds; without words what has a standing doubt and was
    not taken back. Newest first, at most SHOWN. Three queries."""
    rows = Qualification.objects.select_related("subject").order_by("-declared_at", "kind", "number", "pk")
    if text:
        wanted = (
            Q(subject__name__icontains=text) | Q(subject__code=normalise(text)) | Q(number=certificate_number(text))
        )
        return _told(list(rows.filter(wanted)[:SHOWN]), clock.now())
    doubted = QualificationDoubt.objects.filter(ended_at__isnull=True).values("qualification__subject")
    told = _told(list(rows.filter(subject__in=doubted)), clock.now())
    return [one for one in told if one.doubts and not one.gone][:SHOWN]


def _told(rows: list[Qualification], at: datetime, kin: Iterable[Qualification] | None = None) -> list[Held]:
    """The rows with what is said of them.

    Args:
        kin: every row of the same subjects, where the caller has them; else one more query.
    """
    if not rows:
        return []
    subjects = {row.subject_id for row in rows}
    kept = {row.pk: row for row in (Qualification.objects.filter(subject__in=subjects) if kin is None else kin)}
    replaced = {row.replaces_id for row in kept.values()}
    published = {
        (row.subject_id, *_key(row)): row for row in kept.values() if row.source == "authority" and _stands(row)
    }
    told = [Held(row, state_of(row, at, replaced=row.pk in replaced)) for row in rows]
    doubts = QualificationDoubt.objects.filter(qualification__subject__in=subjects).select_related("authority")
    for doubt in doubts.order_by("marked_at", "pk"):
        doubted = kept[doubt.qualification_id]
        for one in told:
            if doubted.pk == one.row.pk and doubt.ended_at is not None:
                one.over.append(doubt)
            elif doubt.ended_at is None and _concerns(doubted, one.row, kept):
                one.doubts.append(doubt)
    for one in told:
        twin = published.get((one.row.subject_id, *_key(one.row)))
        if twin is not None and one.row.source == "self":
            one.compared = [words for name, words in COMPARED.items() if getattr(one.row, name) != getattr(twin, name)]
    return told


def _key(row: Qualification) -> tuple[str, str]:
    return row.kind, row.number


def _stands(row: Qualification) -> bool:
    return row.withdrawn_at is None


def _concerns(doubted: Qualification, row: Qualification, kept: Mapping[UUID, Qualification]) -> bool:
    """Whether a standing doubt is about this row, one of its kind and number, or one it came in the place of."""
    one: Qualification | None = row
    while one is not None:
        if doubted.subject_id == one.subject_id and _key(doubted) == _key(one):
            return True
        one = kept.get(one.replaces_id) if one.replaces_id else None
    return False
