"""The downloadable script as a module: loaded from its file, as a stranger would have it."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "verify" / "verify.py"
_spec = importlib.util.spec_from_file_location("downloaded_verify", PATH)
verify = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verify)
