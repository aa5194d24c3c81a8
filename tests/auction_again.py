"""The script that holds a live auction again, as a module: loaded from its file, as a stranger would have it."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("auction_again", Path(__file__).parents[1] / "verify" / "auction.py")
auction = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(auction)
