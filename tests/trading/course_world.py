"""A tender lived to a milestone once for a module of tests; each test's own changes are rolled back over it."""

import contextlib
from collections.abc import Iterator

from django.db import transaction
from django.test import override_settings

from tests.trading.stage import Scene, assembled, played


@contextlib.contextmanager
def lived(blocker, folder, until: str, variant: str = "happy", procedure: str = "engineering.open") -> Iterator[Scene]:
    """The scene at the milestone; its files lie in `folder`."""
    own = {"MEDIA_ROOT": folder / "files", "LEDGER_DIR": folder / "ledger", "KEYS_DIR": folder / "keys"}
    with override_settings(**own), blocker.unblock(), transaction.atomic():
        yield played(assembled(), until, variant, procedure)
        transaction.set_rollback(True)
