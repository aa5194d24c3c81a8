"""A lot's key set: who holds the keys, how many open it, and why the set is sound. Plain Python.

The set is a canonical document. Its digest stands in every envelope, its fingerprints in the notice. Each member's
recipient is signed by the member's own key, and members countersign the whole set: that binds their serial to this
lot, so a second lot can never borrow the same keys and be opened early in its place.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from platform_site.accounts.refusals import Violation
from platform_site.sealing import age, signing
from platform_site.sealing.canonical import NotCanonical, digest
from platform_site.sealing.keyfiles import fingerprint, lot_key_signed

FORMAT = "ggzy-keyset/1"
COUNTERSIGN_CONTEXT = "ggzy-keyset-countersign/1"
RELEASE_CONTEXT = "ggzy-lot-key-release/1"
# role: name on the screen
ROLES: dict[str, str] = {
    "initiator": "招标人",
    "agency": "招标代理机构",
    "notary": "公证机构",
    "ca": "电子认证服务机构",
    "other_centre": "异地交易中心",
    "own_centre": "本地交易中心",
    "operator": "平台运行服务机构",
    "authority": "行政监督部门",
}
# An agency acts for the initiator; the own centre and the operator run the platform: one side, counted together.
INSIDERS = frozenset({"initiator", "agency", "own_centre", "operator"})
SECRECY = "招标投标法 第二十八条"
# Behind a lot's name: the key set that follows the first one, numbered from 2.
_LATER = re.compile(r"#keys-([2-9]|[1-9][0-9]{1,3})\Z")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who might be a trustee: role (a key of ROLES) and unified social credit code."""

    role: str
    subject_code: str


def check_trustee_set(trustees: Sequence[Candidate], k: int) -> list[Violation]:
    """Every reason this set may not guard a lot; empty means it may.

    `trustees` may be anything with `role` and `subject_code`.
    """
    found: list[Violation] = []
    if unknown := sorted({t.role for t in trustees} - ROLES.keys()):
        found.append(Violation("trustees.unknown_role", facts={"roles": unknown}))
    if k < 2:
        found.append(Violation("trustees.threshold_low", "ELE-05", SECRECY, {"k": k, "least": 2}, {"k": 2}))
    if len(trustees) < k:
        found.append(Violation("trustees.too_few", "ELE-07", facts={"count": len(trustees), "k": k}))
    codes = [t.subject_code for t in trustees]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        found.append(Violation("trustees.same_subject", "ELE-05", SECRECY, {"subjects": doubled}))
    insiders = sum(t.role in INSIDERS for t in trustees)
    if insiders >= k:
        found.append(Violation("trustees.insiders_reach_k", "ELE-05", SECRECY, {"insiders": insiders, "k": k}))
    if any(t.role == "authority" for t in trustees):
        found.append(Violation("trustees.authority", "PLT-05", "国办发〔2015〕63号 七(十三)"))
    return found


def build(
    lot_ref: str,
    k: int,
    members: Sequence[Mapping[str, Any]],
    *,
    created: datetime,
    not_before: datetime | None = None,
    release_event: str = "lot.opening_started",
) -> dict[str, Any]:
    """The key-set document.

    Args:
        members: {trustee, name, role, subject, signing_key, serial, recipient, proof} each; order is kept and gives
            each member its number.
        not_before: the opening moment announced in the notice; no agent gives a key away earlier by its own clock.
        release_event: the ledger event about the lot that frees the keys.
    """
    return {
        "format": FORMAT,
        "lot": lot_ref,
        "k": k,
        "members": [dict(member) for member in members],
        "created": stamp(created),
        "not_before": stamp(not_before) if not_before else "",
        "release_event": release_event,
    }


def later_ref(lot_ref: str, number: int) -> str:
    """The name of a lot's `number`-th key set, from 2; the first is named like the lot."""
    return f"{lot_ref}#keys-{number}"


def number_of(set_ref: str) -> int:
    """Which key set of its lot this is, from 1."""
    found = _LATER.search(set_ref)
    return int(found[1]) if found else 1


def guards(set_ref: str, lot_ref: str) -> bool:
    """Whether a key set of this name is one of the lot's, the first or a later one."""
    return set_ref == lot_ref or (set_ref.startswith(lot_ref) and bool(_LATER.fullmatch(set_ref, len(lot_ref))))


def stamp(moment: datetime) -> str:
    """A moment as signed documents write it: UTC, whole seconds, `2026-01-31T01:02:03Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def subsets(keyset: Mapping[str, Any]) -> list[list[int]]:
    """Every k-subset of member numbers, in lexicographic order: the order of an envelope's trustee wraps."""
    return [list(chosen) for chosen in combinations(range(len(keyset["members"])), keyset["k"])]


def set_hash(keyset: Mapping[str, Any]) -> str:
    """The digest that every envelope for the lot carries, 64 hex characters."""
    return digest(dict(keyset))


def set_fingerprint(keyset: Mapping[str, Any]) -> str:
    """What the notice prints for the whole set."""
    return fingerprint({"keyset": set_hash(keyset)})


def member_fingerprint(member: Mapping[str, Any]) -> str:
    """What the notice prints for one member: that of the trustee's long-lived signing key."""
    return fingerprint({"ed25519": member["signing_key"]})


def remaining(keyset: Mapping[str, Any], gone: Collection[str]) -> int:
    """How many members are left once those trustees, by id, are no longer counted on."""
    return sum(member["trustee"] not in gone for member in keyset["members"])


def faults(keyset: Mapping[str, Any], lot_ref: str) -> list[str]:
    """Every reason not to trust this document for the lot; empty means its members really published these keys."""
    try:
        set_hash(keyset)
        members = keyset["members"]
        found = [] if keyset["format"] == FORMAT else ["format"]
        found += [] if keyset["lot"] == lot_ref else ["lot"]
        people = [Candidate(m["role"], m["subject"]) for m in members]
        found += [violation.code for violation in check_trustee_set(people, keyset["k"])]
        if len({m["recipient"] for m in members}) != len(members):
            found.append("recipient.doubled")
        if len({m["signing_key"] for m in members}) != len(members):
            found.append("signing_key.doubled")
        for number, m in enumerate(members):
            signed = lot_key_signed(m["signing_key"], m["serial"], m["recipient"], m["proof"])
            if not (age.is_recipient(m["recipient"]) and signed):
                found.append(f"member.{number}.proof")
    except (KeyError, TypeError, AttributeError, NotCanonical):
        return ["malformed"]
    return found


def countersigners(keyset: Mapping[str, Any], signatures: Mapping[str, str]) -> list[int]:
    """Numbers of the members whose countersignature (by trustee id) over this set is good."""
    return [
        number
        for number, member in enumerate(keyset["members"])
        if signing.verified(
            member["signing_key"], COUNTERSIGN_CONTEXT, dict(keyset), signatures.get(member["trustee"], "")
        )
    ]


def countersigners_needed(keyset: Mapping[str, Any]) -> int:
    """How many must countersign: so many that the rest cannot reach k."""
    return len(keyset["members"]) - keyset["k"] + 1


def release_statement(lot_ref: str, keyset_hash: str, serial: int, secret: str) -> dict[str, Any]:
    """What a trustee signs when giving a lot key away; the secret stands in it, so nobody else can have sent it."""
    return {"lot": lot_ref, "keyset": keyset_hash, "serial": serial, "secret": secret}
