"""What a filer takes away: a promise at once, a proof as soon as a checkpoint stands.

A promise is signed JSON: this hash arrived then, for this lot, and stands in the record within 60 seconds. A proof is
C2SP tlog-proof text. `verify/verify.py` reads both without us.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from platform_site.ledger import genesis, keys, layout, notes, tree
from platform_site.ledger.batches import path as batch_path
from platform_site.ledger.models import Checkpoint, Entry, Position, SealedPlace
from platform_site.ledger.publishing import batch_places, published_places, signed_note
from platform_site.ledger.values import canonical, instant
from platform_site.rows import one_or_none

PROMISED = timedelta(seconds=60)
# Before the signed bytes, so that a promise can never be mistaken for anything else this key might sign.
PREFIX = b"ggzy.ledger.promise.v1\n"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


def promise(entry: Entry, arrival: datetime, lot: Any) -> dict[str, str]:
    """A signed promise {entry hash, arrival time, lot}. Give it out after the entry's transaction committed.

    Args:
        arrival: when the last byte arrived, stamped before any queue or lock.
        lot: `lot:<reference>`, or an object with that text as `.ledger_ref`.
    """
    signer = keys.promise_signer()
    said = {
        "promise": "v1",
        "origin": notes.check_name(signer.name.removesuffix("/promise")),
        "id": str(entry.id),
        "entry": bytes(entry.leaf_hash).hex(),
        "arrived_at": instant(arrival),
        "lot": lot if isinstance(lot, str) else lot.ledger_ref,
        "key": f"{signer.name}+{signer.verifier.id.hex()}",
    }
    signature = signer.private.sign(PREFIX + canonical(said))
    return {**said, "signature": base64.b64encode(signature).decode()}


def promise_key() -> notes.Verifier | None:
    """The key of promises as the record's first entry names it; None before there is one. One query."""
    first = genesis.first()
    return notes.Verifier.parse(first.facts["promise_key"]) if first else None


def promised_by(key: notes.Verifier | None, said: Mapping[str, Any]) -> bool:
    """Whether the promise bears this key's signature; without a key nothing can be held against it."""
    if key is None:
        return True
    try:
        signature = base64.b64decode(said["signature"], validate=True)
        text = PREFIX + canonical({name: value for name, value in said.items() if name != "signature"})
    except (KeyError, TypeError, ValueError):
        return False
    return key.signed(text, signature)


def proof(entry: Entry) -> str | None:
    """The entry's tlog-proof against the newest checkpoint; None until one covers it. For who may read the entry.

    The `extra` line makes it self-contained: the leaf itself, and for a sealed entry the way from its place to the
    batch's public leaf.
    """
    standing = {"leaf": entry.leaf.decode()}
    if not entry.sealed:
        numbered = one_or_none(Position.objects.filter(entry_id=entry.pk))
        return None if numbered is None else _text(numbered.position, standing)
    place = one_or_none(SealedPlace.objects.select_related("batch").filter(entry_id=entry.pk))
    if place is None:
        return None
    batch = place.batch
    way = _in_batch(batch.number, batch.position, batch_places(batch), place.slot)
    return _text(batch.position, way | standing)


def proofs(entries: Sequence[Entry]) -> dict[UUID, str]:
    """The tlog-proof of each public entry the newest checkpoint covers, all against that one; the others are not in it.

    Four queries, however many entries.
    """
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        return {}
    leaves = {entry.pk: entry.leaf.decode() for entry in entries if not entry.sealed}
    found = Position.objects.filter(entry_id__in=leaves, position__lte=checkpoint.size)
    places = list(found.values_list("entry_id", "position"))
    paths = tree.inclusions([position - 1 for _, position in places], checkpoint.size)
    note = signed_note(checkpoint)
    return {
        entry_id: _lines(position, {"leaf": leaves[entry_id]}, path, note)
        for (entry_id, position), path in zip(places, paths, strict=True)
    }


def public_proof(entry_id: UUID, leaf_hash: bytes, *, leaf: bytes | None = None) -> str | None:
    """The proof of an entry out of what anybody may see, for whoever names its id and hash: the public face's.

    Args:
        leaf: repeated in the proof where it is public; without it the proof tells nothing of the entry.

    Returns:
        None while no published checkpoint covers the entry, and the same None for a hash we never promised.
        Three to six queries, and for a sealed entry one published file.
    """
    standing = {"leaf": leaf.decode()} if leaf is not None else {"entry": leaf_hash.hex()}
    place = one_or_none(Position.objects.filter(entry_id=entry_id))
    if place is not None:
        same = hmac.compare_digest(bytes(place.leaf_hash), leaf_hash)
        return _text(place.position, standing) if same else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT batch, leaf, slot FROM ledger_place_of(%s, %s)", [entry_id, leaf_hash])
        row = cursor.fetchone()
    if row is None:
        return None
    batch, position, slot = row
    found = published_places(batch)
    if found is None or found[slot] != leaf_hash:
        return None
    return _text(position, _in_batch(batch, position, found, slot) | standing)


def _in_batch(number: int, position: int, places: list[bytes], slot: int) -> dict[str, Any]:
    """The way from a place to the batch's public leaf. One query."""
    return {
        "batch_leaf": Entry.objects.get(place__position=position).leaf.decode(),
        "places": layout.sealed(number),
        "slot": slot,
        "path": [step.hex() for step in batch_path(places, slot)],
    }


def _text(position: int, extra: Mapping[str, Any]) -> str | None:
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None or checkpoint.size < position:
        return None
    return _lines(position, extra, tree.inclusion(position - 1, checkpoint.size), signed_note(checkpoint))


def _lines(position: int, extra: Mapping[str, Any], path: Iterable[bytes], note: str) -> str:
    lines = [PROOF_HEADER, f"extra {base64.b64encode(canonical(extra)).decode()}", f"index {position - 1}"]
    lines += [base64.b64encode(step).decode() for step in path]
    return "\n".join(lines) + "\n\n" + note
