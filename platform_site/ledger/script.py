"""The verify script as one file: verify.py with its neighbours inside, word for word, so that it can be read whole."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "verify"
EMPTY = "NEIGHBOURS = {}\n"


@lru_cache(maxsize=1)
def bundle() -> bytes:
    """What /ledger/verify.py answers.

    Raises:
        ValueError: a neighbour's source cannot stand in a raw string.
    """
    main = FOLDER / "verify.py"
    parts = []
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        if path == main:
            continue
        source = path.read_text(encoding="utf-8")
        if "'''" in source:
            raise ValueError(f"{path.name} holds three single quotes in a row")
        parts.append(f"    {path.stem!r}: r'''{source}''',\n".replace("'", '"', 2))
    text = main.read_text(encoding="utf-8")
    if text.count(EMPTY) != 1:
        raise ValueError("verify.py has no one place for its neighbours")
    return text.replace(EMPTY, "NEIGHBOURS = {\n" + "".join(parts) + "}\n").encode()
