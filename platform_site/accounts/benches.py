"""Workbenches by duty. Rooms above register theirs; the desk shows a person the ones that are open to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from platform_site.accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class Bench:
    """One workbench.

    Attributes:
        title: its name on the desk (评标专家工作台).
        text: one line: what is done there.
        url_name: resolved at show time; a bench whose page this face does not serve is not shown.
        opens_to: whether it is the actor's.
        order: smaller stands first.
        icon_name: from the icon sprite.
    """

    title: str
    text: str
    url_name: str
    opens_to: Callable[[Actor], bool]
    order: int = 50
    icon_name: str = "file-text"

    @property
    def url(self) -> str:
        """Where it stands, or "" where this process does not serve it."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


_benches: list[Bench] = []


def register(bench: Bench) -> Bench:
    """`bench` stands on the desks of those it opens to. Call it from AppConfig.ready()."""
    if bench not in _benches:
        _benches.append(bench)
    return bench


def benches_for(actor: Actor) -> list[Bench]:
    """The workbenches open to `actor` and served here, in order."""
    found = [bench for bench in _benches if bench.opens_to(actor) and bench.url]
    return sorted(found, key=lambda bench: (bench.order, bench.title))
