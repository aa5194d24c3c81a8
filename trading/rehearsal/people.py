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


MANAGERS = {"bidder1": "程砚舟", "bidder2": "郭承志", "bidder3": "罗怀远", "bidder4": "汪若谷", "bidder5": "高维岳"}
SURNAMES, GIVEN = "林何郑梁谢唐许韩曹彭曾萧田董潘袁蔡", ("志衡", "景澄", "怀安", "思齐", "明川", "若冲", "立言", "云深")


def manager_of(username: str) -> str:
    """The project manager whom this bidder offers: always the same, and not its neighbour's.

    Beyond the cast's five the name follows from the number at the end of the user name.
    """
    if username in MANAGERS:
        return MANAGERS[username]
    number = int("".join(letter for letter in username if letter.isdecimal()) or 0)
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]


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
    def manager(self) -> str:
        """The project manager this bidder's offers name."""
        return manager_of(self.username)

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
