"""age (C2SP age-encryption.org/v1) with X25519 keys: the few verbs sealing needs. Plain Python over pyrage.

Nothing here chooses a cipher or splits a secret: a k-of-n lock is plain age inside age, once for every k-subset.
"""

import re
from collections.abc import Sequence

import pyrage
from pyrage import x25519

from platform_site.sealing.padding import Readable, Writable

INTRO = b"age-encryption.org/v1\n"
RECIPIENT = re.compile(r"age1[023456789acdefghjklmnpqrstuvwxyz]{58}\Z")
IDENTITY = re.compile(r"AGE-SECRET-KEY-1[023456789ACDEFGHJKLMNPQRSTUVWXYZ]{58}\Z")
# Enough for one X25519 stanza, the grease some writers add, and the MAC line.
HEADER_LIMIT = 2048
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class CannotOpen(Exception):
    """The ciphertext does not open with this key, or is not age at all."""


def generate() -> tuple[str, str]:
    """A fresh (identity, recipient) pair from the operating system's randomness."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def identity_from_bytes(secret: bytes) -> str:
    """The age identity whose X25519 scalar is `secret` (32 bytes)."""
    if len(secret) != 32:
        raise ValueError("an X25519 secret has 32 bytes")
    return _bech32("age-secret-key-", secret).upper()


def recipient_of(identity: str) -> str:
    """The public recipient of `identity`.

    Raises:
        CannotOpen: the text is no age identity.
    """
    return str(_identity(identity).to_public())


def is_recipient(text: object) -> bool:
    """Whether `text` is a well-formed X25519 recipient, checksum included."""
    if not isinstance(text, str) or not RECIPIENT.match(text):
        return False
    try:
        x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def encrypt(plaintext: bytes, recipient: str) -> bytes:
    """An age file that only the holder of `recipient`'s identity opens."""
    return pyrage.encrypt(plaintext, [x25519.Recipient.from_str(recipient)])


def decrypt(ciphertext: bytes, identity: str) -> bytes:
    """The plaintext.

    Raises:
        CannotOpen: wrong key, altered or malformed.
    """
    try:
        return pyrage.decrypt(ciphertext, [_identity(identity)])
    except pyrage.DecryptError as error:
        raise CannotOpen(str(error)) from None


def encrypt_stream(source: Readable, target: Writable, recipient: str) -> None:
    """Like `encrypt`, without holding the file in memory."""
    pyrage.encrypt_io(source, target, [x25519.Recipient.from_str(recipient)])


def decrypt_stream(source: Readable, target: Writable, identity: str) -> None:
    """Like `decrypt`, without holding the file in memory. On failure `target` may hold a beginning: throw it away.

    Raises:
        CannotOpen: wrong key, altered or malformed.
    """
    try:
        pyrage.decrypt_io(source, target, [_identity(identity)])
    except (pyrage.DecryptError, OSError) as error:
        raise CannotOpen(str(error)) from None


def nest(plaintext: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypted to the first recipient, that to the second, and so on: every one of them is needed."""
    for recipient in recipients:
        plaintext = encrypt(plaintext, recipient)
    return plaintext


def unnest(ciphertext: bytes, identities: Sequence[str]) -> bytes:
    """The plaintext of `nest`, given the identities in the same order.

    Raises:
        CannotOpen: one of them is wrong, or the wrap is altered or malformed.
    """
    for identity in reversed(identities):
        ciphertext = decrypt(ciphertext, identity)
    return ciphertext


def single_lock(beginning: bytes) -> bool:
    """Whether an age file starting with `beginning` is locked to exactly one X25519 key.

    A second stanza would be a second reader nobody was told of. Stanzas named `*-grease` carry nothing (age asks
    writers to add them) and are let pass. `beginning` should hold the first HEADER_LIMIT bytes.
    """
    if not beginning.startswith(INTRO) or b"\n--- " not in beginning[:HEADER_LIMIT]:
        return False
    head = beginning[: beginning.index(b"\n--- ")]
    kinds = [line.split(b" ")[1] for line in head.split(b"\n")[1:] if line.startswith(b"-> ")]
    return kinds.count(b"X25519") == 1 and all(kind == b"X25519" or kind.endswith(b"-grease") for kind in kinds)


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text)
    except (pyrage.IdentityError, TypeError) as error:
        raise CannotOpen(str(error)) from None


def _bech32(prefix: str, payload: bytes) -> str:
    """BIP 173 text of `payload`; pyrage reads it but cannot write it from bytes."""
    bits = int.from_bytes(payload, "big") << (-len(payload) * 8 % 5)
    count = -(-len(payload) * 8 // 5)
    words = [(bits >> 5 * place) & 31 for place in reversed(range(count))]
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    check = _polymod([*expanded, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return prefix + "1" + "".join(_CHARSET[word] for word in words)


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if (top >> place) & 1 else 0
    return check
