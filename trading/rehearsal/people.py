"""The cast: invented organisations and people with valid codes, duties, keys. Deterministic by name."""

import hashlib
from dataclasses import dataclass, field

from credit import codes
from platform_site.accounts.actors import Actor
from platform_site.sealing.keyfiles import BidderKey, TrusteeKey

REGION = "990100"  # 泽安市, invented
A31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def invented_code(name: str, kind: str = "91", region: str = REGION) -> str:
    """A credit code with both check digits right whose organisation part comes from the name."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:5], "big")
    first8 = "M" + "".join(A31[number // 31**i % 31] for i in range(7))
    first17 = f"{kind}{region}{first8}{codes.organisation_check(first8)}"
    return first17 + codes.check_character(first17)


@dataclass
class Person:
    """Somebody on the stage: the user, the subject acted for, the duties."""

    username: str
    name: str
    user: object = None
    code: str = ""
    duties: frozenset[str] = frozenset()
    address: str = "192.0.2.10"

    @property
    def actor(self) -> Actor:
        """The Actor this person acts as."""
        return Actor("person", self.user.public_id, self.code, self.duties, self.address)

    @property
    def pk(self) -> int:
        """The user's primary key."""
        return self.user.pk


@dataclass
class Cast:
    """Everybody a script needs.

    Attributes:
        people: by username.
        keys: bidder keys by subject code; they exist on the stage only, never on a server.
        trustees: trustee keys by trustee id (text).
    """

    people: dict[str, Person] = field(default_factory=dict)
    subjects: dict[str, object] = field(default_factory=dict)
    keys: dict[str, BidderKey] = field(default_factory=dict)
    trustees: dict[str, TrusteeKey] = field(default_factory=dict)

    def __getitem__(self, username: str) -> Person:
        return self.people[username]
