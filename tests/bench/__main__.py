"""Measure all rows, or those named: `python -m tests.bench --only draw` (make bench ONLY=draw)."""

import argparse
import json
import logging
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.bench import rows  # noqa: E402
from tests.bench.budget import ROWS  # noqa: E402
from tests.bench.ground import ground, machine, postgres_facts  # noqa: E402
from tests.databases import BASE  # noqa: E402

OUT = BASE / ".local" / "bench.json"


def main(arguments: list[str] | None = None) -> int:
    """The figures stand on the terminal and in .local/bench.json; 2 where a row is not known."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="ONLY=name", help="rows to measure; all without it")
    parser.add_argument("--only", dest="names", action="append", default=[], metavar="NAME")
    parser.add_argument("--notices", type=int, default=int(os.environ.get("BENCH_NOTICES", 20_000)))
    parser.add_argument("--leaves", type=int, default=int(os.environ.get("BENCH_LEAVES", 1_000_000)))
    parser.add_argument("--seconds", type=int, default=45, help="how long the province is rehearsed")
    asked = parser.parse_args(arguments)
    words = [word.removeprefix("ONLY=") for word in [*asked.names, *asked.only]]
    wanted = [name for word in words for name in word.split(",") if name] or list(ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    logging.disable(logging.WARNING)
    begun, found = time.monotonic(), []
    facts = {"before": machine()}
    with ground(asked) as floor:
        facts["postgres"] = postgres_facts(floor.cluster)
        for name in [name for name in ROWS if name in wanted]:
            since = time.monotonic()
            print(f"{name} …", end="", flush=True)
            row = ROWS[name](floor)
            row.facts |= {"took_seconds": round(time.monotonic() - since, 1), "load_average": os.getloadavg()[0]}
            print(f" {row.facts['took_seconds']} s", flush=True)
            found.append(row)
    facts["after"] = machine()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": facts, "seconds": round(time.monotonic() - begun, 1), "rows": [row.as_json() for row in found]}
    OUT.write_text(json.dumps(report, ensure_ascii=False, indent=1))
    print(f"\n{rows.table(found)}\n\n{OUT.relative_to(BASE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
