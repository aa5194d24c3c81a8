#!/usr/bin/env python3
"""Checks what the platform gave you, without the platform. Python 3.9 or newer, nothing else; no network but `mirror`.

    verify.py --keys keys.json checkpoint checkpoint.txt
    verify.py --keys keys.json proof receipt.tlog-proof [--leaf entry.json]
    verify.py --keys keys.json promise promise.json --proof receipt.tlog-proof
    verify.py --keys keys.json promise promise.json --log mirror/
    verify.py --keys keys.json consistency old.txt new.txt --log mirror/
    verify.py --keys keys.json log mirror/ [--against old.txt]
    verify.py mirror https://…/ledger/ mirror/
    verify.py draw | envelope | … [-h]

keys.json is the platform's /ledger/keys as you saved it, or as a newspaper printed it: get it from elsewhere than the
platform if you can. Exit status: 0 it holds, 1 it does not (for a promise: the platform broke it), 2 cannot be read,
3 cannot be decided yet.

Formats: RFC 9162, RFC 8032, RFC 8785; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof.
"""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import re
import struct
import sys
import urllib.request
from pathlib import Path

# The script as it is downloaded carries its neighbours (draw.py, envelope.py …) here, word for word.
NEIGHBOURS = {}

HOLDS, FAILS, UNREADABLE, UNDECIDED = 0, 1, 2, 3
PROMISED_SECONDS = 60
TILE = 256
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class Bad(Exception):
    """Something does not hold. The text says what."""


class Unreadable(Exception):
    """A file is missing or not of the expected kind."""


class Undecided(Exception):
    """What was given does not reach far enough."""


# -- trees: RFC 9162 and the subtrees of draft-ietf-plants-merkle-tree-certs ------------------------------------------


def sha256(*parts):
    """SHA-256 of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(leaf):
    """The hash of a leaf's bytes."""
    return sha256(b"\x00", leaf)


def node_hash(left, right):
    """The hash over two subtrees."""
    return sha256(b"\x01", left, right)


def tree_root(hashes):
    """The root over leaf hashes."""
    edge = []  # complete subtrees from the left, as (size, hash)
    for one in hashes:
        size = 1
        while edge and edge[-1][0] == size:
            one, size = node_hash(edge.pop()[1], one), size * 2
        edge.append((size, one))
    found = None
    for _, one in reversed(edge):
        found = one if found is None else node_hash(one, found)
    return sha256() if found is None else found


def is_subtree(start, end, size):
    """Whether leaves [start, end) are a subtree of a tree of `size` leaves."""
    return 0 <= start < end <= size and start % (1 << (end - start - 1).bit_length()) == 0


def check_inclusion(index, size, hash_, proof, root):
    """Returns if leaf `index` with this hash is in the tree of `size` leaves with this root; Bad otherwise."""
    check_subtree_inclusion(index, 0, size, hash_, proof, root)


def check_subtree_inclusion(index, start, end, hash_, proof, root):
    """Returns if leaf `index` is in the subtree [start, end) with this root; Bad otherwise."""
    if not is_subtree(start, end, end) or not start <= index < end:
        raise Bad("no such leaf in a tree of that size")
    if len(hash_) != 32:
        raise Bad("not a hash")
    place, last, found = index - start, end - start - 1, hash_
    for step in proof:
        if last == 0:
            raise Bad("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last:
        raise Bad("the proof is too short")
    if found != root:
        raise Bad("the proof leads to another root")


def check_consistency(old, new, proof, old_root, new_root):
    """Returns if the tree of `new` leaves begins with the tree of `old`; Bad otherwise."""
    if old == 0:
        raise Bad("an empty tree proves nothing")
    check_subtree_consistency(0, old, new, proof, old_root, new_root)


def check_subtree_consistency(start, end, size, proof, subtree_root, root):
    """Returns if the subtree [start, end) with its root is part of the tree of `size` leaves; Bad otherwise."""
    if 0 <= start == end <= size and not proof and subtree_root == sha256():
        return  # nothing is part of everything
    if not is_subtree(start, end, size):
        raise Bad("no such subtree in a tree of that size")
    first, last, whole = start, end - 1, size - 1
    if last == whole:
        while first != last:
            first, last, whole = first >> 1, last >> 1, whole >> 1
    else:
        while first != last and last & 1:
            first, last, whole = first >> 1, last >> 1, whole >> 1
    steps = list(proof)
    if first == last:
        part = everything = subtree_root
    elif steps:
        part = everything = steps.pop(0)
    else:
        raise Bad("the proof is too short")
    for step in steps:
        if whole == 0:
            raise Bad("the proof is too long")
        if last & 1 or last == whole:
            if first < last:
                part = node_hash(step, part)
            everything = node_hash(step, everything)
            while not last & 1:
                if last == 0:
                    break
                first, last, whole = first >> 1, last >> 1, whole >> 1
        else:
            everything = node_hash(everything, step)
        first, last, whole = first >> 1, last >> 1, whole >> 1
    if whole:
        raise Bad("the proof is too short")
    if part != subtree_root:
        raise Bad("the proof leads to another old root")
    if everything != root:
        raise Bad("the proof leads to another root")


# -- Ed25519: RFC 8032, verification only ------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _add(one, two):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point, scalar = _add(point, point), scalar >> 1
    return found


def _decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _encode(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_holds(public, signature, message):
    """Whether the signature over the message is the public key's."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _decode(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER:
        return False
    factor = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = _times(factor, key)
    return _encode(_add(_times(scalar, BASE), (P - x, y, z, P - t))) == signature[:32]


# -- text: canonical JSON, signed notes, checkpoints -------------------------------------------------------------------


def canonical(value):
    """RFC 8785 bytes. Our JSON has no fractions and no exotic keys, so Python's writer already gives them."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _no_fraction(text):
    raise Bad(f"a fraction, {text}, where none is allowed")


def _no_doubles(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise Bad("a name stands twice in one object")
    return dict(pairs)


def parse_json(data, what):
    """The value of JSON bytes or text."""
    try:
        return json.loads(data, parse_float=_no_fraction, parse_constant=_no_fraction, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not JSON: {error}") from None


def unbase64(text):
    """Strict base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Unreadable(f"not base64: {text[:60]!r}") from None


class Key:
    """A public key by its vkey line: name+id+base64(kind || key). Kind 1 signs notes, kind 4 cosigns checkpoints."""

    def __init__(self, text):
        match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text.strip())
        if not match:
            raise Unreadable(f"not a key: {text[:80]!r}")
        self.name, number, material = match.group(1), match.group(2), unbase64(match.group(3))
        self.kind, self.public = material[0], material[1:]
        self.id = sha256(self.name.encode(), b"\n", material)[:4]
        if self.kind not in (1, 4) or len(self.public) != 32 or self.id.hex() != number:
            raise Unreadable(f"not an Ed25519 key: {text[:80]!r}")

    def signed(self, text, signature):
        """Whether a note signature (without its four bytes) is this key's; for witnesses, with their time."""
        if self.kind == 4:
            if len(signature) != 72:
                return False
            moment = struct.unpack(">Q", signature[:8])[0]
            return ed25519_holds(self.public, signature[8:], f"cosignature/v1\ntime {moment}\n".encode() + text)
        return ed25519_holds(self.public, signature, text)


class Keys:
    """Whom the reader trusts: the log's key, the key of promises, witnesses."""

    def __init__(self, data):
        self.log = Key(data["log"])
        self.promise = Key(data["promise"]) if data.get("promise") else None
        self.witnesses = [Key(text) for text in data.get("witnesses", [])]


class Checkpoint:
    """A tree head, its signatures checked: origin, size, root, and which witnesses signed."""

    def __init__(self, note, keys):
        text, gap, tail = note.rpartition("\n\n")
        if not gap or not tail.endswith("\n") or any(char < " " and char != "\n" for char in note):
            raise Unreadable("not a signed note")
        body = (text + "\n").encode()
        known = {(key.name, key.id): key for key in [keys.log, *keys.witnesses]}
        signers = []
        for line in tail[:-1].split("\n"):
            match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)", line)
            if not match:
                raise Unreadable(f"not a signature line: {line[:80]!r}")
            data = unbase64(match.group(2))
            key = known.get((match.group(1), data[:4]))
            if key is None:
                continue
            if not key.signed(body, data[4:]):
                raise Bad(f"the signature of {key.name} does not fit the checkpoint")
            signers.append(key)
        if keys.log not in signers:
            raise Bad("the log's key did not sign this checkpoint")
        self.witnesses = [key.name for key in signers if key is not keys.log]
        lines = text.split("\n")
        if len(lines) < 3 or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
            raise Unreadable("not a checkpoint")
        self.origin, self.size, self.root = lines[0], int(lines[1]), unbase64(lines[2])
        if len(self.root) != 32:
            raise Unreadable("not a checkpoint")
        if self.origin != keys.log.name:
            raise Bad(f"a checkpoint of {self.origin!r}, not of {keys.log.name!r}")

    def __str__(self):
        seen = f", seen by {', '.join(self.witnesses)}" if self.witnesses else ""
        return f"{self.origin}: {self.size} leaves, root {self.root.hex()[:16]}…{seen}"


def moment(text):
    """RFC 3339, UTC, six places."""
    try:
        return datetime.datetime.strptime(text, TIME).replace(tzinfo=datetime.timezone.utc)  # noqa: UP017 - Python 3.9
    except (TypeError, ValueError):
        raise Unreadable(f"not a time: {text!r}") from None


# -- proofs and promises -----------------------------------------------------------------------------------------------


class Proof:
    """A C2SP tlog-proof, checked against the log's key.

    Attributes:
        entry: the hash of the entry proved (hex); for a sealed entry that of its place in the batch.
        leaf: the entry's text, if the proof carries it.
        sealed_at: for a sealed entry, when its batch was closed.
    """

    def __init__(self, text, keys, leaf=None):
        head, gap, note = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Unreadable("not a tlog-proof")
        extra = {}
        if lines and lines[0].startswith("extra "):
            extra = parse_json(unbase64(lines.pop(0)[6:]), "the proof's extra line")
        match = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines.pop(0) if lines else "")
        if not match or not isinstance(extra, dict):
            raise Unreadable("not a tlog-proof")
        self.index, path = int(match.group(1)), [unbase64(line) for line in lines]
        self.checkpoint = Checkpoint(note, keys)
        self.leaf = leaf if leaf is not None else extra["leaf"].encode() if "leaf" in extra else None
        self.sealed_at = None
        standing = self._through_batch(extra) if "batch_leaf" in extra else self._hash(extra)
        self.entry = self._hash(extra).hex()
        check_inclusion(self.index, self.checkpoint.size, standing, path, self.checkpoint.root)

    def _through_batch(self, extra):
        """The sealed entry's place is in the batch whose public leaf is what the tree proves."""
        batch_leaf = extra["batch_leaf"].encode()
        said = parse_json(batch_leaf, "the batch's leaf")
        if said.get("event") != "sealed-batch":
            raise Bad("the leaf is not that of a sealed batch")
        path = [bytes.fromhex(step) for step in extra["path"]]
        root = bytes.fromhex(said["facts"]["places_root"])
        check_inclusion(extra["slot"], said["facts"]["capacity"], self._hash(extra), path, root)
        self.sealed_at = moment(said["recorded_at"])
        return leaf_hash(batch_leaf)

    def _hash(self, extra):
        if self.leaf is not None:
            return leaf_hash(self.leaf)
        if "entry" not in extra:
            raise Unreadable("the proof does not name its entry: give it with --leaf")
        return bytes.fromhex(extra["entry"])


class Promise:
    """A signed promise: this hash arrived then, for this lot."""

    PREFIX = b"ggzy.ledger.promise.v1\n"
    NAMES = frozenset({"promise", "origin", "id", "entry", "arrived_at", "lot", "key", "signature"})

    def __init__(self, data, keys):
        if not isinstance(data, dict) or set(data) != self.NAMES or data["promise"] != "v1":
            raise Unreadable("not a promise")
        if keys.promise is None:
            raise Unreadable("the keys name no key of promises")
        said = {name: value for name, value in data.items() if name != "signature"}
        if not ed25519_holds(keys.promise.public, unbase64(data["signature"]), self.PREFIX + canonical(said)):
            raise Bad("the platform's key did not sign this promise")
        if data["origin"] != keys.log.name:
            raise Bad(f"a promise of {data['origin']!r}, not of {keys.log.name!r}")
        self.entry, self.lot, self.arrived = data["entry"], data["lot"], moment(data["arrived_at"])
        self.due = self.arrived + datetime.timedelta(seconds=PROMISED_SECONDS)


# -- a mirrored log ----------------------------------------------------------------------------------------------------


def numbered(index):
    """1234067 is x001/x234/067."""
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text


def tile_path(level, index, width=TILE):
    """Where a tile (or an entry bundle, level "entries") lies."""
    return f"tile/{level}/{numbered(index)}" + (f".p/{width}" if width < TILE else "")


class Log:
    """A mirror of the public files, read and checked whole."""

    def __init__(self, folder, keys):
        self.folder, self.keys = Path(folder), keys
        self.checkpoint = Checkpoint(read_text(self.folder / "checkpoint"), keys)
        self.leaves = [leaf for index in range(-(-self.checkpoint.size // TILE)) for leaf in self._bundle(index)]
        self.hashes = [leaf_hash(leaf) for leaf in self.leaves]
        if tree_root(self.hashes) != self.checkpoint.root:
            raise Bad("the entries do not give the checkpoint's root")

    def root(self, size):
        """The root of the first `size` leaves."""
        if size > len(self.hashes):
            raise Undecided(f"the mirror has only {len(self.hashes)} leaves")
        return tree_root(self.hashes[:size])

    def batches(self):
        """Every sealed batch: (its public leaf, its places)."""
        for leaf in self.leaves:
            said = json.loads(leaf)
            if said.get("event") != "sealed-batch":
                continue
            facts = said["facts"]
            data = read_bytes(self.folder / "sealed" / numbered(int(facts["batch"])))
            places = [data[at : at + 32] for at in range(0, len(data), 32)]
            if len(data) != 32 * facts["capacity"] or tree_root(places).hex() != facts["places_root"]:
                raise Bad(f"the file of sealed batch {facts['batch']} is not the one its leaf names")
            yield said, places

    def _bundle(self, index):
        width = min(TILE, self.checkpoint.size - index * TILE)
        path = self.folder / tile_path("entries", index, width)
        data = read_bytes(path if path.exists() else self.folder / tile_path("entries", index))
        leaves, at = [], 0
        while len(leaves) < width:
            if at + 2 > len(data):
                raise Bad(f"{path} is too short")
            size = struct.unpack(">H", data[at : at + 2])[0]
            leaves.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        return leaves


def full_facts(log, said):
    """An entry's facts, from their own file where they are too long for a leaf."""
    if "facts" in said:
        return said["facts"]
    digest = said["facts_sha256"]
    data = read_bytes(log.folder / "facts" / digest[:2] / digest)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Bad(f"the facts of entry {said['id']} are not those its leaf names")
    return parse_json(data, "facts")


def check_log(log):
    """Everything a mirror can say: leaves are canonical, batches whole, openings were sealed before. Counts."""
    counts = {"leaves": len(log.leaves), "batches": 0, "revealed": 0}
    sealed = {}
    for number, (said, places) in enumerate(log.batches()):
        if int(said["facts"]["batch"]) != number:
            raise Bad(f"sealed batch {number} is missing")
        sealed.update((place, moment(said["recorded_at"])) for place in places)
        counts["batches"] += 1
    for index, leaf in enumerate(log.leaves):
        said = parse_json(leaf, f"leaf {index}")
        if canonical(said) != leaf:
            raise Bad(f"leaf {index} is not canonical JSON")
        if index == 0 and Key(said["facts"]["log_key"]).public != log.keys.log.public:
            raise Bad("the first entry names another log key than yours")
        facts = full_facts(log, said)
        for opening in facts.get("openings", ()) if said["event"].endswith(".revealed") else ():
            _check_opening(opening, sealed, said)
            counts["revealed"] += 1
    return counts


def _check_opening(opening, sealed, said):
    """An opened entry stood in a sealed batch; its long facts and private facts are those it committed to."""
    leaf = opening["leaf"]
    if leaf_hash(canonical(leaf)) not in sealed:
        raise Bad(f"entry {leaf['id']}, opened by {said['id']}, never stood in a sealed batch")
    if "facts" in opening and hashlib.sha256(canonical(opening["facts"])).hexdigest() != leaf["facts_sha256"]:
        raise Bad(f"the opened facts of entry {leaf['id']} are not those it committed to")
    for name, shown in opening.get("private", {}).items():
        if not commitment_opens(leaf["private"][name], shown):
            raise Bad(f"the private fact {name!r} of entry {leaf['id']} is not the one it committed to")


def commitment_opens(commitment, opening):
    """Whether salt and value of a private fact give the commitment in the leaf."""
    salt = bytes.fromhex(opening["salt"])
    return hmac.new(salt, canonical(opening["value"]), hashlib.sha256).hexdigest() == commitment


def judge_promise(promise, log):
    """When the promised entry was sealed; Bad if it was not in time, Undecided if the mirror ends too early."""
    wanted, latest = bytes.fromhex(promise.entry), None
    for said, places in log.batches():
        latest = moment(said["recorded_at"])
        if wanted in places:
            return _in_time(promise, latest)
    for index, found in enumerate(log.hashes):
        if found == wanted:
            after = [json.loads(leaf) for leaf in log.leaves[index:]]
            closed = [moment(one["recorded_at"]) for one in after if one.get("event") == "sealed-batch"]
            return _in_time(promise, closed[0])
    if latest is None or latest <= promise.due:
        raise Undecided(f"the mirror ends at {latest}, the promise is due at {promise.due}: mirror again later")
    raise Bad(
        f"THE PLATFORM BROKE ITS PROMISE: entry {promise.entry} arrived at {promise.arrived} and by {latest} it stands "
        "neither in the tree nor in a sealed batch"
    )


def _in_time(promise, closed):
    if closed > promise.due:
        raise Bad(f"THE PLATFORM BROKE ITS PROMISE: sealed at {closed}, due at {promise.due}")
    return closed


# -- files -------------------------------------------------------------------------------------------------------------


def read_bytes(path):
    """A file's bytes."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None


def read_text(path):
    """A file's text."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not text") from None


def read_keys(path):
    """The keys the reader trusts."""
    if path is None:
        raise Unreadable("say whom you trust: --keys keys.json")
    data = parse_json(read_text(path), path)
    if not isinstance(data, dict) or "log" not in data:
        raise Unreadable(f"{path} names no log key")
    return Keys(data)


# -- commands: each prints what holds, or raises -----------------------------------------------------------------------


def run_checkpoint(options):
    """A checkpoint is signed by the log."""
    print(f"holds: {Checkpoint(read_text(options.file), read_keys(options.keys))}")


def run_proof(options):
    """An entry stands in the record."""
    leaf = read_bytes(options.leaf).rstrip(b"\n") if options.leaf else None
    proof = Proof(read_text(options.file), read_keys(options.keys), leaf)
    print(f"holds: entry {proof.entry} stands under {proof.checkpoint}")
    if proof.sealed_at:
        print(f"sealed in the batch of {proof.sealed_at}")
    if proof.leaf is not None:
        print(proof.leaf.decode())


def run_promise(options):
    """A promise was kept."""
    keys = read_keys(options.keys)
    promise = Promise(parse_json(read_text(options.file), options.file), keys)
    print(f"a promise: entry {promise.entry} for {promise.lot} arrived at {promise.arrived}")
    if options.proof:
        proof = Proof(read_text(options.proof), keys)
        if proof.entry != promise.entry:
            raise Bad("the proof is of another entry")
        if proof.sealed_at:
            _in_time(promise, proof.sealed_at)
        print(f"kept: it stands under {proof.checkpoint}")
    elif options.log:
        print(f"kept: sealed at {judge_promise(promise, Log(options.log, keys))}")
    else:
        raise Undecided("give --proof or --log to see whether it was kept")


def run_consistency(options):
    """The newer checkpoint continues the older one."""
    keys = read_keys(options.keys)
    old, new = (Checkpoint(read_text(path), keys) for path in (options.old, options.new))
    if options.proof:
        proof = [unbase64(line) for line in read_text(options.proof).split()]
        check_consistency(old.size, new.size, proof, old.root, new.root)
    elif options.log:
        log = Log(options.log, keys)
        for one in (old, new):
            if log.root(one.size) != one.root:
                raise Bad(f"the mirrored entries do not give the root at {one.size} leaves: history was rewritten")
    else:
        raise Undecided("give --log (a mirror) or --proof")
    print(f"holds: the first {old.size} leaves are the same in both")


def run_log(options):
    """A whole mirror holds together."""
    keys = read_keys(options.keys)
    log = Log(options.folder, keys)
    counts = check_log(log)
    if options.against:
        old = Checkpoint(read_text(options.against), keys)
        if log.root(old.size) != old.root:
            raise Bad(f"the first {old.size} leaves are not those of the older checkpoint: history was rewritten")
    print(f"holds: {log.checkpoint}")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))


def run_mirror(options):
    """The public files are copied; what is there and complete is not fetched again."""
    base, folder = options.url.rstrip("/") + "/", Path(options.folder)
    note = _fetch(base + "checkpoint")
    size = int(note.split(b"\n")[1])
    for index in range(-(-size // TILE)):
        width = min(TILE, size - index * TILE)
        data = _keep(base, folder, tile_path("entries", index, width))
        for leaf in _split(data):
            said = json.loads(leaf)
            if said.get("event") == "sealed-batch":
                _keep(base, folder, f"sealed/{numbered(int(said['facts']['batch']))}")
            if "facts_sha256" in said:
                _keep(base, folder, f"facts/{said['facts_sha256'][:2]}/{said['facts_sha256']}")
    (folder / "checkpoint").write_bytes(note)
    print(f"mirrored {size} leaves to {folder}; now: verify.py --keys keys.json log {folder}")


def _split(data):
    at = 0
    while at < len(data):
        size = struct.unpack(">H", data[at : at + 2])[0]
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def _fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read()
    except OSError as error:
        raise Unreadable(f"{url}: {error}") from None


def _keep(base, folder, name):
    path = folder / name
    if path.exists():
        return path.read_bytes()
    data = _fetch(base + name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data


def neighbours():
    """The other checks by name: their sources, from this file or from beside it."""
    if NEIGHBOURS:
        return NEIGHBOURS
    here = Path(__file__).resolve()
    return {path.stem: read_text(path) for path in sorted(here.parent.glob("[a-z]*.py")) if path != here}


def run_neighbour(options):
    """Another check, run as the script it is."""
    name = options.verb
    sys.argv = [f"verify.py {name}", *options.rest]
    exec(compile(neighbours()[name], f"{name}.py", "exec"), {"__name__": "__main__"})


def build_parser():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", help="keys.json with the keys you trust")
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name, function, *positional):
        found = verbs.add_parser(name, help=function.__doc__)
        found.set_defaults(run=function)
        for one in positional:
            found.add_argument(one)
        return found

    verb("checkpoint", run_checkpoint, "file")
    verb("proof", run_proof, "file").add_argument("--leaf", help="the entry's JSON, where the proof does not carry it")
    promise = verb("promise", run_promise, "file")
    promise.add_argument("--proof")
    promise.add_argument("--log", help="a folder made by `mirror`")
    consistency = verb("consistency", run_consistency, "old", "new")
    consistency.add_argument("--log", help="a folder made by `mirror`")
    consistency.add_argument("--proof", help="base64 hashes, one a line")
    verb("log", run_log, "folder").add_argument("--against", help="an older checkpoint you kept")
    verb("mirror", run_mirror, "url", "folder")
    for name, source in neighbours().items():
        line = source.split('"""')[1].split("\n")[0].replace("%", "%%")
        other = verbs.add_parser(name, help=line, add_help=False, prefix_chars="\0")
        other.set_defaults(run=run_neighbour)
        other.add_argument("rest", nargs="*")
    return parser


def main(arguments=None):
    """Runs one command; returns the exit status."""
    options = build_parser().parse_args(arguments)
    try:
        options.run(options)
    except Bad as error:
        print(f"DOES NOT HOLD: {error}")
        return FAILS
    except Undecided as error:
        print(f"not decided: {error}")
        return UNDECIDED
    except Unreadable as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return UNREADABLE
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        print(f"cannot be read: malformed ({type(error).__name__}: {error})", file=sys.stderr)
        return UNREADABLE
    return HOLDS


if __name__ == "__main__":
    sys.exit(main())
