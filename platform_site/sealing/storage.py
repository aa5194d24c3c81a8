"""Where ciphertexts and opened files lie under MEDIA_ROOT. Names are random ids and tell nothing."""

import os
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings


def root() -> Path:
    """The folder of stored files, as settings say now."""
    return Path(settings.MEDIA_ROOT)


def ciphertext_path(upload_id: UUID) -> Path:
    """Where the upload's bytes lie."""
    text = upload_id.hex
    return root() / "sealed" / text[:2] / text


def plain_folder(envelope_id: UUID) -> Path:
    """Where an opened envelope's files lie."""
    text = envelope_id.hex
    return root() / "opened" / text[:2] / text


def tool_path(sha256: str) -> Path:
    """Where the offline tool of this digest lies."""
    return root() / "tools" / f"{sha256}.html"


def workshop() -> Path:
    """A fresh folder on the same disk, for files not yet decided upon. The caller removes it."""
    folder = root() / "opening"
    folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=folder))


def settle(folder: Path, target: Path) -> None:
    """`folder` has become `target`, whole or not at all; an earlier `target` (a crashed try) is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    os.replace(folder, target)
