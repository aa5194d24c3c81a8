"""Key files people keep: the bidder's own key and the trustee's seed. Plain Python; the format is docs/key-files.md.

The server never sees either. They are read here by the trustee agent, by tests and by the demo's pretended people.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from platform_site.sealing import age, signing
from platform_site.sealing.canonical import digest

BIDDER_FORMAT = "ggzy-bidder-key/1"
TRUSTEE_FORMAT = "ggzy-trustee-key/1"
LOT_KEY_CONTEXT = "ggzy-trustee-lot-key/1"


class BadKeyFile(ValueError):
    """The file is not a key file of the expected kind, or its parts do not belong together."""


def fingerprint(public: dict[str, str]) -> str:
    """What people compare aloud: 128 bits of SHA-256 over the public half, in eight groups of four hex digits."""
    text = digest(public)[:32]
    return " ".join(text[place : place + 4] for place in range(0, 32, 4))


@dataclass(frozen=True, slots=True)
class BidderKey:
    """A bidder's own age key (unlocks his bids) and signing key (signs headers).

    Attributes:
        subject: unified social credit code the key was made for.
        identity: age secret, `AGE-SECRET-KEY-1…`.
        signing_secret: Ed25519 seed, 32 bytes.
    """

    subject: str
    identity: str
    signing_secret: bytes

    @classmethod
    def generate(cls, subject: str) -> "BidderKey":
        """A fresh key for `subject`."""
        return cls(subject, age.generate()[0], secrets.token_bytes(32))

    @property
    def recipient(self) -> str:
        """The public half of the age key."""
        return age.recipient_of(self.identity)

    @property
    def public_key(self) -> str:
        """The public half of the signing key, hex."""
        return signing.public_key_of(self.signing_secret)

    @property
    def public(self) -> dict[str, str]:
        """What may be shown: recipient and signing key."""
        return {"age-x25519": self.recipient, "ed25519": self.public_key}

    def dump(self) -> str:
        """The key file's text."""
        return json.dumps(
            {
                "format": BIDDER_FORMAT,
                "subject": self.subject,
                "age-x25519": {"recipient": self.recipient, "identity": self.identity},
                "ed25519": {"public_key": self.public_key, "secret": self.signing_secret.hex()},
                "fingerprint": fingerprint(self.public),
            },
            ensure_ascii=False,
            indent=2,
        )

    @classmethod
    def load(cls, text: str) -> "BidderKey":
        """The key in a key file.

        Raises:
            BadKeyFile: another kind of file, or public and secret halves that do not match.
        """
        data = _read(text, BIDDER_FORMAT)
        try:
            key = cls(data["subject"], data["age-x25519"]["identity"], bytes.fromhex(data["ed25519"]["secret"]))
            same = key.recipient == data["age-x25519"]["recipient"] and fingerprint(key.public) == data["fingerprint"]
        except (KeyError, TypeError, ValueError, age.CannotOpen) as error:
            raise BadKeyFile(f"damaged key file: {type(error).__name__}") from None
        if not same:
            raise BadKeyFile("public and secret halves do not belong together")
        return key


@dataclass(frozen=True, slots=True)
class TrusteeKey:
    """A trustee's seed. Everything else is derived: the signing key, and one age key per lot by serial."""

    name: str
    seed: bytes

    @classmethod
    def generate(cls, name: str) -> "TrusteeKey":
        """A fresh seed for the trustee called `name`."""
        return cls(name, secrets.token_bytes(32))

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=b"", info=f"{TRUSTEE_FORMAT} {purpose}".encode()).derive(self.seed)

    @property
    def signing_secret(self) -> bytes:
        """Ed25519 seed."""
        return self._derive("signing")

    @property
    def public_key(self) -> str:
        """Hex of the Ed25519 public key; this is what names the trustee."""
        return signing.public_key_of(self.signing_secret)

    def lot_identity(self, serial: int) -> str:
        """The age secret of lot key `serial`. Serials are independent: giving one away gives nothing else away."""
        return age.identity_from_bytes(self._derive(f"lot-key {serial}"))

    def lot_key(self, serial: int) -> dict[str, Any]:
        """The public half of lot key `serial`, signed: {serial, recipient, proof}."""
        value = {"serial": serial, "recipient": age.recipient_of(self.lot_identity(serial))}
        return value | {"proof": signing.sign(self.signing_secret, LOT_KEY_CONTEXT, value)}

    def sign(self, context: str, value: Any) -> str:
        """Hex signature of `value` by the trustee."""
        return signing.sign(self.signing_secret, context, value)

    def dump(self) -> str:
        """The key file's text."""
        public = {"ed25519": self.public_key}
        return json.dumps(
            {
                "format": TRUSTEE_FORMAT,
                "name": self.name,
                "seed": self.seed.hex(),
                "public_key": self.public_key,
                "fingerprint": fingerprint(public),
            },
            ensure_ascii=False,
            indent=2,
        )

    @classmethod
    def load(cls, text: str) -> "TrusteeKey":
        """The key in a key file.

        Raises:
            BadKeyFile: another kind of file, or a damaged one.
        """
        data = _read(text, TRUSTEE_FORMAT)
        try:
            key = cls(data["name"], bytes.fromhex(data["seed"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadKeyFile(f"damaged key file: {type(error).__name__}") from None
        if len(key.seed) != 32 or key.public_key != data.get("public_key"):
            raise BadKeyFile("public and secret halves do not belong together")
        return key


def lot_key_signed(public_key: str, serial: int, recipient: str, proof: str) -> bool:
    """Whether the trustee behind `public_key` published `recipient` as lot key `serial`."""
    value = {"serial": serial, "recipient": recipient}
    return signing.verified(public_key, LOT_KEY_CONTEXT, value, proof)


def nonce() -> str:
    """32 random bytes, hex."""
    return secrets.token_hex(32)


def sha256(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def _read(text: str, expected: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        raise BadKeyFile("not JSON") from None
    if not isinstance(data, dict) or data.get("format") != expected:
        raise BadKeyFile(f"not a file of format {expected}")
    return data
