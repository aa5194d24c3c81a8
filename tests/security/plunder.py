"""What an attacker takes who owns the operator: every row, every file, the environment, every server key."""

import base64
import binascii
import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.databases import Cluster

# Whatever looks like base64 of an age file, however deep in a JSON column it stands.
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
IDENTITY = re.compile(rb"AGE-SECRET-KEY-1[A-Z0-9]{58}")
INTRO = b"age-encryption.org/v1"


def dump(cluster: Cluster, database: str) -> list[str]:
    """Every row of every table as text, as a superuser reads them."""
    rows = []
    with contextlib.closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows += [text for (text,) in cursor.fetchall()]
    return rows


def files(*folders: Path) -> list[bytes]:
    """The bytes of every file below the folders."""
    return [path.read_bytes() for folder in folders for path in sorted(Path(folder).rglob("*")) if path.is_file()]


def environment() -> str:
    """The whole environment and every setting."""
    from django.conf import settings

    said = {name: getattr(settings, name, None) for name in dir(settings) if name.isupper()}
    return repr(sorted(os.environ.items())) + repr(sorted(said.items(), key=lambda item: item[0]))


def ciphertexts(texts: Iterable[str], blobs: Iterable[bytes]) -> Iterator[bytes]:
    """Every age file among the plunder, stored as bytes, as hex, or as base64 in some text."""
    for blob in blobs:
        if blob.startswith(INTRO):
            yield blob
    for text in texts:
        for found in BASE64.findall(text):
            with contextlib.suppress(binascii.Error, ValueError):
                padded = found + "=" * (-len(found) % 4)
                data = base64.b64decode(padded.replace("-", "+").replace("_", "/"))
                if data.startswith(INTRO):
                    yield data


def identities(texts: Iterable[str], blobs: Iterable[bytes]) -> set[str]:
    """Every age secret key that lies about in the plunder."""
    found = {m.decode() for blob in blobs for m in IDENTITY.findall(blob)}
    return found | {m.decode() for text in texts for m in IDENTITY.findall(text.encode())}
