"""The regions of the list's filter."""

from collections.abc import Iterable

from disclosure.models import ListedRegion


def noted(regions: Iterable[tuple[str, str]]) -> None:
    """Each (code, name) can be chosen in the list's filter; the first name of a code stays. No code, no choice."""
    rows = {code: name for code, name in reversed(list(regions)) if code}
    ListedRegion.objects.bulk_create(
        [ListedRegion(code=code, name=name or code) for code, name in sorted(rows.items())], ignore_conflicts=True
    )
