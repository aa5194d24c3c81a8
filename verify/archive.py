#!/usr/bin/env python3
"""Checks a lot's archive years later, with the network off: python verify.py archive LOT.zip [keys.json]

Every member against the manifest, every entry's proof against the archive's own checkpoint and key (or the keys you
bring, which is better), every envelope opened again from its ciphertext and the released keys, the draw drawn again,
the scores added up again. Standard library only; runs beside or inside verify.py. Exit 0 where everything holds.
"""

import hashlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path


def check_archive(folder, script, keys):
    """(what holds, faults) of an unpacked archive."""
    faults, holds = [], []
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    named = set(manifest["members"]) | {"manifest.json"}
    there = {str(path.relative_to(folder)).replace("\\", "/") for path in folder.rglob("*") if path.is_file()}
    faults += [f"{name} is missing" for name in sorted(named - there)]
    faults += [f"{name} is not in the manifest" for name in sorted(there - named)]
    for name, digest in manifest["members"].items():
        path = folder / name
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"{name} has other bytes than the manifest says")
    holds.append(f"{len(manifest['members'])} members of {manifest['title']}")
    proofs = sorted((folder / "entries").glob("*.proof"))
    verify = _verify(script)
    trusted = verify.read_keys(str(keys))
    for path in proofs:
        try:
            verify.Proof(path.read_text("utf-8"), trusted)
        except (verify.Bad, verify.Unreadable, verify.Undecided) as fault:
            faults.append(f"{path.name}: {fault}")
    holds.append(f"{len(proofs)} entries stand in the record")
    faults += _envelopes(folder, script, holds)
    for name, verb, word in (("draw.json", "draw", "the draw"), ("evaluation.json", "scores", "the evaluation")):
        if (folder / name).is_file():
            found = _run(script, verb, folder / name)
            faults += found
            holds += [] if found else [f"{word} comes out the same"]
    return holds, faults


def _envelopes(folder, script, holds):
    faults, opened = [], 0
    for path in sorted((folder / "envelopes").glob("*.json")):
        arguments = [path, "--released", folder / "keys" / "released.json", "--parts", path.with_suffix("")]
        if (folder / "keys" / "keyset.json").is_file():
            arguments += ["--keyset", folder / "keys" / "keyset.json"]
        envelope = json.loads(path.read_text("utf-8"))
        if envelope["state"] != "opened":
            continue
        found = _run(script, "envelope", *arguments)
        faults += found
        opened += not found
    if opened:
        holds.append(f"{opened} envelopes open again to what was read")
    return faults


def _verify(script):
    """verify.py's own functions: we run inside it, or beside it."""
    main = sys.modules["__main__"]
    if hasattr(main, "Proof"):
        return main
    source = importlib.util.spec_from_file_location("verify", script)
    module = importlib.util.module_from_spec(source)
    source.loader.exec_module(module)
    return module


def _run(script, *arguments):
    done = subprocess.run([sys.executable, script, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    said = (done.stdout + done.stderr).strip().splitlines()
    return [f"{Path(str(arguments[-1])).name}: {' '.join(said)[:400]}"]


def main():
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    if not names:
        print("say which archive: LOT.zip [keys.json]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as unpacked:
        folder = Path(unpacked)
        try:
            with zipfile.ZipFile(names[0]) as packed:
                packed.extractall(folder)
            # The checker is never taken out of what it checks.
            script = Path(sys.modules["__main__"].__file__).resolve()
            if script.stem == "archive":
                script = script.with_name("verify.py")
            keys = Path(names[1]) if len(names) > 1 else folder / "keys.json"
            holds, faults = check_archive(folder, script, keys)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            print(f"cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
            return 2
    for line in holds:
        print(f"holds: {line}")
    for line in faults:
        print(f"FAULT: {line}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
