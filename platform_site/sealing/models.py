"""What the platform keeps of sealed things: public halves, ciphertexts, and secrets only once they are released."""

from uuid import uuid4

from django.db import models

STATES = {
    "sealed": "已递交",
    "replaced": "已替换",
    "retracted": "已撤回",  # by the owner before the deadline
    "returned": "已退回",  # unopened: fewer than three
    "opened": "已解密",
    "revoked": "视为撤销",
    "withdrawn": "视为撤回",  # not the owner's fault, or keys missing
}


class Trustee(models.Model):
    """A keeper of keys, named by its signing key. Never retired by deletion: old key sets name it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)  # a key of keysets.ROLES
    subject_code = models.CharField(max_length=18)
    public_key = models.CharField(max_length=64, unique=True)  # Ed25519, hex
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_trustee"
        indexes = [models.Index(fields=["subject_code"], name="sealing_trustee_subject")]

    def __str__(self) -> str:
        return self.name


class LotKey(models.Model):
    """One published per-lot recipient of a trustee; free until a key set takes it, then bound for ever."""

    trustee = models.ForeignKey(Trustee, on_delete=models.PROTECT, related_name="lot_keys")
    serial = models.PositiveIntegerField()
    recipient = models.CharField(max_length=80, unique=True)
    proof = models.CharField(max_length=128)  # the trustee's signature over serial and recipient, hex
    lot_ref = models.CharField(max_length=200, blank=True, default="")  # "" = free
    published_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_lot_key"
        constraints = [
            models.UniqueConstraint(fields=["trustee", "serial"], name="sealing_lot_key_serial"),
            models.UniqueConstraint(
                fields=["trustee", "lot_ref"], condition=~models.Q(lot_ref=""), name="sealing_lot_key_once_a_lot"
            ),
        ]
        indexes = [
            models.Index(fields=["trustee", "serial"], condition=models.Q(lot_ref=""), name="sealing_lot_key_free"),
        ]

    def __str__(self) -> str:
        return f"{self.trustee_id} #{self.serial}"


class KeySet(models.Model):
    """Who guards a lot, as a signed document. Immutable but for countersignatures coming in."""

    lot_ref = models.CharField(max_length=200, primary_key=True)
    k = models.PositiveSmallIntegerField()
    document = models.JSONField()  # keysets.build
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_key_set"

    def __str__(self) -> str:
        return self.lot_ref


class Countersignature(models.Model):
    """A member bound its serial to this key set and no other. A row each, so nobody overwrites a neighbour's."""

    key_set = models.ForeignKey(KeySet, on_delete=models.PROTECT, related_name="countersignatures")
    trustee = models.ForeignKey(Trustee, on_delete=models.PROTECT, related_name="+")
    signature = models.CharField(max_length=128)
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_countersignature"
        constraints = [models.UniqueConstraint(fields=["key_set", "trustee"], name="sealing_countersigned_once")]


class ReleasedKey(models.Model):
    """A lot key its trustee gave away after opening started."""

    lot_ref = models.CharField(max_length=200)
    trustee = models.ForeignKey(Trustee, on_delete=models.PROTECT, related_name="+")
    secret = models.CharField(max_length=80)  # age identity
    signature = models.CharField(max_length=128, blank=True, default="")  # over keysets.release_statement
    released_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_released_key"
        constraints = [models.UniqueConstraint(fields=["lot_ref", "trustee"], name="sealing_released_once")]

    def __str__(self) -> str:
        return f"{self.lot_ref} by {self.trustee_id}"


class Upload(models.Model):
    """A file arriving in chunks. `received` only ever grows, and only over bytes already synced to disk."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner_ref = models.CharField(max_length=200)  # who may finish and use it: a subject code
    lot_ref = models.CharField(max_length=200, blank=True, default="")  # the lot it was begun for, "" for none
    idempotency_key = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # promised, bytes
    sha256 = models.CharField(max_length=64)  # promised, hex
    received = models.PositiveBigIntegerField(default=0)
    must_be_sealed = models.BooleanField(default=True)  # ELE-03: unencrypted bids are refused with a prompt
    begun_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)  # legal time of the last byte
    finished_at = models.DateTimeField(null=True)  # wall time the digest was found right

    class Meta:
        db_table = "sealing_upload"
        constraints = [
            models.UniqueConstraint(fields=["owner_ref", "idempotency_key"], name="sealing_upload_once"),
            models.CheckConstraint(condition=models.Q(received__lte=models.F("size")), name="sealing_upload_within"),
        ]
        indexes = [
            models.Index(fields=["lot_ref"], condition=~models.Q(lot_ref=""), name="sealing_upload_lot"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Envelope(models.Model):
    """A sealed thing: header, wraps and ciphertexts. The platform cannot open it before opening."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot_ref = models.CharField(max_length=200)
    subject_code = models.CharField(max_length=18)
    purpose = models.CharField(max_length=20)
    header = models.JSONField()
    header_sha256 = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)  # the owner's registered key at filing
    wraps = models.JSONField()  # {"owner": base64, "trustees": [base64, …]}
    recipient = models.CharField(
        max_length=80
    )  # not unique: a repetition is flagged, not refused, so it betrays nothing
    owner_recipient = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=list(STATES.items()), default="sealed")
    arrived_at = models.DateTimeField()  # legal time of the last byte

    class Meta:
        db_table = "sealing_envelope"
        indexes = [
            models.Index(fields=["lot_ref", "state"], name="sealing_envelope_lot"),
            models.Index(fields=["recipient"], name="sealing_envelope_recipient"),
            models.Index(fields=["owner_recipient"], name="sealing_envelope_owner"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Part(models.Model):
    """One ciphertext of an envelope; an upload serves one envelope only."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()  # 0 = manifest
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, related_name="part")

    class Meta:
        db_table = "sealing_part"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["envelope", "number"], name="sealing_part_number")]


class BidderUnlock(models.Model):
    """The envelope's one-time identity, sent by its owner's browser during opening."""

    envelope = models.OneToOneField(Envelope, primary_key=True, on_delete=models.PROTECT, related_name="unlock")
    identity = models.CharField(max_length=80)
    unlocked_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_bidder_unlock"


class OpeningResult(models.Model):
    """What opening came to for one envelope: contents, or whose fault it is. Written once."""

    envelope = models.OneToOneField(Envelope, primary_key=True, on_delete=models.PROTECT, related_name="result")
    kind = models.CharField(max_length=12)  # opened | revoked | withdrawn
    by = models.CharField(max_length=10, blank=True, default="")  # bidder | trustees
    blame = models.JSONField(null=True)  # {code, party, detail}
    missing = models.JSONField(default=list)
    defects = models.JSONField(default=list)
    offer = models.JSONField(default=dict)
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_opening_result"


class PlainFile(models.Model):
    """A file out of an opened envelope, stored under MEDIA_ROOT."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    result = models.ForeignKey(OpeningResult, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)  # relative to MEDIA_ROOT

    class Meta:
        db_table = "sealing_plain_file"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["result", "number"], name="sealing_plain_file_number")]

    def __str__(self) -> str:
        return self.name
