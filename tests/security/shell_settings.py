"""Settings of a command that is run in a shell over a test's own database and folders."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

_home = Path(os.environ["TAMPER_HOME"])
MEDIA_ROOT, LEDGER_DIR, KEYS_DIR = _home / "files", _home / "ledger", _home / "keys"
LEDGER_WITNESSES = [os.environ["TAMPER_WITNESS"]]
