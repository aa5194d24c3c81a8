"""Four trustees, their lot, two bidders: what the tests of sealing start from. Plain Python, no database."""

import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platform_site.sealing import keysets
from platform_site.sealing.canonical import canonical, parse
from platform_site.sealing.envelope import HEADER_CONTEXT, inner_header
from platform_site.sealing.keyfiles import BidderKey, TrusteeKey
from platform_site.sealing.seal import Context, PlainFile, Sealed, seal
from platform_site.sealing.signing import sign
from platform_site.sealing.unseal import Bundle, Outcome, decrypt

NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)
DOCUMENT = "ab" * 32
ALPHA, BETA = "91310000MA1K35Q84E", "91110000MA01C3R98X"
ROLES = (
    ("initiator", "云泽市水务局", "11330000000000001A"),
    ("notary", "云泽公证处", "12330000000000002B"),
    ("other_centre", "东湖市公共资源交易中心", "12330000000000003C"),
    ("own_centre", "云泽省公共资源交易中心", "12330000000000004D"),
)


def trustee_keys() -> list[TrusteeKey]:
    """Four fresh seeds."""
    return [TrusteeKey.generate(name) for _, name, _ in ROLES]


def keyset_for(lot: str, keys: list[TrusteeKey], *, k: int = 3, serial: int = 1) -> dict[str, Any]:
    """A key set of these trustees."""
    members = [
        {
            "trustee": f"00000000-0000-4000-8000-00000000000{number}",
            "name": name,
            "role": role,
            "subject": code,
            "signing_key": key.public_key,
            **key.lot_key(serial),
        }
        for number, ((role, name, code), key) in enumerate(zip(ROLES, keys, strict=True))
    ]
    return keysets.build(lot, k, members, created=NOON, not_before=NOON)


@dataclass
class World:
    """One lot with its trustees and a bidder; `open` asks what an envelope comes to."""

    folder: Path
    lot: str = "lot:T-2026-0001/1"
    trustees: list[TrusteeKey] = field(default_factory=trustee_keys)
    bidder: BidderKey = field(default_factory=lambda: BidderKey.generate(ALPHA))
    keyset: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.keyset = self.keyset or keyset_for(self.lot, self.trustees)

    @property
    def secrets(self) -> dict[int, str]:
        """Every lot key by member number."""
        return {number: key.lot_identity(1) for number, key in enumerate(self.trustees)}

    def seal(self, *, key: BidderKey | None = None, offer: Any = None, files: Any = None, **context: Any) -> Sealed:
        """An honest envelope."""
        return seal(
            offer or {"price": "1234567.89", "days": 120},
            [PlainFile("商务标.pdf", b"%PDF " + b"a" * 5000), PlainFile("技术标.pdf", b"b" * 70_000)]
            if files is None
            else files,
            keyset=self.keyset,
            key=key or self.bidder,
            context=Context(**{"lot": self.lot, "document": DOCUMENT, **context}),
            created=NOON,
        )

    def bundle(self, sealed: Sealed, **changes: Any) -> Bundle:
        """What the platform would hold of it."""
        parts = []
        for part in sealed.parts:
            if isinstance(part, bytes):
                path = self.folder / f"{len(list(self.folder.iterdir()))}.age"
                path.write_bytes(part)
                parts.append(path)
            else:
                parts.append(part)
        whole = Bundle(
            header=parse(sealed.header),
            signature=sealed.signature,
            wraps=sealed.wraps,
            parts=parts,
            public_key=self.bidder.public_key,
            lot=self.lot,
            subject=self.bidder.subject,
            documents={DOCUMENT},
            keyset=self.keyset,
        )
        return replace(whole, **changes)

    def open(
        self, bundle: Bundle, *, members: Any = (0, 1, 2, 3), unlock: str | None = None, final: bool = False
    ) -> Outcome:
        """The outcome with the keys of these members."""
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        secrets = {number: secret for number, secret in self.secrets.items() if number in members}
        return decrypt(bundle, secrets=secrets, unlock=unlock, out_dir=out, final=final)


def resigned(sealed: Sealed, key: BidderKey, **changes: Any) -> Sealed:
    """The envelope with header fields changed and the outside signed again: what a dishonest owner can do."""
    header = copy.deepcopy(parse(sealed.header)) | changes
    return Sealed(canonical(header), sign(key.signing_secret, HEADER_CONTEXT, header), sealed.wraps, sealed.parts)


__all__ = ["ALPHA", "BETA", "DOCUMENT", "NOON", "World", "inner_header", "keyset_for", "resigned", "trustee_keys"]
