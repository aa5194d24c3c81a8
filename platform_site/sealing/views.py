"""Public JSON for trustees' agents, and the chunk door.

Agents and chunk senders carry their own proof (a signature, a capability), so no cookie is read and no CSRF token
asked: a foreign page could not forge either. Who may begin an upload is the trade's business: `begin` is called by its
view.
"""

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import hooks, offline, selectors, services
from platform_site.sealing.models import Upload

MAX_JSON = 64 * 1024


def begin(request: HttpRequest, *, owner_ref: str, lot_ref: str = "") -> JsonResponse:
    """Answer of the trade's own upload-begin view: {id, token, offset, chunk}. Body: {key, size, sha256}."""
    body = _json(request)
    size = body.get("size")
    upload = services.upload_begin(
        owner_ref=owner_ref,
        lot_ref=lot_ref,
        key=_text(body, "key"),
        size=size if isinstance(size, int) and not isinstance(size, bool) else 0,
        sha256=_text(body, "sha256"),
    )
    return JsonResponse({**_progress(upload), "token": services.upload_token(upload.id)}, status=201)


@csrf_exempt
@require_http_methods(["GET", "PATCH"])
def upload(request: HttpRequest, upload_id: UUID) -> JsonResponse:
    """GET: how far it got. PATCH: one chunk; headers Upload-Token, Upload-Offset, Upload-SHA256 (of the chunk)."""
    token = request.headers.get("Upload-Token", "")
    if request.method == "GET":
        return JsonResponse(_progress(services.upload_progress(upload_id=upload_id, token=token)))
    offset = request.headers.get("Upload-Offset", "")
    promised = request.headers.get("Content-Length", "")
    try:
        chunk = request.body
    except (RequestDataTooBig, UnreadablePostError):  # more than any page of ours sends, or the line broke
        chunk = b""
    # A broken line gives fewer bytes than announced; nothing of such a chunk counts.
    if not offset.isdecimal() or not promised.isdecimal() or len(chunk) != int(promised):
        raise Refused([Violation("upload.damaged", "ELE-09", "20号令 第十四条")])
    taken = services.upload_append(
        upload_id=upload_id,
        token=token,
        offset=int(offset),
        chunk=chunk,
        sha256=request.headers.get("Upload-SHA256", ""),
    )
    return JsonResponse(_progress(taken))


@csrf_exempt
@require_POST
def upload_finish(request: HttpRequest, upload_id: UUID) -> JsonResponse:
    """The file is whole and its digest right."""
    token = request.headers.get("Upload-Token", "")
    return JsonResponse(_progress(services.upload_finish(upload_id=upload_id, token=token)))


@require_GET
def tool(request: HttpRequest, sha256: str = "") -> HttpResponse:
    """The offline sealing tool, to be saved: the current one, or the one a notice names by its digest."""
    found = offline.find(sha256) if sha256 else offline.current()
    if found is None:
        return _missing()
    # Never opened from here: it is meant for a computer without a line, and its own policy stands inside.
    headers = {"Content-Disposition": content_disposition_header(True, "离线封装工具.html"), "X-SHA256": found.sha256}
    return HttpResponse(found.content, content_type="text/html; charset=utf-8", headers=headers)


@require_GET
def lot(request: HttpRequest, lot_ref: str) -> JsonResponse:
    """The lot's key set and whether its keys are free. Before the notice a trustee of the set alone gets it, signed."""
    asks = hooks.announced(lot_ref) or selectors.is_member_asking(lot_ref, *_trustee(request))
    if not asks or (status := selectors.lot_status(lot_ref)) is None:
        return _missing()
    return _answer(status)


@require_GET
def trustee(request: HttpRequest, trustee_id: UUID) -> JsonResponse:
    """What the trustee's agent should look at. Asked with its signature: lots not yet announced are nobody else's."""
    _, at, signature = _trustee(request)
    if not selectors.is_trustee_asking(trustee_id, at, signature):
        return _missing()
    if (duties := selectors.trustee_duties(trustee_id)) is None:
        return _missing()
    return _answer(duties)


@csrf_exempt
@require_POST
def countersign(request: HttpRequest, lot_ref: str) -> JsonResponse:
    """A member binds its key to the set. Body: {trustee, signature}."""
    body = _json(request)
    services.trustee_countersign(
        lot_ref=lot_ref,
        trustee_id=_uuid(body, "trustee"),
        signature=_text(body, "signature"),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return _answer(selectors.lot_status(lot_ref))


@csrf_exempt
@require_POST
def release(request: HttpRequest, lot_ref: str) -> JsonResponse:
    """A member gives its lot key away. Body: {trustee, serial, secret, signature}."""
    body = _json(request)
    serial = body.get("serial")
    services.trustee_release(
        lot_ref=lot_ref,
        trustee_id=_uuid(body, "trustee"),
        serial=serial if isinstance(serial, int) else -1,
        secret=_text(body, "secret"),
        signature=_text(body, "signature"),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return _answer(selectors.lot_status(lot_ref))


@csrf_exempt
@require_POST
def batch(request: HttpRequest, trustee_id: UUID) -> JsonResponse:
    """A trustee publishes further lot keys. Body: {keys: [{serial, recipient, proof}], signature}."""
    body = _json(request, limit=1024 * 1024)
    count = services.trustee_batch(
        trustee_id=trustee_id,
        keys=body.get("keys"),
        signature=_text(body, "signature"),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return _answer({"published": count})


def _trustee(request: HttpRequest) -> tuple[str, str, str]:
    """Who says to be asking, when, and the signature over both."""
    asked = request.headers
    return asked.get("Trustee-Id", ""), asked.get("Trustee-At", ""), asked.get("Trustee-Signature", "")


def _progress(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "offset": upload.received,
        "size": upload.size,
        "chunk": services.MAX_CHUNK,
        "arrived_at": upload.arrived_at.isoformat() if upload.arrived_at else None,
        "finished": upload.finished_at is not None,
    }


def _missing() -> JsonResponse:
    return JsonResponse({"error": "not_found"}, status=404)


def _answer(data: Any) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _json(request: HttpRequest, *, limit: int = MAX_JSON) -> dict[str, Any]:
    try:
        body = json.loads(request.body) if len(request.body) <= limit else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused([Violation("upload.malformed")])
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _uuid(body: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(body, name))
    except ValueError:
        return UUID(int=0)  # nobody's
