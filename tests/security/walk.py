"""Every named route of the portal, walked out of the resolver."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its full name (`trading:lot`) and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]


def routes() -> list[Route]:
    """Every route under the root, in the order the resolver asks them. A route without a name raises."""
    return list(_below(get_resolver(), (), ()))


def _below(resolver: URLResolver, spaces: tuple[str, ...], held: tuple[str, ...]) -> Iterator[Route]:
    for one in resolver.url_patterns:
        here = held + (tuple(one.pattern.converters) or tuple(one.pattern.regex.groupindex))
        if isinstance(one, URLResolver):
            yield from _below(one, (*spaces, one.namespace) if one.namespace else spaces, here)
        elif isinstance(one, URLPattern):
            if not one.name:
                raise AssertionError(f"{one.pattern} has no name")
            yield Route(":".join((*spaces, one.name)), here)
