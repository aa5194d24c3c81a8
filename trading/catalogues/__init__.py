"""Files of trade catalogues: a list of batches, each {"region_code", "since", "document", "rows"}.

`yunze.json` is the demo province's own. A real centre loads what its government has published:
`manage.py catalogue FILE`.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from platform_site.accounts.actors import CONSOLE, Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.models import CatalogueRow
from trading.services.catalogue import catalogue_publish

SHIPPED = Path(__file__).with_name("yunze.json")


def read(text: str) -> list[dict[str, Any]]:
    """The batches of a file.

    Raises:
        Refused: no JSON, or not a list of batches.
    """
    try:
        found = json.loads(text)
        batches = found if isinstance(found, list) else [found]
        return [{**one, "since": date.fromisoformat(one["since"])} for one in batches]
    except (ValueError, KeyError, TypeError):
        raise Refused([Violation("catalogue.row", facts={"number": 0, "field": "rows"})]) from None


def tried(batches: Sequence[dict[str, Any]], *, actor: Actor) -> list[CatalogueRow]:
    """The rows that publishing the batches would make; nothing stands.

    Raises:
        Refused: as `catalogue_publish`.
    """
    with transaction.atomic():
        made = load(batches, actor=actor)
        transaction.set_rollback(True)
    return made


def load(batches: Sequence[dict[str, Any]], *, actor: Actor = CONSOLE) -> list[CatalogueRow]:
    """Every batch is published, in order; all or none.

    Raises:
        Refused: as `catalogue_publish`.
    """
    made: list[CatalogueRow] = []
    with transaction.atomic():
        for one in batches:
            rows = one.get("rows")
            made += catalogue_publish(
                region_code=str(one.get("region_code", "")),
                since=one["since"],
                document=one["document"] if isinstance(one.get("document"), dict) else {},
                rows=[row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else [],
                actor=actor,
            )
    return made
