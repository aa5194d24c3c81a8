"""The trade catalogue: a batch is published, and a project is checked against what is in force."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rules import STATUSES, rule
from trading.digests import digest_of
from trading.kernel import catalogue
from trading.models import CatalogueRow
from trading.rulebooks import EDITIONS, PROCEDURES, catalogued
from trading.rulebooks.vocabulary import KINDS

ENFORCES = {
    "MIN-01": "trading.services.catalogue.catalogue_entry",  # what the catalogue allows for mining rights, and no other
    "PLT-13": "trading.services.catalogue.catalogue_entry",
    "PLT-17": "trading.services.catalogue.catalogue_publish",
}
KEY, CODE, REGION = re.compile(r"[a-z][a-z_]{1,11}"), re.compile(r"[A-Z](?:\d{2})?"), re.compile(r"\d{6}")
UNITS = ("cd", "wd")
ROWS = 200
DOCUMENT = ("title", "number", "issued_on", "review")
PLAIN = ("key", "code", "name", "procedures", "authority", "initiator", "treatment", "status")
LAW_KEYS = {book.category: frozenset(book.procedures) for book in EDITIONS if book is not catalogued.BOOK}
# What the catalogue could never call a category: a filter of the list has this name.
TAKEN = frozenset({"other", catalogued.BOOK.category})
MOST = Decimal("100000000000000")
TEXTS = {"name": 60, "authority": 100, "initiator": 20}


@transaction.atomic
def catalogue_publish(
    *,
    region_code: str,
    since: date,
    document: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    actor: Actor,
) -> list[CatalogueRow]:
    """The batch is in force from `since`; a category it says anew ends that day as it stood. One entry for the batch.

    Args:
        region_code: the region whose catalogue it is; it holds for every region below.
        document: {"title", "number", "issued_on", "article", "review"}; `review` is the number of the fair-competition
            review, without which nothing may be loaded (PLT-17).
        rows: {"key", "code", "name", "procedures", "thresholds", "periods", "authority", "initiator", "treatment",
            "status"} and optionally "elsewhere", "note" and the row's own "article", as CatalogueRow keeps them.

    Raises:
        PermissionDenied: neither the console nor an operator whose centre serves the whole region.
        Refused: every row that cannot be read, with what is wrong in it; no review; a day before the last batch's.
    """
    policy.require(actor, "operator|console")
    if actor.kind != "console":
        centre = Subject.objects.filter(code=actor.subject_code, kinds__contains=["centre"]).first()
        if centre is None or not catalogue.below(centre.region_code or "-", region_code):
            raise PermissionDenied("the catalogue of a region is its own centre's")
    if found := _faults(region_code, document, rows):
        raise Refused(found)
    own = CatalogueRow.objects.select_for_update().filter(region_code=region_code)
    last = own.aggregate(batch=Max("batch"), since=Max("since"))
    if last["since"] and since < last["since"]:
        raise Refused([Violation("catalogue.backdated", facts={"since": since, "last": last["since"]})])
    batch, said_by = (last["batch"] or 0) + 1, {name: document[name] for name in DOCUMENT}
    own.filter(key__in=[row["key"] for row in rows], until__isnull=True).update(until=since)
    made = [_row(region_code, since, said_by, batch, number, row) for number, row in enumerate(rows, 1)]
    CatalogueRow.objects.bulk_create(made)
    ledger.append(
        "catalogue.published",
        subject=f"catalogue:{region_code}",
        actor=actor,
        facts={
            "batch": batch,
            "since": since.isoformat(),
            "document": said_by,
            "rows": [{"row": row.reference, "key": row.key, "digest": digest_of(row.said())} for row in made],
            "rules": ["PLT-13", "PLT-17"],
        },
    )
    return made


def _faults(region_code: str, document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Violation]:
    """Everything in a batch that cannot be read, row by row; row 0 is the batch itself."""
    found = [_gap(0, name) for name in ("title", "number") if not _text(document.get(name), 200)]
    if not document.get("issued_on") or not _day(document["issued_on"]):
        found.append(_gap(0, "issued_on"))
    if not _text(document.get("review"), 60):
        found.append(Violation("catalogue.unreviewed", "PLT-17", rule("PLT-17").article))
    if not REGION.fullmatch(region_code):
        found.append(_gap(0, "region_code"))
    if not 0 < len(rows) <= ROWS:
        found.append(_gap(0, "rows"))
    said = [str(row.get("key")) for row in rows]
    for number, row in enumerate(rows, 1):
        found += [_gap(number, name) for name in _wrong(row)]
        if said[number - 1] in said[: number - 1]:
            found.append(_gap(number, "key"))
    return found


def _row(
    region_code: str, since: date, document: Mapping[str, Any], batch: int, number: int, row: Mapping[str, Any]
) -> CatalogueRow:
    """The row as it is kept; its own article stands beside the batch's document."""
    return CatalogueRow(
        reference=f"ML-{region_code}-{batch:02d}-{number:02d}",
        batch=batch,
        number=number,
        region_code=region_code,
        since=since,
        document={**document, **({"article": row["article"]} if row.get("article") else {})},
        published_at=clock.now(),
        note=row.get("note") or "",
        elsewhere=row.get("elsewhere") or "",
        thresholds=list(row.get("thresholds") or ()),
        periods=dict(row.get("periods") or {}),
        **{name: row[name] for name in PLAIN},
    )


def _gap(number: int, field: str) -> Violation:
    return Violation("catalogue.row", facts={"number": number, "field": field})


def _text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= limit


def _one_of(value: Any, known: Collection[str]) -> bool:
    return isinstance(value, str) and value in known


def _listed(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _day(value: Any) -> bool:
    try:
        return value is None or bool(date.fromisoformat(value))
    except (ValueError, TypeError):
        return False


def _wrong(row: Mapping[str, Any]) -> list[str]:
    """Names of the fields of a row that cannot be read."""
    key, procedures = row.get("key"), row.get("procedures")
    listed = procedures if isinstance(procedures, list) else []
    by_law = LAW_KEYS.get(str(key))
    periods = row.get("periods") or {}
    lives_by_it = any(_one_of(one, catalogued.BOOK.procedures) for one in listed)
    tests = {
        "key": isinstance(key, str) and bool(KEY.fullmatch(key)) and key not in TAKEN,
        "code": isinstance(row.get("code"), str) and bool(CODE.fullmatch(row["code"])),
        "procedures": bool(listed)
        and all(_one_of(one, PROCEDURES) for one in listed)
        and (by_law is None or set(listed) <= by_law),
        "treatment": _one_of(row.get("treatment"), CatalogueRow.TREATMENTS),
        "elsewhere": _one_of(row.get("elsewhere") or "", CatalogueRow.ELSEWHERE),
        "status": _one_of(row.get("status"), STATUSES),
        "note": row.get("note") in (None, "") or _text(row["note"], 500),
        "article": row.get("article") in (None, "") or _text(row["article"], 200),
        "thresholds": _listed(row.get("thresholds")) and all(_threshold(one) for one in row.get("thresholds") or ()),
        "periods": isinstance(periods, dict)
        and all(_period(one) for one in periods.values())
        and (not lives_by_it or set(periods) == {"notice", "listing"})
        and (not by_law or not periods),
        **{name: _text(row.get(name), limit) for name, limit in TEXTS.items()},
    }
    return [name for name, right in tests.items() if not right]


def _threshold(one: Any) -> bool:
    if not isinstance(one, dict) or not _text(one.get("what"), 100) or not _one_of(one.get("status"), STATUSES):
        return False
    if not _listed(one.get("kinds")) or not all(_one_of(kind, KINDS) for kind in one.get("kinds") or ()):
        return False
    if not _text(one.get("article"), 200) or not all(_day(one.get(name)) for name in ("since", "until")):
        return False
    if one.get("document") not in (None, "") and not _text(one["document"], 200):
        return False
    try:
        return one.get("value") is None or (isinstance(one["value"], str) and 0 < Decimal(one["value"]) < MOST)
    except (InvalidOperation, TypeError, ValueError):
        return False


def _period(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and type(one.get("amount")) is int
        and 0 < one["amount"] <= 365
        and _one_of(one.get("unit"), UNITS)
        and _one_of(one.get("status"), STATUSES)
        and _text(one.get("article"), 200)
    )


def rows_on(on: date, *, region: str = "") -> list[dict[str, Any]]:
    """The rows in force on a day, of the catalogue's regions that hold `region`. One query."""
    said = [row.said() for row in CatalogueRow.objects.all()]
    return [r for r in said if catalogue.in_force(r, on) and (not region or catalogue.below(r["region_code"], region))]


def codes_for(procedure: str, on: date) -> list[tuple[str, str]]:
    """(classification code, name) of the categories in force that the procedure may trade; for forms. One query."""
    found = {row["code"]: row["name"] for row in rows_on(on) if procedure in row["procedures"]}
    return sorted(found.items())


def catalogue_entry(
    *,
    procedure: str,
    code: str,
    region: str,
    kind: str,
    amount: Decimal | None,
    mandatory: bool,
    state_controlled: bool,
    centre: str,
    on: date,
) -> dict[str, Any]:
    """The catalogue's row for a project about to be registered, as the project keeps it: with `must`, whether it has
    to enter, and the threshold that says so. {} where the catalogue does not name what a law's own book trades. One
    query.

    Args:
        centre: region of the centre where it is to be traded; "" where that is not known.

    Raises:
        Refused: not in the catalogue, a centre elsewhere that may not be chosen, a procedure the catalogue does not
            allow, a project that calls itself voluntary though it has to enter; each with the document and article.
    """
    row = catalogue.row_for(rows_on(on, region=region), code=code, region=region, on=on)
    limit = row and catalogue.reached(row, kind=kind, amount=amount, state_controlled=state_controlled, on=on)
    found = catalogue.objections(
        row,
        limit,
        procedure=procedure,
        needed=procedure in catalogued.BOOK.procedures,
        titles={one.id: one.title for one in PROCEDURES.values()},
        amount=amount,
        mandatory=mandatory,
        region=region,
        centre=centre,
    )
    if found:
        raise Refused(found)
    if row is None:
        return {}
    kept = {name: value for name, value in row.items() if name not in {"thresholds", "procedures"}}
    return {**kept, "must": limit is not None, "threshold": dict(limit) if limit else None}
