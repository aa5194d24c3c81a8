"""Plain values as JSON and back: dataclasses, money, moments. What a read model keeps in one column."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

PARSED = {datetime: datetime.fromisoformat, date: date.fromisoformat, Decimal: Decimal, UUID: UUID}


def as_json(value: Any) -> Any:
    """The value in JSON's own types: money and moments as text that reads back the same."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (list, tuple)):
        return [as_json(one) for one in value]
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def from_json(kind: Any, stored: Any) -> Any:
    """The value of type `kind` that `as_json` made `stored` of.

    Raises:
        KeyError: a field that an older form of the dataclass did not have; `manage.py project --rebuild` writes anew.
    """
    if get_origin(kind) in (Union, UnionType):
        if stored is None:
            return None
        (kind,) = [one for one in get_args(kind) if one is not NoneType]
    if get_origin(kind) in (list, tuple):
        found = [from_json(get_args(kind)[0], one) for one in stored]
        return tuple(found) if get_origin(kind) is tuple else found
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: from_json(hints[field.name], stored[field.name]) for field in fields(kind)})
    return PARSED[kind](stored) if kind in PARSED else stored
