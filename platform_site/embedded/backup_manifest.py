"""What a backup says of itself: the digest of every file, and which migrations its database has.

The manifest is written last and at once, so a backup that was cut off has none.
"""

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

from platform_site import env
from platform_site.embedded import borrowing, postgres, preparing
from platform_site.embedded.places import Places
from platform_site.embedded.trouble import Trouble

MANIFEST = "manifest.json"


def write(target: Path, *, note: str, migrations: list[str]) -> int:
    """The folder is a whole backup. How many files it holds."""
    digests = {str(path.relative_to(target)): _digest(path) for path in sorted(target.rglob("*")) if path.is_file()}
    said = {"note": note, "migrations": migrations, "sha256": digests}
    draft = target / f".{MANIFEST}"
    draft.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    draft.replace(target / MANIFEST)
    return len(digests)


def check(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file has the digest it names, no file too many, and that this code reads.

    Raises:
        Trouble: otherwise.
    """
    if not (source / MANIFEST).is_file():
        raise Trouble(f"{source} is not a whole backup: it has no {MANIFEST}, which is written last")
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        digests, migrations = dict(manifest["sha256"]), set(manifest.get("migrations", ()))
        manifest["note"] = str(manifest["note"])
    except (ValueError, KeyError, TypeError):
        raise Trouble(f"the backup is not what was saved: {MANIFEST} cannot be read") from None
    there = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()} - {MANIFEST}
    if odd := there ^ set(digests):
        raise Trouble(f"the backup is not what was saved: {sorted(odd)[0]} is missing or was added")
    for name, digest in digests.items():
        if _digest(source / name) != digest:
            raise Trouble(f"the backup is not what was saved: {name} was changed")
    if newer := migrations - _known():
        raise Trouble(
            f"the backup was made by a newer version than this one ({sorted(newer)[0]} is not known here); "
            "put that version in place first"
        )
    return manifest


def _known() -> set[str]:
    """Migrations of our rooms in this code, as `label.name`."""
    found = (path for room in preparing.ROOMS for path in (env.BASE_DIR / room).rglob("migrations/[0-9]*.py"))
    return {f"{path.parent.parent.name}.{path.stem}" for path in found}


def applied(where: Places) -> list[str]:
    """Migrations of our rooms the portal's database has, as `label.name`."""
    ours = {name.partition(".")[0] for name in _known()}
    with closing(postgres.connect(where, borrowing.DATABASE)) as inside, inside.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            raise Trouble("there is no database to back up yet")
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [f"{app}.{name}" for app, name in cursor.fetchall() if app in ours]


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
