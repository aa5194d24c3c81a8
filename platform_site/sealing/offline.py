"""The offline sealing tool as this platform gives it out: the built page with the platform's public key inside.

Its digest stands in every notice, so it must stay the same bytes for as long as anybody may hold such a notice: what
was once named is kept under MEDIA_ROOT by its digest, also when a later release builds another page.
"""

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

from platform_site.ledger import receipts
from platform_site.sealing import storage

SHELL = "vendor/offline-sealing.html"
PLACE = "@@PLATFORM@@"
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Tool:
    """The page's bytes and their SHA-256, hex."""

    content: bytes
    sha256: str


def current() -> Tool | None:
    """The tool of this release; None where the browser's files are not built or the record has not begun. One query."""
    found = finders.find(SHELL)
    key = receipts.promise_key()
    if found is None or key is None:
        return None
    path = Path(found)
    return _filled(path, path.stat().st_mtime_ns, key.name, key.public.hex())


@lru_cache(maxsize=4)
def _filled(path: Path, _changed: int, name: str, key: str) -> Tool:
    said = json.dumps({"name": name, "keys": [key]}, ensure_ascii=False).replace("<", "\\u003c")
    content = path.read_text(encoding="utf-8").replace(PLACE, said).encode()
    return Tool(content, hashlib.sha256(content).hexdigest())


def named() -> str:
    """The digest of the current tool, kept from now on because somebody is about to print it; "" without one."""
    tool = current()
    if tool is None:
        return ""
    path = storage.tool_path(tool.sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_bytes(tool.content)
        os.replace(draft, path)
    return tool.sha256


def find(sha256: str) -> Tool | None:
    """The tool of this digest, as long as it was ever named or is the current one."""
    if not _DIGEST.match(sha256):
        return None
    try:
        content = storage.tool_path(sha256).read_bytes()
    except FileNotFoundError:
        tool = current()
        return tool if tool is not None and tool.sha256 == sha256 else None
    # What was changed on our disk is not given out under the digest a paper promises.
    return Tool(content, sha256) if hashlib.sha256(content).hexdigest() == sha256 else None
