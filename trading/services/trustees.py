"""更换受托人: between notice and opening a trustee loses its key or leaves, and the lot gets another key set.

The set is proposed, countersigned like the first one, and in force with its notice of change. What was sealed to the
former set opens with what is left of that set; where too few are left, or a key may be in other hands, bidders have to
seal anew, and the deadline leaves them the days of an amendment. Nothing here asks whether anybody has filed, and every
holder of the document is told the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from platform_site import clock, workdays
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rows import one_or_none
from platform_site.sealing import keysets
from platform_site.sealing import services as sealing
from platform_site.sealing.canonical import NotCanonical, parse
from platform_site.sealing.models import KeySet, Trustee
from platform_site.sealing.selectors import keysets_of
from trading import addresses
from trading.kernel.time import same_hour
from trading.models import Bid, Lot, Notice
from trading.services.acts import acting
from trading.services.alerts import tell_holders
from trading.services.deadlines import deadline_of, deadline_set
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.tenders import key_set_shown_as

GROUNDS = {
    "lost": "受托人的密钥遗失",
    "departed": "受托人不再担任受托人",
    "exposed": "受托人的密钥可能泄露",
}


def key_set_in_force(lot: Lot) -> KeySet | None:
    """The set that is sealed to now; None for a lot that runs bidder-only. One query."""
    return one_or_none(KeySet.objects.filter(hash=lot.key_set_hash)) if lot.key_set_hash else None


def key_set_proposed(lot: Lot) -> KeySet | None:
    """The newest set that waits for countersignatures and its notice; None while there is none. Two queries."""
    standing, newest = key_set_in_force(lot), next(iter(reversed(keysets_of(lot.ledger_ref))), None)
    if standing is None or newest is None:
        return None
    return newest if keysets.number_of(newest.pk) > keysets.number_of(standing.pk) else None


def key_sets_to_seal(lot: Lot) -> list[KeySet]:
    """The sets a filing may be sealed to, the one in force first. One query, three once a trustee was replaced.

    A former set counts while enough of its members are left and none of their keys may be in other hands: whoever has
    sealed on a computer without a line need not begin again.
    """
    standing = key_set_in_force(lot)
    if standing is None or standing.pk == lot.ledger_ref:
        return [standing] if standing else []
    changes = list(lot.notices.filter(state="published", kind="trustees").order_by("published_at"))
    by_hash, found = {row.hash: row for row in keysets_of(lot.ledger_ref)}, [standing]
    for place, change in enumerate(changes):
        former = by_hash.get(change.content["former"])
        if former is not None and all(_counted_on(former, changes[place:])):
            found.append(former)
    return found


def _counted_on(former: KeySet, changes: Sequence[Notice]) -> list[bool]:
    """For a set and everything that changed since: enough members are left, and nobody else may hold their keys."""
    gone = {one["trustee"] for change in changes for one in change.content["gone"]}
    return [
        keysets.remaining(former.document, gone) >= former.k,
        not any(change.content["ground"] == "exposed" for change in changes),
    ]


def left_behind(lot: Lot, bid: Bid) -> bool:
    """Whether one's own bid is sealed to a set that is no longer used, and should be sealed anew."""
    named = bid.envelope.header.get("trustee_set")
    return bool(named) and named not in {row.hash for row in key_sets_to_seal(lot)}


def refuse_former(lot: Lot, header: bytes, accepted: Sequence[KeySet]) -> None:
    """Return unless the envelope is sealed to a set of the lot's that is no longer used: one's own header says which.

    Raises:
        Refused: `trustees.former_set`, with what to do. Everything else is the envelope's own check's to refuse.
    """
    if not accepted or accepted[0].pk == lot.ledger_ref:
        return
    try:
        said = parse(header).get("trustee_set")
    except (NotCanonical, AttributeError):
        return
    if said not in {row.hash for row in accepted} and said in {row.hash for row in keysets_of(lot.ledger_ref)}:
        raise Refused([Violation("trustees.former_set", "ELE-07", lot.book.article("ELE-07"))])


@dataclass(frozen=True, slots=True)
class Replacing:
    """What replacing one set by another comes to.

    Attributes:
        gone: members of the former set that are not in the new one.
        left: how many of the former set are left.
        opens: what was sealed to the former set still opens with them, and only with them.
    """

    former: KeySet
    gone: tuple[Mapping[str, Any], ...]
    left: int
    opens: bool


def replacing(former: KeySet, kept: Sequence[str], ground: str) -> Replacing:
    """What it comes to when only the trustees of these ids stay."""
    gone = tuple(m for m in former.document["members"] if m["trustee"] not in kept)
    left = keysets.remaining(former.document, [m["trustee"] for m in gone])
    return Replacing(former, gone, left, left >= former.k and ground != "exposed")


def trustees_propose(*, lot_id: int, trustees: Sequence[Trustee], k: int, actor: Actor) -> KeySet:
    """Another key set waits for its members' countersignatures; nothing is sealed to it before its notice.

    Proposing again makes another; the one before is left lying.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: after the deadline; a lot without trustees; nobody of the former set is replaced; the set is unsound
            (initiator and operator together reach k, a supervising authority, no keys left).
    """

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        former = key_set_in_force(lot)
        names = replacing(former, [str(t.pk) for t in trustees], "").gone if former else ()
        return {"key_set": lot.key_set_hash, "gone": [one["name"] for one in names]}

    with acting("propose_trustees", lot_id=lot_id, actor=actor, values=values) as act:
        number = keysets.number_of(keysets_of(act.lot.ledger_ref)[-1].pk) + 1
        made = sealing.assign_keyset(
            keysets.later_ref(act.lot.ledger_ref, number), trustees, k, not_before=deadline_of(act.lot)
        )
        act.entry("lot.key_set_proposed", {"key_set": made.hash, "set": made.pk, "k": k, "rules": ["ELE-05", "ELE-07"]})
    return made


def trustees_replace(
    *,
    lot_id: int,
    ground: str,
    reason: str,
    actor: Actor,
    bid_deadline: datetime | None = None,
    extend: bool = False,
) -> Notice:
    """The proposed set is in force: bids are sealed to it from now on, in public, and every holder is told the same.

    Args:
        ground: one of GROUNDS.
        bid_deadline: a later deadline; None keeps it.
        extend: where bidders have to seal anew, move a too early deadline to the nearest lawful moment.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: after the deadline; no proposed set, or too few countersignatures; bidders have to seal anew and fewer
            days are left than for an amendment while `extend` is off (实施条例 第二十一条).
    """
    reason = text_of(reason, field="reason", limit=1000)
    if ground not in GROUNDS:
        raise Refused([Violation("fact.missing", "ELE-07", facts={"fact": "ground"})])
    moved: dict[str, datetime] = {}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        proposed, former = key_set_proposed(lot), key_set_in_force(lot)
        change = _change(former, proposed, ground) if former and proposed else None
        anew = bool(change and not change.opens)
        moved["bid_deadline"] = _deadline(lot, now, bid_deadline, extend=extend and anew)
        return {
            "key_set": proposed.hash if proposed else "",
            "key_set_gaps": sealing.keyset_gaps(proposed.pk) if proposed else (),
            "gone": [one["name"] for one in change.gone] if change else (),
            "affects_preparation": anew,
            "amended_at": now,
            "bid_deadline": moved["bid_deadline"],
        }

    with acting("replace_trustees", lot_id=lot_id, actor=actor, values=values) as act:
        lot, before = act.lot, deadline_of(act.lot)
        former, made = key_set_in_force(lot), key_set_proposed(lot)
        assert former is not None
        assert made is not None
        change = _change(former, made, ground)
        lot.key_set_hash = made.hash
        if moved["bid_deadline"] != before:
            deadline_set(act, moved["bid_deadline"])
            if validity := lot.terms.get("validity_days"):
                lot.record("validity_until", moved["bid_deadline"] + timedelta(days=int(validity)))
        number = lot.notices.filter(kind="trustees").count() + 1
        said = {
            # Where nobody has to seal anew, nothing of an amendment is left: the days are no part of the ground.
            **({"article": lot.book.article("ELE-07")} if change.opens else {}),
            "ground": ground,
            "reason": reason,
            "former": former.hash,
            "former_fingerprint": keysets.set_fingerprint(former.document),
            "former_k": former.k,
            "former_left": change.left,
            "former_opens": change.opens,
            "gone": [_named(one) for one in change.gone],
            "key_set": key_set_shown_as(made),
            "deadline_before": before,
            "deadline_after": moved["bid_deadline"],
        }
        notice = notice_write(act, "trustees", f"{lot.title}更换受托人公告（第{number}次）", said)
        act.entry(
            "lot.trustees_replaced",
            {
                **noticed(notice),
                "key_set": made.hash,
                "former": former.hash,
                **({"bid_deadline": moved["bid_deadline"]} if moved["bid_deadline"] != before else {}),
            },
        )
        tell_holders(
            lot, about=f"notice:{notice.id}", title=notice.title, body=_told(said), url=addresses.notice(notice)
        )
    return notice


def _change(former: KeySet, made: KeySet, ground: str) -> Replacing:
    return replacing(former, [m["trustee"] for m in made.document["members"]], ground)


def _deadline(lot: Lot, now: datetime, asked: datetime | None, *, extend: bool) -> datetime:
    standing = deadline_of(lot)
    deadline = asked or standing
    if deadline < standing:
        raise Refused([Violation("deadline.earlier", facts={"was": standing, "asked": deadline})])
    if extend:
        number = lot.book.rule("ENG-11")["days"]
        least = workdays.earliest_after(now, int(number.amount), number.unit)
        deadline = same_hour(least, deadline) if deadline < least else deadline
    return deadline


def _named(member: Mapping[str, Any]) -> dict[str, str]:
    role, print_ = keysets.ROLES.get(member["role"], member["role"]), keysets.member_fingerprint(member)
    return {"trustee": member["trustee"], "name": member["name"], "role": role, "fingerprint": print_}


def _told(said: Mapping[str, Any]) -> str:
    """The same words for every holder, whether or not anybody has filed."""
    names = "、".join(one["name"] for one in said["gone"])
    lines = [f"{GROUNDS[said['ground']]}：{names}。{said['reason']}"]
    if said["former_opens"]:
        lines.append("用原密钥集加密、已经递交的投标文件仍可开启，不必重新递交。此后递交的用新的密钥集加密。")
    else:
        lines.append("原密钥集不再使用。已经递交投标文件的，请在截止以前用新的密钥集重新加密递交。")
    until = clock.china(said["deadline_after"])
    words = "改为" if said["deadline_after"] != said["deadline_before"] else "仍为"
    return "\n".join([*lines, f"投标截止时间{words} {until:%Y年%-m月%-d日 %H:%M}。"])
