"""The draw, as an outsider recomputes it. Standard library only; verify/draw.py does the same without this project.

    list    every active expert of the specialty and region, excluded ones too, under labels that are fresh each draw
    root    RFC 9162 Merkle root of the list, in the record before anybody knows a nonce
    key     HKDF-SHA-256 of root, both nonces and the need's reference
    order   the labels by HMAC-SHA-256(key, label); constraints skip down, a replacement goes on where the walk stopped

Nobody can steer it: whoever makes the list does not know the nonces, whoever knows a nonce committed to it before the
other was shown, and a nonce once committed cannot be kept back (it lies sealed with the trustees).
招标投标法实施条例 第四十六条; 国办发〔2015〕63号 四(八).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FORMAT = "ggzy-draw/1"
ROLES = ("initiator", "witness")
NONCE_BYTES = 32
SALT_BYTES = 16
# Why a listed expert cannot be taken; the national specification's recusal reasons (1, 2, 3, 4, 9) and our own.
EXCLUSIONS: dict[str, str] = {
    "bidder": "与投标人有利害关系",
    "initiator": "招标人（采购人）单位人员",
    "authority": "行政监督部门人员",
    "agency": "招标代理机构人员",
    "centre": "交易中心人员",
    "suspended": "名单公布后暂停或者退出",
    "recent": "近期参加过同一发起人的评审",
    "drawn": "已在本项目其他抽取中选中",
    "other": "其他应当回避的情形",
}
DECLINES: dict[str, str] = {
    "refused": "本人不能参加",
    "unreachable": "按固定日程多次通知无回应",
    "recused": "依法回避",
    "absent": "确认后未到场",
}
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Need:
    """What is drawn.

    Attributes:
        specialties: codes of the national classification; a short one stands for all below it.
        regions: region codes; a short one stands for all below it. Empty: anywhere.
        count: experts to be selected.
        per_employer: how many of one employer may sit at a time.
    """

    specialties: tuple[str, ...]
    count: int
    regions: tuple[str, ...] = ()
    per_employer: int = 1

    def as_json(self) -> dict[str, Any]:
        """The need as it stands in certificate and record."""
        return {
            "specialties": list(self.specialties),
            "regions": list(self.regions),
            "count": self.count,
            "per_employer": self.per_employer,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Need":
        """The need read back."""
        return cls(tuple(data["specialties"]), data["count"], tuple(data["regions"]), data["per_employer"])

    def asks_for(self, specialties: Iterable[str], region: str) -> bool:
        """Whether an expert of these specialties and this region belongs on the list."""
        return any(held.startswith(self.specialties) for held in specialties) and (
            not self.regions or region.startswith(self.regions)
        )


class Listed(NamedTuple):
    """An expert who belongs on the list: opaque id, employer's code ("" for none), why excluded ("" if not)."""

    expert: str
    employer: str = ""
    excluded: str = ""


class Row(NamedTuple):
    """A public row: the expert's label, a commitment to the employer's tag, why excluded."""

    label: str
    unit: str
    excluded: str = ""

    def as_json(self) -> dict[str, str]:
        """The row as the certificate prints it."""
        return {"label": self.label, "unit": self.unit, "excluded": self.excluded}


class Opening(NamedTuple):
    """What turns a row back into a person: kept, opened after the award."""

    expert: str
    salt: str
    tag: str
    tag_salt: str


def label_of(salt: bytes, expert: str) -> str:
    """SHA-256(salt || expert's opaque id), hex. The salt is fresh, so two draws cannot be laid side by side."""
    return hashlib.sha256(salt + expert.encode()).hexdigest()


def unit_of(salt: bytes, tag: str) -> str:
    """Commitment to an employer's tag. Only tags the walk has passed are opened, so nobody counts one employer's
    experts and guesses whose they are."""
    return hashlib.sha256(salt + bytes.fromhex(tag)).hexdigest()


def make_list(people: Iterable[Listed]) -> tuple[list[Row], dict[str, Opening]]:
    """The public list, sorted by label, and by label what opens it. Every salt is new."""
    found = list(people)
    random = secrets.token_bytes(3 * SALT_BYTES * len(found))
    tags: dict[str, str] = {}
    openings: dict[str, Opening] = {}
    rows = []
    sha = hashlib.sha256
    for at, (expert, employer, excluded) in enumerate(found):
        start = 3 * SALT_BYTES * at
        salt, tag_salt = random[start : start + SALT_BYTES], random[start + SALT_BYTES : start + 2 * SALT_BYTES]
        tag = tags.get(employer, "")
        if not tag:
            fresh = random[start + 2 * SALT_BYTES : start + 3 * SALT_BYTES]
            tag = sha(fresh + employer.encode()).hexdigest()
            if employer:
                tags[employer] = tag
        label = sha(salt + expert.encode()).hexdigest()
        rows.append(Row(label, unit_of(tag_salt, tag), excluded))
        openings[label] = Opening(expert, salt.hex(), tag, tag_salt.hex())
    rows.sort(key=lambda row: row.label)
    return rows, openings


def leaf(row: Row) -> bytes:
    """RFC 9162 leaf hash of a row: `label|unit|excluded` in ASCII."""
    return hashlib.sha256(f"\x00{row.label}|{row.unit}|{row.excluded}".encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 tree head of leaf hashes; of nothing it is SHA-256 of nothing."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    sha = hashlib.sha256
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [sha(b"\x01" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)] + odd
    return level[0]


def root_of(rows: Sequence[Row]) -> str:
    """The list's root, hex."""
    return merkle_root([leaf(row) for row in rows]).hex()


def inclusion(rows: Sequence[Row], label: str) -> list[str]:
    """The audit path of `label`, hashes from the leaf up, hex: with it an expert checks his own row.

    Raises:
        ValueError: the label is not on the list.
    """
    at = [row.label for row in rows].index(label)
    level, path = [leaf(row) for row in rows], []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(("L" if beside < at else "R") + level[beside].hex())
        odd = [level[-1]] if len(level) % 2 else []
        pairs = range(0, len(level) - 1, 2)
        level = [hashlib.sha256(b"\x01" + level[n] + level[n + 1]).digest() for n in pairs] + odd
        at //= 2
    return path


def new_nonce() -> str:
    """A nonce, hex."""
    return secrets.token_hex(NONCE_BYTES)


def is_nonce(text: object) -> bool:
    """Whether `text` is a well-formed nonce (or commitment)."""
    return isinstance(text, str) and _HEX64.match(text) is not None


def commitment(draw: str, role: str, nonce: str) -> str:
    """SHA-256 over draw, role and nonce: the other side cannot copy it as its own, nor take it to another draw."""
    return hashlib.sha256(f"{FORMAT}|{draw}|{role}|{nonce}".encode()).hexdigest()


def key_of(root: str, nonces: Mapping[str, str], lot: str) -> bytes:
    """HKDF-SHA-256: salt FORMAT, key material root || nonces in the order of ROLES, info the need's reference."""
    material = bytes.fromhex(root) + b"".join(bytes.fromhex(nonces[role]) for role in ROLES)
    extracted = hmac.digest(FORMAT.encode(), material, "sha256")
    return hmac.digest(extracted, lot.encode() + b"\x01", "sha256")


def ordered(key: bytes, labels: Iterable[str]) -> list[str]:
    """The labels by HMAC-SHA-256(key, label)."""
    # hmac.digest sets the key up anew for every label; copying the two keyed states takes less than half the time, and
    # a province draws tens of thousands of times a year over lists of hundreds.
    block = key.ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def place(label: str) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(bytes.fromhex(label))
        around.update(within.digest())
        return around.digest()

    return sorted(labels, key=place)


@dataclass(slots=True)
class Walk:
    """How the order was walked.

    Attributes:
        steps: {"rank", "label", "outcome": selected | skipped, "reason"}, by rank.
        standing: labels that are selected and have not declined, by rank.
        short: seats the list could not fill.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    short: int = 0


def walk(
    order: Sequence[str],
    excluded: Mapping[str, str],
    tags: Mapping[str, str],
    need: Need,
    events: Sequence[Mapping[str, Any]] = (),
) -> Walk:
    """The order walked until the need is met, then on for each event. Nobody passed over is ever come back to.

    Args:
        excluded: reason by label, only of those who are.
        tags: employer's tag by label; needed for those who are reached and not excluded.
        events: {"kind": "declined", "label", "reason"} or {"kind": "more", "count"}, as they happened.

    Raises:
        ValueError: an event names somebody who is not standing.
    """
    done = Walk()
    place = 0

    def seat(wanted: int) -> None:
        nonlocal place
        while wanted and place < len(order):
            label = order[place]
            place += 1
            if label in excluded:
                outcome, reason = "skipped", excluded[label]
            elif sum(tags[other] == tags[label] for other in done.standing) >= need.per_employer:
                outcome, reason = "skipped", "employer"
            else:
                outcome, reason = "selected", ""
                done.standing.append(label)
                wanted -= 1
            done.steps.append({"rank": place, "label": label, "outcome": outcome, "reason": reason})
        done.short += wanted

    seat(need.count)
    for event in events:
        if event["kind"] == "more":
            seat(event["count"])
            continue
        if event["label"] not in done.standing:
            raise ValueError("who declines must have been selected")
        done.standing.remove(event["label"])
        seat(1)
    return done


def certify(
    *,
    draw: str,
    lot: str,
    need: Need,
    pool: Mapping[str, str],
    rows: Sequence[Row],
    openings: Mapping[str, Opening],
    commitments: Mapping[str, str],
    nonces: Mapping[str, str],
    events: Sequence[Mapping] = (),
) -> dict[str, Any]:
    """The certificate: everything an outsider needs to draw again, and nothing that names a person."""
    root = root_of(rows)
    order = ordered(key_of(root, nonces, lot), (row.label for row in rows))
    excluded = {row.label: row.excluded for row in rows if row.excluded}
    done = walk(order, excluded, {label: opening.tag for label, opening in openings.items()}, need, events)
    shown = {
        step["label"]: {"tag": openings[step["label"]].tag, "salt": openings[step["label"]].tag_salt}
        for step in done.steps
        if step["label"] not in excluded
    }
    return {
        "format": FORMAT,
        "draw": draw,
        "lot": lot,
        "need": need.as_json(),
        "pool": dict(pool),
        "list": [row.as_json() for row in rows],
        "root": root,
        "commitments": dict(commitments),
        "nonces": dict(nonces),
        "events": [dict(event) for event in events],
        "units": shown,
        "walk": done.steps,
        "selected": done.standing,
        "short": done.short,
    }


def faults(certificate: Mapping[str, Any]) -> list[str]:
    """Every way in which the certificate does not follow from itself; empty means the draw can be recomputed."""
    try:
        return _faults(certificate)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"malformed: {type(error).__name__}"]


def _faults(certificate: Mapping[str, Any]) -> list[str]:
    found = [] if certificate["format"] == FORMAT else ["format"]
    rows = [Row(row["label"], row["unit"], row["excluded"]) for row in certificate["list"]]
    labels = [row.label for row in rows]
    if labels != sorted(set(labels)):
        found.append("list.order")
    if root_of(rows) != certificate["root"]:
        found.append("list.root")
    for role in ROLES:
        nonce = certificate["nonces"][role]
        told = commitment(certificate["draw"], role, nonce)
        if not is_nonce(nonce) or told != certificate["commitments"][role]:
            found.append(f"nonce.{role}")
    units = {row.label: row.unit for row in rows}
    for label, unit in certificate["units"].items():
        if unit_of(bytes.fromhex(unit["salt"]), unit["tag"]) != units[label]:
            found.append(f"unit.{label[:8]}")
    order = ordered(key_of(certificate["root"], certificate["nonces"], certificate["lot"]), labels)
    excluded = {row.label: row.excluded for row in rows if row.excluded}
    tags = {label: unit["tag"] for label, unit in certificate["units"].items()}
    done = walk(order, excluded, tags, Need.from_json(certificate["need"]), certificate["events"])
    if done.steps != certificate["walk"]:
        found.append("walk")
    if done.standing != certificate["selected"] or done.short != certificate["short"]:
        found.append("selected")
    return found
