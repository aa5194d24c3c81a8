"""Workbenches by duty. Rooms above register theirs; the desk shows a person the ones that are open to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, resolve, reverse

from platform_site.accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class Bench:
    """One workbench.

    Attributes:
        title: its name on the desk (评标专家工作台).
        text: one line: what is done there.
        url_name: resolved at show time.
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


def _near(bench: Bench) -> bool:
    """Whether this desk leads there. Trading's, where everybody signs in, leads everywhere; supervision's, on an origin
    of its own, to its own benches: whom the others open to its login may not ask.
    """
    return settings.FACE != "supervision" or not getattr(resolve(bench.url).func, "elsewhere", False)


def register(bench: Bench) -> Bench:
    """`bench` stands on the desks of those it opens to. Call it from AppConfig.ready()."""
    if bench not in _benches:
        _benches.append(bench)
    return bench


def benches_for(actor: Actor) -> list[Bench]:
    """The workbenches open to `actor` that one comes to from here, in order."""
    found = [bench for bench in _benches if bench.url and _near(bench) and bench.opens_to(actor)]
    return sorted(found, key=lambda bench: (bench.order, bench.title))
