"""`make test`: every part of the suite, and at the end which parts ran and which could not.

The parts run as one, so that while a browser waits somebody counts, and no core stands idle at the end of each.
With REQUIRE_ALL=1 (.ci/run) a part that could not run is a failure. A test skips only for want of the collected data,
which is not shipped; how many did is said.
"""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Container
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import BASE

UNITS, BROWSER, CHAOS = "units and services", "browser and lives", "chaos"
# A file of tests stays in one process, which keeps what it has set up (tests/conftest.py shares them out). Which took
# longest is said, to be made shorter.
SHARED_OUT = ("--dist", "loadfile", "--no-loadscope-reorder", "--durations=15", "--durations-min=5")
# A browser and a killed portal mostly wait, so one more process than there are cores has work.
PROCESSES = (os.cpu_count() or 1) + 1
NO_TESTS = 5


def part_of(marks: Container[str]) -> str:
    """The part of a test with these marks."""
    if "browser" in marks or "lives" in marks:
        return BROWSER
    return CHAOS if "chaos" in marks else UNITS


def browser_missing() -> str:
    """Why the browser part cannot run, or "" where it can."""
    from tests.browser import chromium

    try:
        chromium()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        return str(error)
    return ""


def run_pytest(marks: str, report: Path) -> tuple[int, dict[str, str]]:
    """pytest's exit code, and of every part that had tests a line of counts."""
    shared = ("-n", str(PROCESSES), *SHARED_OUT)
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-m", marks, f"--junitxml={report}", *shared],
        cwd=BASE, check=False,
    ).returncode  # fmt: skip
    return code, counted(report) if report.exists() else {}


def counted(report: Path) -> dict[str, str]:
    """Part -> how its tests ended and what they took. Each case of the report says its part (tests/conftest.py)."""
    ended: dict[str, Counter[str]] = {}
    seconds: Counter[str] = Counter()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        said = case.find("properties/property[@name='part']")
        # What could not even be collected says no part; it is counted with most of them.
        part = UNITS if said is None else said.get("value", UNITS)
        found = {child.tag for child in case}
        end = "failed" if found & {"failure", "error"} else "skipped" if "skipped" in found else "passed"
        ended.setdefault(part, Counter())[end] += 1
        seconds[part] += float(case.get("time", 0))
    return {
        part: f"{ends['passed']} passed, {ends['failed']} failed, {ends['skipped']} skipped ({seconds[part]:.0f} s)"
        for part, ends in ended.items()
    }


def run_node() -> tuple[int, str]:
    """The browser's own code, tested where it is written."""
    found = sorted(
        str(path.relative_to(BASE))
        for room in ("platform_site", "trading", "experts", "credit", "disclosure", "supervision", "static", "tests")
        for path in (BASE / room).rglob("*.test.mjs")
        if "vendor" not in path.parts
    )
    if not found:
        return NO_TESTS, "no tests"
    node = shutil.which("node")
    if node is None:
        return NO_TESTS, "Node.js is missing"
    return subprocess.run([node, "--test", *found], cwd=BASE, check=False).returncode, f"{len(found)} files"


def main() -> int:
    """0 if all that ran passed and, with REQUIRE_ALL, all ran."""
    strict = os.environ.get("REQUIRE_ALL") == "1"
    begun = time.monotonic()
    missing = browser_missing()
    with TemporaryDirectory() as folder:
        code, counts = run_pytest("not bench and not browser" if missing else "not bench", Path(folder) / "report.xml")
    took = time.monotonic() - begun
    if missing:
        counts[BROWSER] = f"no browser was run: {missing}; {counts.get(BROWSER, 'no tests')}"
    lines = [f"{part:20} {counts.get(part, 'not run: no tests')}" for part in (UNITS, BROWSER, CHAOS)]
    lines.append(f"{'together':20} {took:.0f} s in {PROCESSES} processes")
    good = code == 0 and not (strict and (missing or len(counts) < len((UNITS, BROWSER, CHAOS))))
    code, said = run_node()
    lines.append(f"{'browser code (node)':20} {'not run: ' if code == NO_TESTS else ''}{said}")
    good &= code in {0, NO_TESTS}
    print("\nmake test, part by part:\n  " + "\n  ".join(lines))
    print("passed" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
