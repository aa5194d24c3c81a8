"""set-up on a machine that lacks something: one line that says what, exit code 1."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.databases import BASE

TOOLS = ("sh", "dirname", "cat", "cksum", "awk", "df", "rm", "mkdir")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout and a PATH with the simplest tools only."""
    folder = tmp_path / "checkout"
    (folder / "bin").mkdir(parents=True)
    for name in ("setup.sh", "requirements.lock", "package.json", "package-lock.json"):
        shutil.copy(BASE / name, folder / name)
    for name in TOOLS:
        (folder / "bin" / name).symlink_to(shutil.which(name))
    return folder


def run(checkout: Path) -> subprocess.CompletedProcess:
    environment = {"PATH": str(checkout / "bin"), "HOME": str(checkout), "LANG": "C.UTF-8"}
    return subprocess.run(
        [checkout / "setup.sh"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def script(checkout: Path, name: str, text: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def with_python_packages(checkout: Path) -> None:
    """The Python half of set-up is done."""
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(BASE / ".venv" / "bin" / "python")
    inner = subprocess.run(["cksum", "requirements.lock"], cwd=checkout, capture_output=True, check=True).stdout
    stamp = subprocess.run(["cksum"], input=inner, capture_output=True, check=True).stdout
    (venv / ".installed").write_bytes(stamp)


def test_no_python_is_told_in_one_line(checkout: Path):
    done = run(checkout)

    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.11 or newer is needed and was not found")
    assert done.stderr.count("\n") == 1


def test_an_old_python_is_not_taken(checkout: Path):
    script(checkout, "python3", "exit 1")

    done = run(checkout)

    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.11 or newer is needed")


def test_a_python_without_venv_names_the_package(checkout: Path):
    script(checkout, "python3", '[ "$1" = -c ] && exit 0; exit 1')

    done = run(checkout)

    assert done.returncode == 1
    assert done.stderr == "setup: Python's venv module does not work; on Debian or Ubuntu: apt install python3-venv\n"


def test_no_node_is_told_in_one_line(checkout: Path):
    with_python_packages(checkout)

    done = run(checkout)

    assert done.returncode == 1
    assert done.stderr.startswith("setup: Node.js 18 or newer with npm is needed")
    assert done.stderr.count("\n") == 1


def test_an_old_node_is_told_with_its_version(checkout: Path):
    with_python_packages(checkout)
    script(checkout, "node", '[ "$1" = --version ] && echo v16.20.2 && exit 0; exit 1')
    script(checkout, "npm", "exit 0")

    done = run(checkout)

    assert done.returncode == 1
    assert done.stderr == "setup: Node.js 18 or newer is needed; v16.20.2 was found\n"


def test_the_lock_names_exact_versions_and_no_registry():
    lines = [line for line in (BASE / "requirements.lock").read_text().splitlines() if not line.startswith("#")]

    assert lines
    assert all("==" in line for line in lines)
    assert not any("://" in line or line.startswith("-") for line in lines)
    assert "://" not in "".join(
        line for line in (BASE / "package-lock.json").read_text().splitlines() if '"resolved"' in line
    )


def test_every_declared_dependency_is_in_the_lock():
    import re
    import tomllib

    project = tomllib.loads((BASE / "pyproject.toml").read_text())
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    locked = {
        re.sub(r"[-_.]+", "-", line.split("==")[0]).lower()
        for line in (BASE / "requirements.lock").read_text().splitlines()
    }

    wanted = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ]", name)[0]).lower() for name in declared}

    assert wanted <= locked, wanted - locked
    assert os.access(BASE / "setup.sh", os.X_OK)
