"""The browser's sealing module under Node: one process for all tests, a task a line (interop.mjs)."""

import atexit
import functools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from platform_site.sealing import keysets
from tests.sealing.world import World

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "static" / "js" / "sealing" / "index.js"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "age-encryption").exists(),
    reason="needs Node and the npm packages of `make setup`",
)


@functools.cache
def process() -> Any:
    """One Node for all tests; it ends with ours."""
    started = subprocess.Popen(
        [str(NODE), str(Path(__file__).with_name("interop.mjs"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_stop, started)
    return started


def _stop(started: Any) -> None:
    started.stdin.close()  # end of input ends it
    started.stdout.close()
    started.wait(timeout=10)


def node(act: str, *, module: Path = SOURCE, **task: Any) -> Any:
    """The browser module's answer.

    Raises:
        RuntimeError: with the message the module threw.
    """
    process().stdin.write(json.dumps({"act": act, "module": str(module), **task}) + "\n")
    process().stdin.flush()
    answer = json.loads(process().stdout.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["answer"]


def countersigned(world: World) -> dict[str, str]:
    """Countersignatures of every member, as the portal publishes them."""
    return {
        member["trustee"]: key.sign(keysets.COUNTERSIGN_CONTEXT, world.keyset)
        for member, key in zip(world.keyset["members"], world.trustees, strict=True)
    }
