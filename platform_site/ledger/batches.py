"""Sealed batches: so many random places in every checkpoint, whether anything was filed or not.

A place is 32 bytes. A sealed entry's is its leaf hash, and the others are drawn from the batch's seed; without the
seed nobody can tell them apart. The places are the leaves of a small tree whose root stands in the batch's public
leaf, and the file with all places is published: whoever holds a promise finds his entry's hash in it, or does not.
"""

import hashlib
import secrets

from platform_site.ledger.merkle import HASH_BYTES, chunks, hash_range_root, inclusion_plan, memory_nodes, resolve

CAPACITY = 256
EVENT = "sealed-batch"


def new_seed() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def random_slots(count: int) -> list[int]:
    """Different slots in random order, so that one's own slot says nothing about how many others there are."""
    return secrets.SystemRandom().sample(range(CAPACITY), count)


def places(seed: bytes, filled: dict[int, bytes]) -> list[bytes]:
    """All places of a batch: leaf hashes at the filled slots, the seed's stream elsewhere."""
    drawn = chunks(hashlib.shake_256(b"sealed-batch\x00" + seed).digest(CAPACITY * HASH_BYTES))
    return [filled.get(slot, place) for slot, place in enumerate(drawn)]


def facts(number: int, found: list[bytes]) -> dict[str, str | int]:
    """What the public leaf says. Always as long: the number is padded."""
    return {"batch": f"{number:012d}", "capacity": CAPACITY, "places_root": hash_range_root(found).hex()}


def path(found: list[bytes], slot: int) -> list[bytes]:
    """The audit path from a place to the batch's root."""
    return resolve(inclusion_plan(slot, CAPACITY), memory_nodes(found))
