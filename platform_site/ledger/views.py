"""The record's public files and proofs. A web server may serve LEDGER_DIR itself; these views say the same bytes."""

import base64
import json
import struct
from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from platform_site.ledger import genesis, layout, publishing, receipts, script, selectors, services, tree
from platform_site.ledger.merkle import HASH_BYTES, TILE_WIDTH
from platform_site.ledger.models import Checkpoint

FOR_EVER = "public, max-age=31536000, immutable"
COSIGNED_LIMIT = 16 * 1024
SHORTLY = "public, max-age=2"
TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest published tree head."""
    return _file(layout.CHECKPOINT, content_type=TEXT, cache=SHORTLY)


@require_safe
def tile(request: HttpRequest, level: str, number: str, width: str | None = None) -> HttpResponse:
    """A tile or entry bundle, complete or partial."""
    index, wanted = _index(number), int(width or TILE_WIDTH)
    if width and wanted >= TILE_WIDTH:
        raise Http404
    name = layout.tile(level, index, wanted)
    if (publishing.folder() / name).exists():
        return _file(name)
    return _answer(_narrowed(level, index, wanted))


@require_safe
def sealed_batch(request: HttpRequest, number: str) -> HttpResponse:
    """The places of one sealed batch."""
    return _file(layout.sealed(_index(number)))


@require_safe
def facts(request: HttpRequest, digest: str) -> HttpResponse:
    """Facts too long for their leaf."""
    return _file(layout.facts(digest), content_type="application/json")


@require_safe
def public_keys(request: HttpRequest) -> JsonResponse:
    """Whose signature counts, as the first entry says; save it, and compare it with somebody else's."""
    found = genesis.public_keys()
    if found is None:
        raise Http404
    return JsonResponse(found)


@require_safe
def old_checkpoint(request: HttpRequest, size: int) -> HttpResponse:
    """The tree head that was signed at `size` leaves."""
    found = Checkpoint.objects.filter(size=size).first()
    if found is None:
        raise Http404
    return HttpResponse(publishing.signed_note(found), content_type=TEXT)


@require_safe
def consistency(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """The proof that the tree of `new` leaves begins with that of `old`: base64 hashes, one a line."""
    newest = selectors.newest_checkpoint()
    if newest is None or not 0 < old <= new <= newest.size:
        raise Http404
    lines = [base64.b64encode(step).decode() + "\n" for step in tree.consistency(old, new)]
    return _answer("".join(lines).encode(), content_type=TEXT)


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> JsonResponse:
    """A public entry: its leaf, hash and position. A sealed one and one that never was are the same 404."""
    found = selectors.public_entry(entry_id)
    if found is None:
        raise Http404
    answer = {
        "leaf": json.loads(found.leaf),
        "leaf_hash": bytes(found.leaf_hash).hex(),
        "position": found.position,
        "facts": found.facts,
        "sealed": found.sealed,
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@require_safe
def entry_proof(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """The tlog-proof of a public entry; 404 while no published checkpoint covers it."""
    found = selectors.public_entry(entry_id)
    text = receipts.public_proof(found.pk, bytes(found.leaf_hash), leaf=found.leaf) if found else None
    return _proof(text, f"{entry_id}.tlog-proof")


@require_safe
def receipt_proof(request: HttpRequest, entry_id: UUID, entry_hash: str) -> HttpResponse:
    """The tlog-proof for whoever holds the promise; 202 while not sealed, and just so for what was never promised."""
    try:
        wanted = bytes.fromhex(entry_hash)
    except ValueError:
        raise Http404 from None
    text = receipts.public_proof(entry_id, wanted)
    if text is None:
        return HttpResponse("not sealed yet\n", content_type=TEXT, status=202, headers={"Cache-Control": "no-store"})
    return _proof(text, f"{entry_id}.tlog-proof")


@csrf_exempt  # a witness shows a signature, never a session
@require_POST
def cosign(request: HttpRequest) -> HttpResponse:
    """A witness that fetches checkpoints itself hands in one with its line; a 400 for anything else."""
    if len(request.body) > COSIGNED_LIMIT:
        return HttpResponse("too long\n", content_type=TEXT, status=400)
    try:
        count = services.cosign(request.body.decode())
    except ValueError as error:
        return HttpResponse(f"{error}\n", content_type=TEXT, status=400)
    return HttpResponse(f"{count} taken in\n", content_type=TEXT)


@require_safe
def verify_script(request: HttpRequest) -> HttpResponse:
    """The script that checks all of this without us."""
    answer = HttpResponse(script.bundle(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify.py"'
    return answer


def _proof(text: str | None, name: str) -> HttpResponse:
    if text is None:
        raise Http404
    answer = HttpResponse(text, content_type=TEXT)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _index(number: str) -> int:
    index = int(number.replace("x", "").replace("/", ""))
    if layout.numbered(index) != number:
        raise Http404
    return index


def _narrowed(level: str, index: int, width: int) -> bytes:
    """A partial tile that was forgotten, cut from a wider one: partial tiles are beginnings of complete ones."""
    root = publishing.folder()
    whole = root / layout.tile(level, index)
    partials = root / f"{layout.tile(level, index)}.p"
    wider = [whole] if whole.exists() else sorted(partials.glob("[1-9]*"), key=lambda one: -int(one.name))[:1]
    for path in wider:
        data = path.read_bytes()
        found = _first_leaves(data, width) if level == layout.ENTRIES else data[: width * HASH_BYTES]
        if found and (level == layout.ENTRIES or len(found) == width * HASH_BYTES):
            return found
    raise Http404


def _first_leaves(bundle: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        if at >= len(bundle):
            return b""
        at += 2 + struct.unpack(">H", bundle[at : at + 2])[0]
    return bundle[:at]


def _file(name: str, *, content_type: str = "application/octet-stream", cache: str = FOR_EVER) -> HttpResponse:
    path: Path = publishing.folder() / name
    try:
        data = path.read_bytes()
    except OSError:
        raise Http404 from None
    return _answer(data, content_type=content_type, cache=cache)


def _answer(data: bytes, *, content_type: str = "application/octet-stream", cache: str = FOR_EVER) -> HttpResponse:
    answer = HttpResponse(data, content_type=content_type)
    answer["Cache-Control"] = cache
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
