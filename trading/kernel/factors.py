"""评标基准价系数 drawn at the opening: the list of the document, the draw, its certificate. Plain Python.

The draw is that of the experts (experts/draw.py) over another list: two nonces, committed before the notice was out and
sealed to the lot's trustees, and the roll of the opening fix the order of the factors; the first is drawn. Nothing that
enters can still be chosen once the roll is public: docs/decisions/0060-opening-factors.md says why.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from experts.draw import ROLES, commitment, key_of, ordered
from platform_site.sealing.canonical import canonical

FORMAT = "ggzy-factor/1"
# Ours, not the law's: one factor is no draw, and nobody reads a list of hundreds aloud. A benchmark below half the mean
# or above it is no benchmark; the field of a single factor has the same bounds.
LEAST, MOST = 2, 20
LOWEST, HIGHEST = Decimal("0.5"), Decimal(1)
PLACES = 4
# Whose nonces, by role.
SIDES = {"initiator": "招标人代表", "witness": "见证人"}


def factors_of(terms: Mapping[str, Any]) -> tuple[str, ...]:
    """The factors the document publishes, as it writes them; () where it has one fixed factor or none."""
    return tuple((terms.get("price_formula") or {}).get("factors") or ())


def list_fault(terms: Mapping[str, Any]) -> str:
    """Why the list cannot be drawn from: kind | count | number | repeated; "" where it can or there is none."""
    listed = factors_of(terms)
    if not listed:
        return ""
    if terms["price_formula"].get("kind") != "mean_deviation" or terms.get("method") == "lowest":
        return "kind"
    if not LEAST <= len(listed) <= MOST:
        return "count"
    values = []
    for text in listed:
        try:
            value = Decimal(text)
        except (InvalidOperation, TypeError):
            return "number"
        if not value.is_finite() or not LOWEST <= value <= HIGHEST or value != round(value, PLACES):
            return "number"
        values.append(value)
    return "" if len(set(values)) == len(values) else "repeated"


def need_of(lot: str) -> str:
    """What the draw calls itself: the lot's need of a factor, beside its need of experts."""
    return f"{lot}#factor"


def root_of(lot: str, factors: Sequence[str], roll: Sequence[Mapping[str, str]]) -> str:
    """SHA-256 of the canonical list and roll, hex: what is drawn, and every envelope that was in at the deadline."""
    said = {"format": FORMAT, "lot": lot, "factors": list(factors), "roll": [dict(row) for row in roll]}
    return hashlib.sha256(canonical(said)).hexdigest()


def label_of(factor: str) -> str:
    """What the order sorts a factor by, hex."""
    return hashlib.sha256(f"{FORMAT}|{factor}".encode()).hexdigest()


def roll_shown(roll: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Of the opening's roll what enters the draw: each bid and the digest of its envelope, in order of arrival."""
    return [{"bid": row["bid"], "digest": row["digest"]} for row in roll]


def certify(
    *,
    lot: str,
    factors: Sequence[str],
    roll: Sequence[Mapping[str, Any]],
    commitments: Mapping[str, str],
    nonces: Mapping[str, str],
) -> dict[str, Any]:
    """The certificate: everything an outsider needs to draw again."""
    shown = roll_shown(roll)
    root = root_of(lot, factors, shown)
    by_label = {label_of(factor): factor for factor in factors}
    order = [by_label[label] for label in ordered(key_of(root, nonces, need_of(lot)), by_label)]
    return {
        "format": FORMAT,
        "lot": lot,
        "draw": need_of(lot),
        "factors": list(factors),
        "roll": shown,
        "root": root,
        "commitments": dict(commitments),
        "nonces": dict(nonces),
        "order": order,
        "drawn": order[0],
    }


def kept(lot: str, commitments: Mapping[str, str], nonces: Mapping[str, str]) -> dict[str, bool]:
    """By role whether the nonce is the one committed to for this very draw."""
    return {
        role: role in nonces and commitment(need_of(lot), role, nonces[role]) == commitments.get(role) for role in ROLES
    }


def with_factor(terms: Mapping[str, Any], drawn: str) -> dict[str, Any]:
    """The terms as the price is scored by: the drawn factor in the formula, the list beside it."""
    return {**terms, "price_formula": {**terms["price_formula"], "factor": drawn}}
