"""A record of the test's own, and somebody with all rights over its database."""

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction

from platform_site import ledger
from platform_site.accounts.actors import Actor
from platform_site.ledger import registers

TRADER = Actor(
    kind="person",
    user_id=uuid.UUID("6f0a9a86-7f0c-4d4b-9f63-2f7a3c1a5b10"),
    subject_code="91330000MA00000001",
    address="192.0.2.7",
)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path, monkeypatch) -> Path:
    """Public files and keys lie in the test's folder; what rooms above registered for verify is not asked."""
    monkeypatch.setattr(registers, "verifiers", [])
    monkeypatch.setattr(registers, "state_tables", [])
    settings.LEDGER_DIR = tmp_path / "ledger"
    settings.KEYS_DIR = tmp_path / "keys"
    return settings.LEDGER_DIR


@pytest.fixture
def act() -> Callable[..., ledger.Entry]:
    """act(event, subject, **facts): one entry in a transaction of its own."""

    def append(event="lot.announced", subject="lot:T-1/1", *, sealed=False, private=None, **facts):
        with transaction.atomic():
            return ledger.append(event, subject=subject, actor=TRADER, facts=facts, private=private, sealed=sealed)

    return append


@pytest.fixture
def superuser(cluster, fresh_db) -> Iterator:
    """superuser(sql, *params): the owner of the machine, who first switches every trigger off."""
    with contextlib.closing(cluster.connect(fresh_db)) as connection:

        def run(sql, *params):
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(sql, params or None)
                return cursor.fetchall() if cursor.description else cursor.rowcount

        yield run


@pytest.fixture
def keys_file(tmp_path, client) -> Callable[[], Path]:
    """Saves /ledger/keys as a stranger would; returns the file."""

    def save() -> Path:
        path = tmp_path / "keys.json"
        path.write_text(json.dumps(client.get("/ledger/keys").json()))
        return path

    return save
