"""Measure all rows, or those named: `python -m tests.bench --only draw` (make bench ONLY=draw)."""

import argparse
import json
import logging
import os
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from platform_site import clock  # noqa: E402
from tests.bench import rows  # noqa: E402
from tests.bench.budget import ROWS, SIZED  # noqa: E402
from tests.bench.ground import ground, machine, postgres_facts  # noqa: E402
from tests.databases import BASE  # noqa: E402

OUT = BASE / ".local" / "bench.json"


def main(arguments: list[str] | None = None) -> int:
    """The figures stand on the terminal and in .local/bench.json; 2 where a row is not known."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="ONLY=name", help="rows to measure; all without it")
    parser.add_argument("--only", dest="names", action="append", default=[], metavar="NAME")
    parser.add_argument(
        "--notices", default=os.environ.get("BENCH_NOTICES", "100000,1000000"), metavar="N,N",
        help="the sizes at which pages, search, ledger, filing and start are measured",
    )  # fmt: skip
    parser.add_argument(
        "--leaves", type=int, default=int(os.environ.get("BENCH_LEAVES", 0)), help="of the ledger; the size without it"
    )
    parser.add_argument("--seconds", type=int, default=45, help="how long the province is rehearsed")
    asked = parser.parse_args(arguments)
    words = [word.removeprefix("ONLY=") for word in [*asked.names, *asked.only]]
    wanted = [name for word in words for name in word.split(",") if name] or list(ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    sizes = [int(size) for size in asked.notices.split(",")]
    logging.disable(logging.WARNING)
    begun, found = time.monotonic(), []
    facts = {"before": machine()}
    with ground(asked) as floor:
        facts["postgres"] = postgres_facts(floor.cluster)
        for name, size in [(n, s) for n in ROWS if n in wanted for s in (sizes if n in SIZED else [None])]:
            since, load = time.monotonic(), os.getloadavg()[0]
            print(f"{name}{f' {size:,}' if size else ''} …", end="", flush=True)
            asked.notices = size
            row = ROWS[name](floor)
            row.size = size
            row.facts |= {
                "at": clock.machine().isoformat(timespec="seconds"),
                "took_seconds": round(time.monotonic() - since, 1),
                "load_average": [round(load, 2), round(os.getloadavg()[0], 2)],
            }
            print(f" {row.facts['took_seconds']} s, load {row.facts['load_average'][1]}", flush=True)
            found.append(row)
            _keep(found, facts | {"after": machine()}, time.monotonic() - begun)
    print(f"\n{rows.table(found)}\n\n{OUT.relative_to(BASE)}")
    return 0


def _keep(found: list[rows.Row], facts: dict[str, Any], seconds: float) -> None:
    """The rows so far stand in the file: a run that is stopped loses the row it was at."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    measured = [row.as_json() for row in found]
    report = {"machine": facts, "seconds": round(seconds, 1), "rows": measured + _others(measured)}
    OUT.write_text(json.dumps(report, ensure_ascii=False, indent=1))


def _others(measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows and sizes of earlier runs that this one did not measure again; each says when it was taken."""
    try:
        kept = json.loads(OUT.read_text())["rows"]
    except (OSError, ValueError, KeyError):
        return []
    again = {(row["name"], row["size"]) for row in measured}
    return [row for row in kept if "size" in row and (row["name"], row["size"]) not in again]


if __name__ == "__main__":
    sys.exit(main())
