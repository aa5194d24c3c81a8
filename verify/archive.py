#!/usr/bin/env python3
"""Checks a lot's archive years later, with the network off: python verify.py archive LOT.zip [keys.json]

Every member against the manifest, every entry's proof against the archive's own checkpoint and key (or the keys you
bring, which is better), every paper against the entry that names its bytes and the certificate that entry names, every
envelope opened again from its ciphertext and the released keys, the draws drawn again, the scores added up again, the
auction held again.
Standard library only; runs beside or inside verify.py. Exit 0 where everything holds.
"""

import hashlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal, InvalidOperation
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
    told = {}
    for path in proofs:
        try:
            told[f"entries/{path.stem}"] = _told(verify, path, trusted)
        except (verify.Bad, verify.Unreadable, verify.Undecided) as fault:
            faults.append(f"{path.name}: {fault}")
    holds.append(f"{len(proofs)} entries stand in the record")
    faults += _papers(folder, script, told, holds)
    faults += _envelopes(folder, script, told, holds)
    faults += _factor(folder, told)
    faults += _reserve(folder, script, told, holds)
    faults += _auction(folder, script, told, holds)
    for name, verb, word in (
        ("draw.json", "draw", "the draw"),
        ("factor.json", "factor", "the factor"),
        ("evaluation.json", "scores", "the evaluation"),
    ):
        if (folder / name).is_file():
            found = _run(script, verb, folder / name)
            faults += found
            holds += [] if found else [f"{word} comes out the same"]
    return holds, faults


def _told(verify, path, trusted):
    """The facts of an entry, as proved: what the package shows of it is what the record holds."""
    proof = verify.Proof(path.read_text("utf-8"), trusted)
    shown = json.loads(path.with_suffix(".json").read_text("utf-8"))
    leaf = shown["leaf"].encode()
    if hashlib.sha256(b"\x00" + leaf).hexdigest() != proof.entry:
        raise verify.Bad("the proof is of another entry")
    said = json.loads(leaf)
    whole = hashlib.sha256(verify.canonical(shown["facts"])).hexdigest()
    if said["facts"] != shown["facts"] if "facts" in said else said["facts_sha256"] != whole:
        raise verify.Bad("the facts are not those of the entry")
    return shown["facts"]


def _papers(folder, script, told, holds):
    """Every paper is the file its entry names, of the text it names, signed by the key the record names."""
    if not (folder / "papers.json").is_file():
        return []
    rows, faults, signed = json.loads((folder / "papers.json").read_text("utf-8")), [], []
    faults += [f"{path.name} is in no list" for path in (folder / "papers").glob("*") if _name(path) not in
               {row["file"] for row in rows}]  # fmt: skip
    for row in rows:
        said, path = told.get(row["entry"], {}), folder / row["file"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != said.get("sha256"):
            faults.append(f"{row['file']} is not the file the record names")
        if row["content"] != said.get("content"):
            faults.append(f"{row['file']} is of another text than the record names")
        text = folder / "notices" / f"{path.stem}.json"
        if text.is_file() and hashlib.sha256(text.read_bytes()).hexdigest() != said.get("content"):
            faults.append(f"{text.name} is not the text the record names")
        if path.is_file() and said and "certificate" not in said:
            continue  # made before papers were signed: its digest is all the record holds of it
        signed.append(path)
        certificate = folder / "certificates" / f"{said.get('certificate')}.json"
        named = json.loads(certificate.read_text("utf-8")) if certificate.is_file() else {"entry": ""}
        if told.get(named["entry"], {}).get("certificate") != named.get("certificate", ""):
            faults.append(f"{row['file']} was signed by a key the record does not name")
    if files := [path for path in signed if path.is_file()]:
        faults += _run(script, "paper", *files, "--certificates", folder / "certificates")
    if rows and not faults:
        holds.append(f"{len(rows)} papers are those the record names, and their signatures hold")
    return faults


def _factor(folder, told):
    """The factor of the price formula is the one the record says was drawn, from what the record held before."""
    report, path = folder / "evaluation.json", folder / "factor.json"
    formula = (json.loads(report.read_text("utf-8")).get("price_formula") or {}) if report.is_file() else {}
    if not path.is_file():
        return ["the report scores by a drawn factor, and its draw is missing"] if formula.get("factors") else []
    c, by_act = json.loads(path.read_text("utf-8")), {}
    for facts in told.values():
        by_act.setdefault(facts.get("act"), []).append(facts)
    faults = []
    if [one["certificate"] for one in by_act.get("draw_factor", ())] != [c]:
        faults.append("factor.json is not the one certificate of the record")
    if {one["role"]: one["commitment"] for one in by_act.get("commit_factor", ())} != c["commitments"]:
        faults.append("factor.json: the record holds other commitments")
    rolls = [[{n: row[n] for n in ("bid", "digest")} for row in one["roll"]] for one in by_act.get("start_opening", ())]
    if rolls != [c["roll"]]:
        faults.append("factor.json: the roll is not the one the opening began with")
    if report.is_file() and (formula.get("factor"), formula.get("factors")) != (c["drawn"], c["factors"]):
        faults.append("the report scores by another factor than was drawn")
    return faults


def _reserve(folder, script, told, holds):
    """The reserve price made public is the one that was sealed before the listing: committed, opened, judged by."""
    by_act, faults = {}, []
    for facts in told.values():
        by_act.setdefault(facts.get("act"), []).append(facts)
    opened = by_act.get("open_reserve", [])
    if not opened and not by_act.get("seal_reserve"):
        return []
    replaced = {one["replaces"] for one in by_act.get("seal_reserve", ())}
    standing = [one["envelope"] for one in by_act.get("seal_reserve", ()) if one["envelope"] not in replaced]
    if [one["envelope"] for one in opened] != standing:
        faults.append("the reserve that was opened is not the one that was sealed last")
    sets, first = _key_sets(folder)
    for path in sorted((folder / "envelopes").glob("*.json")):
        envelope = json.loads(path.read_text("utf-8"))
        header = json.dumps(envelope["header"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        said = next((one for one in opened if one["envelope"] == hashlib.sha256(header).hexdigest()), None)
        if envelope["header"].get("purpose") != "reserve_price":
            continue
        if said is None:
            faults.append(f"{path.name}: the record opened no such reserve")
            continue
        named, released = sets.get(envelope["header"].get("trustee_set"), first)
        judged = _envelope(script, path, named, released, envelope.get("unlock", ""))
        amount = _yuan((judged.get("offer") or {}).get("reserve_cny"))
        if said["outcome"] != "lost" and amount != _yuan(said["amount_cny"]):
            faults.append(f"{path.name}: the record says another reserve than was sealed")
        told_by = [one["reserve"]["amount_cny"] for one in _notices(folder) if one.get("reserve")]
        if any(_yuan(one) != _yuan(said["amount_cny"]) for one in told_by):
            faults.append("a notice says another reserve than the record")
    if opened and not faults:
        holds.append("the reserve price is the one that was sealed before the listing")
    return faults


def _yuan(text):
    """The amount a sealed offer states, in fen; None where it states none that binds."""
    try:
        fen = Decimal(text) * 100 if isinstance(text, str) and len(text) <= 20 else None
    except InvalidOperation:
        return None
    return int(fen) if fen is not None and fen.is_finite() and 0 < fen < 10**16 and fen == int(fen) else None


def _notices(folder):
    return [json.loads(path.read_text("utf-8")) for path in sorted((folder / "notices").glob("*.json"))]


def _envelope(script, path, keyset, released, unlock):
    """What envelope.py says of one envelope: {opened, by, faults, offer, files}."""
    arguments = [path, "--released", released, "--parts", path.with_suffix(""), "--unlock", unlock]
    arguments += ["--keyset", keyset] if keyset else []
    command = [sys.executable, script, "envelope", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {}


def _auction(folder, script, told, holds):
    """The offers of a live auction lead to the end the record names, and to the award."""
    entries = [told[name] for name in sorted(told)]
    if not any(facts.get("act") in {"offer", "offer_timed", "close_call", "close_round"} for facts in entries):
        return []
    path = folder / "auction.json"  # made here: read out of entries that were proved
    path.write_text(json.dumps(entries), "utf-8")
    faults = _run(script, "auction", path)
    holds += [] if faults else ["the auction comes out the same"]
    return faults


def _name(path):
    return f"{path.parent.name}/{path.name}"


def _envelopes(folder, script, told, holds):
    faults, opened = [], 0
    sets, first = _key_sets(folder)
    recorded = {facts.get("key_set") for facts in told.values()}
    unnamed = [path.name for digest, (path, _) in sets.items() if digest not in recorded]
    faults += [f"{name} is not a key set the record names" for name in unnamed]
    for path in sorted((folder / "envelopes").glob("*.json")):
        envelope = json.loads(path.read_text("utf-8"))
        if envelope["state"] != "opened":
            continue
        # The set its header names; where it names none of the lot's, the first, by which the fault then shows.
        named, released = sets.get(envelope["header"].get("trustee_set"), first)
        arguments = [path, "--released", released, "--parts", path.with_suffix("")]
        arguments += ["--keyset", named] if named else []
        arguments += ["--unlock", envelope["unlock"]] if envelope.get("unlock") else []
        found = _run(script, "envelope", *arguments)
        faults += found
        opened += not found
    if opened:
        holds.append(f"{opened} envelopes open again to what was read")
    return faults


def _key_sets(folder):
    """({digest: (key set's file, its released keys)}, the lot's first): a trustee may have been replaced."""
    keys, found = folder / "keys", {}
    for path in sorted(keys.glob("keyset*.json"), key=lambda one: (len(one.stem), one.stem)):
        # The file is what a person reads; the digest is that of the canonical text.
        said = json.loads(path.read_text("utf-8"))
        canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        released = keys / path.name.replace("keyset", "released")
        found[hashlib.sha256(canonical).hexdigest()] = (path, released)
    return found, next(iter(found.values()), (None, keys / "released.json"))


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
    lines = (done.stdout + done.stderr).strip().splitlines()
    said = [line.removeprefix("FAULT: ") for line in lines if not line.startswith("holds: ")]
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
