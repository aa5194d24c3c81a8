"""`make test`: every part of the suite, and at the end which parts ran and which could not.

With REQUIRE_ALL=1 (.ci/run) a part that could not run is a failure. A test skips only for want of the collected data,
which is not shipped; how many did is said.
"""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import BASE

PARTS = {
    "units and services": "not browser and not lives and not chaos and not bench",
    "browser and lives": "(browser or lives) and not bench",
    "chaos": "chaos and not browser and not bench",
}
# One after the other, not as one run: Playwright leaves an event loop in its process, in which Django asks no database
# and asyncio begins nothing.
# A file of tests stays in one process, which keeps what it has set up (tests/conftest.py shares them out). Which took
# longest is said, to be made shorter.
SHARED_OUT = ("--dist", "loadfile", "--no-loadscope-reorder", "--durations=15", "--durations-min=5")
CORES = os.cpu_count() or 1
# A browser mostly waits, so one more process than there are cores has work (two more made nothing faster).
PROCESSES = {"units and services": CORES, "browser and lives": CORES + 1, "chaos": CORES}
NO_TESTS = 5


def browser_missing() -> str:
    """Why the browser part cannot run, or "" where it can."""
    from tests.browser import chromium

    try:
        chromium()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        return str(error)
    return ""


def run_pytest(marks: str, report: Path, *more: str) -> tuple[int, str]:
    """pytest's exit code and a line of counts."""
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-m", marks, f"--junitxml={report}", *more], cwd=BASE, check=False
    ).returncode
    if not report.exists():
        return code, "no report"
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    total, failed, skipped = (
        int(suite.get("tests", 0)),
        int(suite.get("failures", 0)) + int(suite.get("errors", 0)),
        int(suite.get("skipped", 0)),
    )
    return code, f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped"


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
    lines, good = [], True
    with TemporaryDirectory() as folder:
        for name, marks in PARTS.items():
            begun = time.monotonic()
            missing = browser_missing() if "browser" in name else ""
            if missing:
                code, counts = NO_TESTS, missing
            else:
                shared = ("-n", str(PROCESSES[name]), *SHARED_OUT)
                code, counts = run_pytest(marks, Path(folder) / f"{name.split()[0]}.xml", *shared)
            said = f"not run: {missing or 'no tests'}" if code == NO_TESTS else counts
            lines.append(f"{name:20} {said} ({time.monotonic() - begun:.0f} s)")
            good &= code == 0 or (code == NO_TESTS and not strict)
    code, counts = run_node()
    lines.append(f"{'browser code (node)':20} {'not run: ' if code == NO_TESTS else ''}{counts}")
    good &= code in {0, NO_TESTS}
    print("\nmake test, part by part:\n  " + "\n  ".join(lines))
    print("passed" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
