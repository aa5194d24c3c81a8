"""Codes of specialties with their names, in templates."""

from collections.abc import Iterable, Mapping

from django import template

register = template.Library()


@register.filter
def called(codes: Iterable[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """(code, name) for experts/partials/specialties.html; "" where the classification has no name."""
    return [(code, names.get(code, "")) for code in codes]
