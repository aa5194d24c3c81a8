"""The door for designated media: signed acknowledgements, no session."""

import json
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from trading.services import media

MOST_JSON = 16 * 1024


@csrf_exempt
@require_POST
def callback(request: HttpRequest) -> JsonResponse:
    """{"outlet", "body", "signature"} -> {"state"}; 403 for whatever no designated medium signed."""
    try:
        said = json.loads(request.body) if len(request.body) <= MOST_JSON else {}
        outlet, body, signature = UUID(said["outlet"]), dict(said["body"]), str(said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PermissionDenied("not a message of a designated medium") from None
    return JsonResponse({"state": media.acknowledged(outlet_id=outlet, body=body, signature=signature).state})
