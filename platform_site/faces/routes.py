"""Which face serves which named route: one table. A route of another face is the 404 of an address that never was.

Every face knows every address, so links lead across; the front sends each address to the process that serves it
(deploy/nginx.conf, compared by a test). A key is a namespace or a route; a route's own line counts before its
namespace's.
"""

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt

from platform_site.faces.facing import ALL

PUBLIC, TRADING, SUPERVISION = ("public",), ("trading",), ("supervision",)
EVERY = ("public", "trading", "supervision")
NOWHERE: tuple[str, ...] = ()  # in demo and sandbox only, where one process shows everything

SERVED: dict[str, tuple[str, ...]] = {
    "web": EVERY,
    "disclosure": PUBLIC,
    "ledger": PUBLIC,
    # A witness hands its line in where lines can be written.
    "ledger:cosign": TRADING,
    # People's own doors. Behind one origin the front sends them to trading.
    "accounts": ("trading", "supervision"),
    "accounts:demo": NOWHERE,
    "accounts:demo-sign-in": NOWHERE,
    "accounts:demo-clock": NOWHERE,
    "demo-key": NOWHERE,
    "messages": ("trading", "supervision"),
    "sealing": TRADING,
    "trading": TRADING,
    "experts": TRADING,
    "credit": TRADING,
    "credit:subjects": PUBLIC,
    "credit:subject": PUBLIC,
    "supervision": SUPERVISION,
}


def faces_of(name: str) -> tuple[str, ...]:
    """The faces that serve the route `namespace:name`.

    Raises:
        KeyError: neither it nor its namespace stands in the table.
    """
    return SERVED[name] if name in SERVED else SERVED[name.partition(":")[0]]


def served(patterns: Iterable[URLPattern | URLResolver], face: str) -> Sequence[URLPattern | URLResolver]:
    """The same addresses under the same names, where those that are not this face's answer 404."""
    return list(patterns) if face == ALL else _only(patterns, face, "")


def _only(patterns: Iterable[URLPattern | URLResolver], face: str, space: str) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = _only(one.url_patterns, face, one.namespace or space)
            found.append(URLResolver(one.pattern, inner, one.default_kwargs, one.app_name, one.namespace))
        elif face in faces_of(f"{space}:{one.name}" if space else str(one.name)):
            found.append(one)
        else:
            found.append(URLPattern(one.pattern, not_here, one.default_args, one.name))
    return found


@csrf_exempt  # else a posted form would be told that the address is known
def not_here(request: HttpRequest, **_: object) -> HttpResponse:
    """What an address that nobody serves answers."""
    raise Http404("no such page")


not_here.elsewhere = True  # type: ignore[attr-defined]  # read by accounts.benches
