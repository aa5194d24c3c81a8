"""Text that lies encrypted in its column: phones, identity numbers, a complainant's name (design §7).

AES-256-GCM under a key that is not in the database, so that a copied table or backup says nothing. The stored form is
`v1:` and base64 of nonce and ciphertext; equal texts differ, so such a column cannot be searched, which is the point.
"""

import base64
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

PREFIX = "v1:"
NONCE_BYTES = 12


def _key() -> bytes:
    given = getattr(settings, "FIELD_KEY", "")
    if not given and settings.MODE == "production":
        raise ImproperlyConfigured("PORTAL_FIELD_KEY must be set in production")
    secret = (given or settings.SECRET_KEY).encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal column encryption v1").derive(secret)


def conceal(text: str) -> str:
    """`text` as it lies in the column; "" stays ""."""
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    return PREFIX + base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), None)).decode()


def reveal(stored: str) -> str:
    """The text behind a stored value.

    Raises:
        ValueError: the value was not written by `conceal` under this installation's key.
    """
    if not stored:
        return ""
    if not stored.startswith(PREFIX):
        raise ValueError("not an encrypted value")
    raw = base64.b64decode(stored[len(PREFIX) :])
    try:
        return AESGCM(_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except InvalidTag:
        raise ValueError("the value was encrypted under another key") from None


class EncryptedTextField(models.TextField):
    """A TextField whose column holds ciphertext. Reads and writes plain text in Python; cannot be filtered by."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Plain text from the column."""
        return None if value is None else reveal(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Ciphertext for the column."""
        value = super().get_prep_value(value)
        return None if value is None else conceal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only "is it empty at all" can be asked of the database."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
