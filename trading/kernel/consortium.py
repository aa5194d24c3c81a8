"""联合体: who is in which bid, what the agreement must agree with, and what the members count for together.

The envelope's outside names the members' codes and the digest of the agreement; the offer inside repeats them with
names, work and ratings. Nothing here is asked before `lot.opening_started`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NO_AGREEMENT, NOT_QUALIFIED, TWO_BIDS = 2, 3, 4  # grounds of 招标投标法实施条例 第五十一条
# 资质等级, best first; names on one line are one level.
LEVELS = (("特级",), ("壹级", "一级", "甲级"), ("贰级", "二级", "乙级"), ("叁级", "三级", "丙级"), ("不分等级",))
MOST_MEMBERS = 9
RATED = ("speciality", "level")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a bid of a consortium is rejected: the ground, and the words of the reason."""

    ground: int
    reason: str


def members_of(header: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes of the members besides the leader, as the envelope's outside names them; () for a bidder alone."""
    return tuple((header.get("consortium") or {}).get("members") or ())


def inside_of(offer: Mapping[str, Any]) -> dict[str, Any]:
    """The offer's own words on its consortium, {"members": [{"code", "name", "work", "ratings"}], "agreement"}; {}
    where it says nothing, or nothing that can be read: an offer is whatever a bidder's tool put there."""
    said = offer.get("consortium")
    if not isinstance(said, Mapping) or not isinstance(said.get("members"), list):
        return {}
    members = []
    for one in said["members"][: MOST_MEMBERS + 1]:
        if not isinstance(one, Mapping):
            return {}
        rated = one.get("ratings")
        ratings = [row for row in rated if isinstance(row, Mapping)] if isinstance(rated, list) else []
        members.append(
            {
                **{name: str(one.get(name) or "")[:200] for name in ("code", "name", "work")},
                "ratings": [{name: str(row.get(name) or "").strip()[:60] for name in RATED} for row in ratings[:20]],
            }
        )
    return {"members": members, "agreement": str(said.get("agreement") or "")}


def parties_twice(parties: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Bid -> codes that also stand in another bid of the lot, alone or in a consortium; only bids that have any.

    All these bids are void (招标投标法实施条例 第三十七条第三款).
    """
    found = {}
    for bid, codes in parties.items():
        others = {code for other, also in parties.items() if other != bid for code in also}
        if twice := sorted(set(codes) & others):
            found[bid] = twice
    return found


def level(name: str) -> int | None:
    """The place of a rating among LEVELS, 0 the best; None where it is none of them."""
    return next((place for place, names in enumerate(LEVELS) if name.strip() in names), None)


def lowest(members: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Speciality -> the lowest level among the members of that speciality (招标投标法 第三十一条)."""
    found: dict[str, str] = {}
    for member in members:
        for row in member["ratings"]:
            speciality, name = row["speciality"], row["level"]
            if speciality not in found or _place(name) > _place(found[speciality]):
                found[speciality] = name
    return found


def rated(held: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """A member's ratings, [{"speciality", "level"}], of the (kind, grade) pairs it holds: of each kind the best grade.

    What bears no grade rates nothing.
    """
    best: dict[str, str] = {}
    for kind, grade in held:
        if grade and (kind not in best or _place(grade) < _place(best[kind])):
            best[kind] = grade
    return [{"speciality": kind, "level": best[kind]} for kind in sorted(best)]


def _place(name: str) -> int:
    found = level(name)
    return len(LEVELS) if found is None else found


def faults(
    header: Mapping[str, Any],
    offer: Mapping[str, Any],
    files: Collection[str],
    leader: str,
    required: Iterable[Mapping[str, str]],
) -> list[Fault]:
    """What speaks against an opened bid because it is a consortium's.

    Args:
        header: the envelope's outside.
        offer: what was inside.
        files: SHA-256 of the opened files.
        leader: code of the subject that filed.
        required: [{"speciality", "level"}] of the document; () where it asks for none.
    """
    outside, inside = header.get("consortium") or {}, inside_of(offer)
    if not outside and not offer.get("consortium"):
        return []
    said = sorted(member["code"] for member in inside.get("members") or ())
    if not outside or said != sorted((leader, *outside["members"])):
        return [Fault(NO_AGREEMENT, "投标文件内外写明的联合体成员不一致")]
    if outside["agreement"] not in files or inside.get("agreement") != outside["agreement"]:
        return [Fault(NO_AGREEMENT, "投标文件中没有共同投标协议，或者与封装时写明的不是同一份")]
    held, found = lowest(inside["members"]), []
    for row in required:
        has = held.get(row["speciality"])
        if has is None:
            found.append(Fault(NOT_QUALIFIED, f"联合体没有一方具备{row['speciality']}资质"))
        elif _place(has) > _place(row["level"]):
            found.append(
                Fault(
                    NOT_QUALIFIED,
                    f"{row['speciality']}按资质等级较低的单位确定为{has}，招标文件要求{row['level']}以上",
                )
            )
    return found
