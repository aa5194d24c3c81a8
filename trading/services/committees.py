"""The committee: from a draw and the initiator's representatives to seats. Its names are sealed until the award."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from credit.models import Membership
from experts import services as experts
from experts.draw import EXCLUSIONS, Need, faults
from experts.models import Draw, Expert, Invitation
from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused, Violation
from trading.kernel import procedure as kernel
from trading.models import Committee, CommitteeMember, Lot
from trading.services.acts import acting, facts_of

STEMS = "甲乙丙丁戊己庚辛壬癸"
AFTER_AWARD = ("awarded", "vacated", "contracted", "archived")


def label_of(number: int) -> str:
    """评委甲, 评委乙 …; after the ten stems 评委甲二 and so on. Numbers from 0."""
    turn, stem = divmod(number, len(STEMS))
    return f"评委{STEMS[stem]}{'' if not turn else turn + 1}"


def interests_of(lot: Lot) -> dict[str, str]:
    """Whose people may not sit as experts: reason (experts.draw.EXCLUSIONS) by subject code.

    Bidders are among them only once the roll is public; before that nobody here may know who they are.
    """
    tender = lot.tender
    sides = (
        ("initiator", tender.initiator),
        ("agency", tender.agency),
        ("authority", tender.authority),
        ("centre", tender.centre),
    )
    found = {subject.code: reason for reason, subject in sides if subject is not None}
    if (opening := getattr(lot, "opening", None)) is not None:
        found |= {row["subject"]: "bidder" for row in opening.roll}
    return found


def exclusions_of(lot: Lot) -> experts.Exclusions:
    """What a draw for the lot must leave out: by employer, and by person for whoever acts for one of the parties."""
    interests = interests_of(lot)
    pool = Expert.objects.exclude(state="exited").values("user_id")
    acting_for = once_employed(lot, pool, _bidders(interests)) | _subjects_of(pool, interests)
    people = Expert.objects.filter(user_id__in=acting_for).values_list("user_id", "public_id")
    return experts.Exclusions(interests, {str(public_id): interests[acting_for[user]] for user, public_id in people})


def _bidders(interests: Mapping[str, str]) -> set[str]:
    return {code for code, reason in interests.items() if reason == "bidder"}


def once_employed(lot: Lot, users: Any, codes: Collection[str]) -> dict[int, str]:
    """One of the subjects `codes` each of the experts `users` left so lately that the interest lasts (GP-15).

    A month of leaving counts whole. One query; none where the lot's committee does not rest on that rule.
    """
    forming = lot.procedure.transitions.get("form_committee")
    if forming is None or "GP-15" not in forming.rules or not codes:
        return {}
    today = clock.china(clock.now())
    since = f"{today.year - int(lot.book.rule('GP-15')['years'].amount)}-{today:%m}"
    rows = Expert.objects.filter(user__in=users).exclude(employers_past=[]).values_list("user_id", "employers_past")
    left = [(user, one) for user, employers in rows for one in employers if one["left"] >= since]
    return {user: one["code"] for user, one in left if one["code"] in codes}


def _subjects_of(users: Any, codes: Iterable[str]) -> dict[int, str]:
    """One of the subjects `codes` each of `users` acts for now. One query."""
    rows = Membership.objects.in_force(clock.now()).filter(user__in=users, subject__code__in=list(codes))
    return dict(rows.values_list("user_id", "subject__code"))


def committee_draw_open(
    *,
    lot_id: int,
    actor: Actor,
    witness_codes: Sequence[str] = (),
    regions: Sequence[str] = (),
    count: int | None = None,
) -> Draw:
    """A draw for the lot stands open: need from its document, everybody with an interest left out by reason.

    Args:
        witness_codes: notaries; supervisors may always witness.
        count: experts; by default as many as the document says.

    Raises:
        PermissionDenied: not the draw officer.
        Refused: the lot is in no state to form a committee, or any reason of experts.services.draw_open.
    """
    lot = Lot.objects.select_related("tender__initiator", "tender__agency", "tender__authority", "tender__centre").get(
        pk=lot_id
    )
    policy.require(actor, lot.procedure.transitions["form_committee"].actor, over=lot)
    if shut := kernel.gate(lot.book, lot.procedure, "form_committee", facts_of(lot, clock.now())):
        raise Refused([shut])
    said, tender = lot.terms.get("committee") or {}, lot.tender
    need = Need(tuple(said.get("specialties") or ()), count or int(said.get("experts") or 0), tuple(regions))
    sides = [tender.initiator.code] + ([tender.agency.code] if tender.agency else [])
    return experts.draw_open(
        lot_ref=lot.ledger_ref,
        need=need,
        actor=actor,
        initiator_codes=sides,
        exclusions=exclusions_of(lot),
        witness_codes=witness_codes,
        title=lot.title,
    )


def committee_form(*, lot_id: int, draw_id: UUID, representatives: Sequence[int], actor: Actor) -> Committee:
    """The committee sits: every expert of the draw who said yes, and the initiator's representatives.

    Called again after a replacement it seats the newcomers and lets go whoever dropped out; labels are never reused.

    Args:
        representatives: primary keys of people who act for the initiator or its agency.

    Raises:
        PermissionDenied: not the draw officer.
        Refused: the draw is not this lot's, not finished or somebody has not answered (`draw.missing`); the
            composition is unlawful; a member has an interest (`committee.conflict`).
    """
    draw = Draw.objects.get(pk=draw_id)
    chosen = _seated(draw)
    people = list(User.objects.filter(pk__in=representatives, is_active=True).order_by("pk"))

    def values(lot: Lot, now: object) -> dict[str, Any]:
        return {
            "members": len(chosen) + len(people),
            "experts": len(chosen),
            "drawn": _proper(draw, lot, chosen),
            "budget_cny": lot.ceiling_cny,
            "conflicts": conflicts(
                lot,
                [(i.expert.user_id, i.expert.employer_code, True) for i in chosen]
                + [(p.pk, "", False) for p in people],
            ),
        }

    with acting("form_committee", lot_id=lot_id, actor=actor, values=values) as act:
        if len(people) != len(set(representatives)) or _strangers(act.lot, people):
            raise Refused([Violation("committee.stranger", "ENG-28", act.lot.book.article("ENG-28"))])
        committee, _ = Committee.objects.get_or_create(lot=act.lot, defaults={"draw": draw, "formed_at": act.now})
        if committee.draw_id != draw.pk:
            raise Refused([Violation("draw.repeated", "EXP-03", act.lot.book.article("EXP-03"), {"lot": draw.lot_ref})])
        seats = _seat(committee, [(i.expert.user_id, True) for i in chosen] + [(p.pk, False) for p in people], act.now)
        by_user = {i.expert.user_id: i.label for i in chosen}
        act.entry(
            "committee.formed",
            {
                "draw": draw.ledger_ref,
                "certificate": draw.certificate_digest,
                "members": [
                    {"label": m.label, "expert": m.is_expert, "drawn": by_user.get(m.user_id, "")} for m in seats
                ],
            },
            private={"people": [{"label": m.label, "user": m.user.public_id} for m in seats]},
        )
    return committee


def _seated(draw: Draw) -> list[Invitation]:
    """The draw's experts who said yes, by rank. One query."""
    return list(draw.invitations.filter(state="accepted").select_related("expert__user").order_by("rank"))


def _proper(draw: Draw, lot: Lot, chosen: Sequence[Invitation]) -> bool:
    """Whether the draw is this lot's, recomputes, and everybody it selected has said yes."""
    if draw.state != "drawn" or draw.subject_of_need != lot.ledger_ref or faults(draw.issued):
        return False
    return sorted(draw.issued["selected"]) == sorted(invitation.label for invitation in chosen)


def _strangers(lot: Lot, people: Sequence[User]) -> list[int]:
    """Representatives who act for neither the initiator nor its agency."""
    own = [lot.tender.initiator.code] + ([lot.tender.agency.code] if lot.tender.agency else [])
    known = _subjects_of([p.pk for p in people], own)
    return [p.pk for p in people if p.pk not in known]


def conflicts(lot: Lot, people: Sequence[tuple[int, str, bool]]) -> list[str]:
    """Why members of this committee may not sit, as reasons without names: ["专家：与投标人有利害关系"].

    Args:
        people: (user, employer's code, whether an expert) each.

    An expert has an interest through his employer, one he left lately (GP-15) or a membership; a representative through
    a membership in anybody but the side he represents (招标投标法 第三十七条, 12号令 第十二条).
    """
    return list(conflicted(lot, people).values())


def conflicted(lot: Lot, people: Sequence[tuple[int, str, bool]]) -> dict[int, str]:
    """The same reasons by user, for whoever has to replace the seat."""
    interests = interests_of(lot)
    own = {code for code, reason in interests.items() if reason in {"initiator", "agency"}}
    seated = [user for user, _, is_expert in people if is_expert]
    members = once_employed(lot, seated, _bidders(interests)) | _subjects_of(seated, interests)
    outside = _subjects_of([user for user, _, is_expert in people if not is_expert], interests.keys() - own)
    reasons = {}
    for user, employer, is_expert in people:
        code = (employer if employer in interests else members.get(user)) if is_expert else outside.get(user)
        if code:
            reasons[user] = f"{'专家' if is_expert else '招标人代表'}：{EXCLUSIONS[interests[code]]}"
    return reasons


def _seat(committee: Committee, wanted: Sequence[tuple[int, bool]], now: Any) -> list[CommitteeMember]:
    """Seats of those wanted; others have left. The seats in order of their labels' giving."""
    sitting = {m.user_id: m for m in committee.members.filter(left_at__isnull=True)}
    for user, member in sitting.items():
        if user not in {u for u, _ in wanted}:
            member.left_at = now
            member.save(update_fields=["left_at"])
    given = committee.members.count()
    for user, is_expert in wanted:
        if user not in sitting:
            CommitteeMember.objects.create(
                committee=committee, label=label_of(given), user_id=user, is_expert=is_expert
            )
            given += 1
    return members_of(committee)


def members_of(committee: Committee) -> list[CommitteeMember]:
    """Who sits now, in the order the labels were given. For the room itself; never for a page before the award."""
    found = committee.members.filter(left_at__isnull=True).select_related("user")
    return sorted(found, key=lambda m: _number(m.label))


def _number(label: str) -> int:
    return STEMS.index(label[2]) + len(STEMS) * (int(label[3:] or 1) - 1)


def committee_names(lot: Lot) -> list[dict[str, Any]] | None:
    """Who sat, by label; None until the award is public (招标投标法 第三十七条, 第四十四条). Two queries."""
    committee = getattr(lot, "committee", None)
    if lot.state not in AFTER_AWARD or committee is None:
        return None
    rows = sorted(committee.members.select_related("user"), key=lambda m: _number(m.label))
    return [{"label": m.label, "name": m.user.name, "expert": m.is_expert, "left": m.left_at is not None} for m in rows]
