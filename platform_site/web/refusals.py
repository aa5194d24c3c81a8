"""The words for a refusal: templates/refusals/<code with dots as __>.html, or the plain fallback."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import select_template
from django.utils.html import strip_tags

from platform_site.accounts.refusals import Violation
from platform_site.web import law


def template_names(code: str) -> list[str]:
    """Where the words of `code` may stand, best first."""
    return [f"refusals/{code.replace('.', '__')}.html", "refusals/_fallback.html"]


def rendered(violation: Violation, *, fill: Any = False, warn: bool = False) -> str:
    """One reason as HTML: what is wrong, the facts in numbers, the article, the way out.

    Args:
        fill: the partial stands inside the form it judges, so the way out may be a button that fills the field. An
            object with `url`, `value` and `target` makes it a button that posts the value there by itself, also without
            script.
        warn: the act passes and is only told; drawn in amber. Some codes are never anything else.
    """
    context = {
        "violation": violation,
        "facts": violation.facts,
        "remedy": violation.remedy,
        "law": law.find(violation.rule),
        "warn": warn,
        "fill": fill,
    }
    return select_template(template_names(violation.code)).render(context)


def text(violation: Violation) -> str:
    """The same words without markup, for mails and the API."""
    context = {
        "violation": violation,
        "facts": violation.facts,
        "remedy": violation.remedy,
        "law": law.find(violation.rule),
        "plain": True,
    }
    words = strip_tags(select_template(template_names(violation.code)).render(context))
    return " ".join(line.strip() for line in words.splitlines() if line.strip())


def as_data(violation: Violation) -> dict[str, Any]:
    """The reason for a machine: code, rule, article, facts, remedy and the words. Money and times as strings."""
    return {
        "code": violation.code,
        "rule": violation.rule,
        "article": violation.article,
        "facts": _plain(dict(violation.facts)),
        "remedy": _plain(dict(violation.remedy)),
        "text": text(violation),
    }


def _plain(value: Any) -> Any:
    """The value as JSON can carry it, exactly: decimals and moments as strings, never floats."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)
