#!/usr/bin/env python3
"""A witness of the record: sees every checkpoint, checks that it grew from the last one, and signs that it did.

    python witness.py key NAME key.json            a new key; prints the line the platform enters for you
    python witness.py serve key.json keys.json DIR [--port 8100]      takes checkpoints (C2SP tlog-witness)
    python witness.py watch key.json keys.json DIR https://…/ledger/  or goes and asks for them, every minute

keys.json is the platform's /ledger/keys as you saved it. DIR keeps the newest checkpoint you signed: never lose it, and
never run two witnesses with one key. What does not follow from it is refused, kept in DIR as refused-*.txt, and worth
showing to everybody. A sample in plain Python: for a busy witness take one of C2SP's, with a key in hardware.
Standard library only; runs beside verify.py.
"""

import argparse
import base64
import hashlib
import importlib.util
import json
import os
import secrets
import struct
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

LIMIT = 64 * 1024
MINUTE = 60
KIND = b"\x04"


def load_verify():
    """verify.py's own functions: we run inside it, or beside it."""
    main = sys.modules["__main__"]
    if hasattr(main, "check_subtree_consistency"):
        return main
    beside = Path(__file__).resolve().with_name("verify.py")
    spec = importlib.util.spec_from_file_location("verify_for_witness", beside)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load_verify()


class Refused(Exception):
    """An answer other than a signature: HTTP status, content type, words."""

    def __init__(self, status, words, kind="text/plain; charset=utf-8"):
        super().__init__(words)
        self.status, self.words, self.kind = status, words, kind


# -- the key -----------------------------------------------------------------------------------------------------------


def public_of(seed):
    """The public key of a 32-byte seed (RFC 8032)."""
    scalar, _ = _expanded(seed)
    return verify._encode(verify._times(scalar, verify.BASE))


def sign(seed, message):
    """An Ed25519 signature (RFC 8032)."""
    scalar, prefix = _expanded(seed)
    public = public_of(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % verify.ORDER
    point = verify._encode(verify._times(nonce, verify.BASE))
    factor = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little") % verify.ORDER
    return point + ((nonce + factor * scalar) % verify.ORDER).to_bytes(32, "little")


def _expanded(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def key_line(name, seed):
    """The key as the platform enters it: name+id+base64(kind || key)."""
    material = KIND + public_of(seed)
    number = verify.sha256(name.encode(), b"\n", material)[:4]
    return f"{name}+{number.hex()}+{base64.b64encode(material).decode()}"


# -- what it signs -----------------------------------------------------------------------------------------------------


class Witness:
    """One log watched with one key. `add` is C2SP tlog-witness add-checkpoint."""

    def __init__(self, key, keys, folder):
        self.name, self.seed = key["name"], bytes.fromhex(key["seed"])
        self.keys, self.folder = keys, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = Lock()

    def last(self):
        """(size, root) of the newest checkpoint signed; (0, None) before the first."""
        path = self.folder / "last.json"
        if not path.exists():
            return 0, None
        said = json.loads(path.read_text("utf-8"))
        return said["size"], bytes.fromhex(said["root"])

    def add(self, old, proof, note):
        """This witness's signature line for the checkpoint. Refused: it does not follow from what was signed before."""
        seen = self._read(note)
        with self.lock:
            size, root = self.last()
            if old > seen.size:
                raise Refused(400, "the old size is beyond the checkpoint\n")
            if old != size:
                raise Refused(409, f"{size}\n", "text/x.tlog.size")
            if old == seen.size:
                if root is not None and root != seen.root:
                    self._keep(note)
                    raise Refused(409, f"{size}\n", "text/x.tlog.size")
                if proof:
                    raise Refused(422, "a proof where there is nothing to prove\n")
            elif old:
                try:
                    verify.check_consistency(old, seen.size, proof, root, seen.root)
                except verify.Bad as fault:
                    self._keep(note)
                    raise Refused(
                        422, f"the checkpoint does not follow from the one of {old} leaves: {fault}\n"
                    ) from None
            elif proof:
                raise Refused(422, "an empty tree proves nothing\n")
            self._remember(seen)
        moment = int(time.time())
        text = note.rpartition("\n\n")[0] + "\n"
        signature = struct.pack(">Q", moment) + sign(self.seed, f"cosignature/v1\ntime {moment}\n{text}".encode())
        number = verify.sha256(self.name.encode(), b"\n", KIND, public_of(self.seed))[:4]
        return f"— {self.name} {base64.b64encode(number + signature).decode()}\n"

    def _read(self, note):
        origin = note.split("\n")[0]
        if origin != self.keys.log.name:
            raise Refused(404, "an unknown log\n")
        try:
            return verify.Checkpoint(note, self.keys)
        except verify.Bad:
            raise Refused(403, "not signed by the log's key\n") from None
        except verify.Unreadable as fault:
            raise Refused(400, f"{fault}\n") from None

    def _remember(self, seen):
        draft = self.folder / ".last.json"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"size": seen.size, "root": seen.root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / "last.json")

    def _keep(self, note):
        name = f"refused-{hashlib.sha256(note.encode()).hexdigest()[:16]}.txt"
        (self.folder / name).write_text(note, encoding="utf-8")


def parse(body):
    """(old size, proof, note) of an add-checkpoint request."""
    head, gap, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, number = first.partition(" ")
    if not gap or word != "old" or not number.isdecimal() or len(number) > 19 or len(lines) > 63:
        raise Refused(400, "not an add-checkpoint request\n")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except ValueError:
        raise Refused(400, "the proof is not base64\n") from None
    if any(len(step) != 32 for step in proof):
        raise Refused(400, "not a hash\n")
    return int(number), proof, note


# -- how it is asked ---------------------------------------------------------------------------------------------------


def handler(witness):
    """The HTTP side: POST /add-checkpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            try:
                length = int(self.headers.get("Content-Length") or 0)
                if self.path != "/add-checkpoint" or not 0 < length <= LIMIT:
                    raise Refused(404 if self.path != "/add-checkpoint" else 400, "nothing here\n")
                answer = (200, witness.add(*parse(self.rfile.read(length).decode())), "text/plain; charset=utf-8")
            except Refused as no:
                answer = (no.status, no.words, no.kind)
            except UnicodeDecodeError:
                answer = (400, "not text\n", "text/plain; charset=utf-8")
            status, words, kind = answer
            body = words.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def watch_once(witness, url):
    """The newest checkpoint was fetched, checked, signed and handed back; what happened, in a sentence."""
    note = _get(url + "checkpoint").decode()
    size = witness._read(note).size
    old, _ = witness.last()
    steps = _get(f"{url}consistency/{old}/{size}").decode().split() if 0 < old < size else []
    line = witness.add(old, [base64.b64decode(step) for step in steps], note)
    ours = note.rpartition("\n\n")
    request = urllib.request.Request(f"{url}cosign", data=f"{ours[0]}\n\n{ours[2]}{line}".encode(), method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        answer.read()
    return f"signed {size} leaves"


def _get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def main(arguments=None):
    """Runs one command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    key = verbs.add_parser("key")
    key.add_argument("name")
    key.add_argument("file")
    for name in ("serve", "watch"):
        verb = verbs.add_parser(name)
        for one in ("key", "keys", "folder"):
            verb.add_argument(one)
    verbs.choices["serve"].add_argument("--port", type=int, default=8100)
    verbs.choices["watch"].add_argument("url")
    verbs.choices["watch"].add_argument("--once", action="store_true")
    options = parser.parse_args(arguments)
    if options.verb == "key":
        seed = secrets.token_bytes(32)
        handle = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"name": options.name, "seed": seed.hex()}, file)
        print(key_line(options.name, seed))
        return 0
    key = json.loads(Path(options.key).read_text("utf-8"))
    witness = Witness(key, verify.read_keys(options.keys), options.folder)
    if options.verb == "serve":
        ThreadingHTTPServer(("127.0.0.1", options.port), handler(witness)).serve_forever()
    while True:
        status = 0
        try:
            print(watch_once(witness, options.url.rstrip("/") + "/"), flush=True)
        except Refused as no:
            status = 1
            print(f"REFUSED: {no.words.strip()}", flush=True)
        except (OSError, urllib.error.URLError) as away:
            status = 3
            print(f"not reached: {away}", flush=True)
        if options.once:
            return status
        time.sleep(MINUTE)


if __name__ == "__main__":
    sys.exit(main())
