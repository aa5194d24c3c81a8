"""Who may? The one door for permission.

A role over an object (initiator, bidder, committee …) is answered by the object itself through `party_roles(actor)`;
a platform duty (operator, supervisor …) by the actor. Some duties exclude each other: A9, D8 of requirements.md.
"""

from typing import Any, Protocol

from django.core.exceptions import PermissionDenied

from platform_site.accounts.actors import Actor

# Platform duties and their names on the screen. A duty is granted to a person, never to a subject.
DUTIES: dict[str, str] = {
    "operator": "交易中心经办",
    "draw_officer": "专家抽取经办",
    "pool_maintainer": "专家库维护",
    "pool_supervisor": "专家库监督",
    "supervisor": "行政监督",
    "auditor": "审计监察",
}
# `trader` is not granted: every person with a membership in a subject that trades holds it.
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"operator", "supervisor", "trader"}),
    frozenset({"draw_officer", "supervisor", "trader"}),
    frozenset({"operator", "auditor", "trader"}),
    frozenset({"pool_maintainer", "draw_officer", "pool_supervisor"}),
    frozenset({"pool_maintainer", "supervisor", "trader"}),
)


class Governed(Protocol):
    """An object that knows which roles an actor has over it.

    Where each role costs a question of its own, it also answers `holds_any(actor, wanted)`, asking for those alone.
    """

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """Roles over this object, e.g. {"initiator"}; empty for strangers."""
        ...


def roles(actor: Actor, *, over: Any = None) -> frozenset[str]:
    """Every role `actor` holds: platform duties, the kind for machines, and the roles over `over`."""
    held = set(actor.duties)
    if actor.kind in {"clock", "trustee", "console"}:
        held.add(actor.kind)
    if actor.user_id is not None:
        held.add("person")
    if over is not None:
        held |= over.party_roles(actor)
    return frozenset(held)


def may(actor: Actor, role: str, *, over: Any = None) -> bool:
    """Whether `actor` holds `role` (or one of several, separated by `|`) over the object.

    The object is asked only where what the actor is by himself does not suffice.
    """
    wanted = set(role.split("|"))
    if over is None or roles(actor) & wanted:
        return bool(roles(actor) & wanted)
    asked = getattr(over, "holds_any", None)
    return asked(actor, wanted) if asked else bool(over.party_roles(actor) & wanted)


def require(actor: Actor, role: str, *, over: Any = None) -> None:
    """Return if `actor` holds `role` over the object.

    Raises:
        PermissionDenied: otherwise. Views show it as 404 where the object itself is not visible.
    """
    if not may(actor, role, over=over):
        raise PermissionDenied(f"needs {role}")


def conflicting(held: set[str], wanted: str) -> frozenset[str]:
    """Duties among `held` that exclude `wanted` (A9: operator, supervisor and trader; D8: the pool's three ends)."""
    return frozenset(duty for group in EXCLUSIVE if wanted in group for duty in held & group if duty != wanted)
