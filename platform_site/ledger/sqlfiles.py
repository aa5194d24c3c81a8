"""SQL kept as SQL: migrations run the files of `sql/` by name."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"


def run(name: str) -> migrations.RunSQL:
    """Runs sql/<name>.sql forwards and sql/<name>.undo.sql backwards, each as one batch."""
    forwards = (FOLDER / f"{name}.sql").read_text()
    backwards = (FOLDER / f"{name}.undo.sql").read_text()
    # Given as a list of one, so that nobody splits function bodies at semicolons.
    return migrations.RunSQL([(forwards, None)], [(backwards, None)])
