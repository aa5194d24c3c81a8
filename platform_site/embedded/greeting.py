"""What `make run` says last: where the portal is and, in a demo, as whom one may look at it."""

import json
from itertools import groupby
from pathlib import Path
from unicodedata import east_asian_width

ACCOUNTS = "accounts.json"


def lines(origin: str, local: Path, *, demo: bool) -> list[str]:
    """The greeting, one line of the terminal each. Accounts only in a demo whose province is seeded.

    Seeding writes `accounts.json` into the local folder: a list of {"username": …, "role": …, "does": …}.
    """
    found = [f"{origin}/   Ctrl-C stops everything; logs in {local / 'log'}"]
    if not demo:
        return found
    found.append(f"{origin}/demo/   signs in as any of these with one click, no password; the clock moves there too")
    path = local / ACCOUNTS
    return found + (_table(json.loads(path.read_text())) if path.exists() else [])


def _table(accounts: list[dict[str, str]]) -> list[str]:
    """User name, role and what they do; a run of accounts that are alike (expert1, expert2, …) is one line."""
    rows = []
    for (role, does), alike in groupby(accounts, key=lambda one: (one["role"], one["does"])):
        names = [one["username"] for one in alike]
        rows.append((names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}", role, does))
    widths = [max(_width(cell) for cell in column) for column in list(zip(*rows, strict=True))[:2]]
    return [f"  {_padded(name, widths[0])}  {_padded(role, widths[1])}  {does}" for name, role, does in rows]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
