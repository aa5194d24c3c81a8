"""Rules for pages: the row by its id, and where its page stands.

The rows come from the bedrock register (`platform_site.rules`). The page belongs to a higher room, which lends its
address at start-up, so that this room need not name it.
"""

from collections.abc import Callable

from platform_site.rules import ALL, Rule

_pages: list[Callable[[str], str]] = []


def lend(page: Callable[[str], str]) -> None:
    """From now on citations link to `page(rule_id)`, which answers "" where this process does not serve it."""
    if page not in _pages:
        _pages.append(page)


def find(rule_id: str) -> Rule | None:
    """The rule, or None: an unknown rule is a page without a quotation, never an error."""
    return ALL.get(rule_id)


def address(rule_id: str) -> str:
    """Where the rule's page stands; "" where there is none."""
    return _pages[0](rule_id) if _pages and rule_id in ALL else ""
