"""The log's two keys. One signs checkpoints and lives with the sequencer; one signs promises and lives with the web.

They are files under KEYS_DIR in the note format (`PRIVATE+KEY+…`), made at first use, readable by their owner only.
Their public halves stand in the first entry of the record.
"""

import base64
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from platform_site.ledger.notes import ED25519, Signer, check_name

PREFIX = "PRIVATE+KEY+"


def log_signer() -> Signer:
    """Signs checkpoints, under the log's origin."""
    return _signer(Path(settings.KEYS_DIR) / "ledger-log.key", settings.LEDGER_ORIGIN)


def promise_signer() -> Signer:
    """Signs promises, under `<origin>/promise`: a key of its own, since every web process holds it."""
    return _signer(Path(settings.KEYS_DIR) / "ledger-promise.key", f"{settings.LEDGER_ORIGIN}/promise")


@lru_cache(maxsize=8)
def _signer(path: Path, name: str) -> Signer:
    check_name(name)
    if not path.exists():
        _make(path, name)
    return read(path)


def read(path: Path) -> Signer:
    """The signer kept in a file.

    Raises:
        ValueError: not a key file of ours.
    """
    text = path.read_text().strip()
    if not text.startswith(PREFIX):
        raise ValueError(f"{path} is not a key file")
    name, _, encoded = text.removeprefix(PREFIX).split("+", 2)
    material = base64.b64decode(encoded, validate=True)
    return Signer(name, Ed25519PrivateKey.from_private_bytes(material[1:]), material[0])


def write(path: Path, signer: Signer) -> None:
    """The key stands in the file, mode 0600; an existing file is left alone."""
    material = bytes([signer.kind]) + signer.private.private_bytes_raw()
    text = f"{PREFIX}{signer.name}+{signer.verifier.id.hex()}+{base64.b64encode(material).decode()}\n"
    keep(path, text.encode())


def keep(path: Path, content: bytes) -> None:
    """A secret stands in the file whole, mode 0600; an existing file is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # refuses to replace: of two first starts, one key stands
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _make(path: Path, name: str) -> None:
    write(path, Signer(name, Ed25519PrivateKey.generate(), ED25519))
