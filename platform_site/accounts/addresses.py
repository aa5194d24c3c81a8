"""Where a request came from: the address that goes into the record (全程留痕, PLT-08) and into lock-outs."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's network address.

    `X-Forwarded-For` is believed only from our own front (settings.TRUSTED_PROXIES), and only its last foreign entry:
    everything before that is what the client wrote.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    if peer and peer not in settings.TRUSTED_PROXIES:
        return _clean(peer)
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    for address in reversed(chain):
        if address not in settings.TRUSTED_PROXIES:
            return _clean(address)
    return _clean(peer)


def _clean(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
