"""Trustees as the register knows them, with their key files at home."""

from platform_site.sealing import keysets, services
from platform_site.sealing.keyfiles import TrusteeKey
from tests.sealing.world import ROLES


class Guard:
    """One trustee with a published batch of keys."""

    def __init__(self, role: str, name: str, code: str, batch: int = 5) -> None:
        self.key = TrusteeKey.generate(name)
        self.row = services.trustee_register(name=name, role=role, subject_code=code, public_key=self.key.public_key)
        if batch:
            self.publish(range(1, batch + 1))

    def publish(self, serials) -> int:
        """The keys of these serials are published; how many were new."""
        keys = [self.key.lot_key(serial) for serial in serials]
        signature = self.key.sign(services.BATCH_CONTEXT, keys)
        return services.publish_batch(trustee_id=self.row.id, keys=keys, signature=signature)

    def countersign(self, keyset):
        """The key set is countersigned."""
        signature = self.key.sign(keysets.COUNTERSIGN_CONTEXT, keyset.document)
        return services.keyset_countersign(keyset.lot_ref, self.row.id, signature)

    def serial(self, keyset) -> int:
        """Our serial in the set."""
        return next(m["serial"] for m in keyset.document["members"] if m["trustee"] == str(self.row.id))

    def secret(self, keyset) -> str:
        """The secret of our lot key."""
        return self.key.lot_identity(self.serial(keyset))


def four_guards(batch: int = 5) -> list[Guard]:
    """The usual four."""
    return [Guard(*who, batch=batch) for who in ROLES]
