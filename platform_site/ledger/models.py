"""The record. Only `services` and the sequencer write it; UPDATE, DELETE and TRUNCATE are refused by triggers."""

from functools import cached_property
from typing import Any

from django.db import models

from platform_site.ledger.leaves import leaf_of
from platform_site.ledger.values import canonical


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads aloud: Entry.objects.about("lot:T-1/1").public()."""

    def about(self, subject: str) -> "EntryQuerySet":
        """Entries of one subject."""
        return self.filter(subject=subject)

    def public(self) -> "EntryQuerySet":
        """Entries that were never sealed."""
        return self.filter(sealed=False)

    def numbered(self) -> "EntryQuerySet":
        """Entries with a position, in order; unnumbered ones are nobody's to read yet."""
        return self.filter(place__isnull=False).select_related("place").order_by("place__position")


class Entry(models.Model):
    """One thing that happened. All columns are in the leaf, `leaf_hash` is the leaf's."""

    id = models.UUIDField(primary_key=True)
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    # person | clock | trustee | anonymous. Who exactly is a private fact: a stable id in public would tie together
    # everything one expert or complainant ever did.
    actor = models.CharField(max_length=20)
    facts = models.JSONField()
    private = models.JSONField(default=dict)  # name → commitment, hex
    sealed = models.BooleanField(default=False)
    legal_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    leaf_hash = models.BinaryField(max_length=32)

    objects = EntryQuerySet.as_manager()

    class Meta:
        db_table = "ledger_entry"
        indexes = [models.Index(fields=["subject", "event"], name="ledger_entry_subject")]

    def __str__(self) -> str:
        return f"{self.event} {self.subject} {self.id}"

    @property
    def leaf(self) -> bytes:
        """The leaf's bytes, computed from the columns as they stand."""
        return self.leaf_around(canonical(self.facts), canonical(self.private))

    def leaf_around(self, facts: bytes, private: bytes) -> bytes:
        """The leaf's bytes, where the canonical bytes of facts and commitments are at hand."""
        return leaf_of(
            entry_id=self.id,
            event=self.event,
            subject=self.subject,
            actor=self.actor,
            facts=facts,
            private=private,
            sealed=self.sealed,
            legal_at=self.legal_at,
            recorded_at=self.recorded_at,
        )

    @property
    def position(self) -> int | None:
        """1, 2, 3 … once numbered; None before, and always for sealed entries."""
        place = getattr(self, "place", None)
        return place.position if place else None

    @cached_property
    def openings(self) -> dict[str, Any]:
        """Private facts not yet erased, name → value. One query. Show them to nobody but their owner."""
        held = Private.objects.filter(pk=self.pk).values_list("openings", flat=True).first() or {}
        return {name: opening["value"] for name, opening in held.items()}


class Private(models.Model):
    """Salts and values of an entry's private facts. Erasable: the leaf stays provable and tells nothing more."""

    # No database constraint: written by the same function as the entry, and checked by `manage.py ledger verify`.
    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    openings = models.JSONField()  # name → {"salt": hex, "value": …}

    class Meta:
        db_table = "ledger_private"


class Position(models.Model):
    """The place of an entry in the one order. Gapless from 1; leaf index is position - 1."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="place")
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "ledger_position"


class Tile(models.Model):
    """256 neighbouring hashes of one level (C2SP tlog-tiles), complete for ever, and the hash over them."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    class Meta:
        db_table = "ledger_tile"


class Checkpoint(models.Model):
    """A signed tree head. Its last leaf is its sealed batch."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()

    class Meta:
        db_table = "ledger_checkpoint"


class Cosignature(models.Model):
    """A witness saw this checkpoint and found it consistent with everything he saw before."""

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=200)
    line = models.TextField()

    class Meta:
        db_table = "ledger_cosignature"
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="ledger_cosignature_once")]


class Batch(models.Model):
    """The sealed batch of one checkpoint: places filled from the seed, but where a sealed entry stands."""

    number = models.BigIntegerField(primary_key=True)
    # The batch leaf's place in the order, and so the size of the checkpoint it closes.
    position = models.BigIntegerField(unique=True)
    seed = models.BinaryField(max_length=32)

    class Meta:
        db_table = "ledger_batch"


class SealedPlace(models.Model):
    """Where a sealed entry stands: a random slot of a batch."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="sealed_place")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="filled")
    slot = models.SmallIntegerField()

    class Meta:
        db_table = "ledger_sealed_place"
        constraints = [models.UniqueConstraint(fields=["batch", "slot"], name="ledger_sealed_place_once")]


class Revealed(models.Model):
    """A sealed entry whose opening stands in a public entry."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="revealed")
    by = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "ledger_revealed"
