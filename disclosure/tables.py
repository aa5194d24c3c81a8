"""A public table as a file: CSV for spreadsheets, JSON for programs, XLSX with a sheet that says what it is."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.http import FileResponse, Http404
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from disclosure import spreadsheet
from disclosure.feeds import clean

# What a spreadsheet program would take for a formula.
LEADS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says.

    Attributes:
        name: of the file, without its ending.
        head: key -> title of every column, in order.
        rows: values by key; None is empty. Money is Decimal yuan, shares are Decimal of one.
        about: (name, text) of what was asked for, from where, as of when.
        as_of: the moment of what is in it: the same table is the same file.
    """

    name: str
    head: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    about: Iterable[tuple[str, str]]
    as_of: datetime


def answer(table: Table, form: str) -> FileResponse:
    """The file as an answer.

    Raises:
        Http404: no such form.
    """
    if form not in FORMS:
        raise Http404("no such form")
    make, kind = FORMS[form]
    return FileResponse(make(table), as_attachment=True, filename=f"{table.name}.{form}", content_type=kind)


def _csv(table: Table) -> IO[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.head.values())
    writer.writerows([_text(row.get(key)) for key in table.head] for row in table.rows)
    return io.BytesIO(out.getvalue().encode("utf-8-sig"))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        said = clean(value)
        return f"'{said}" if said.startswith(LEADS) else said
    return str(value)


def _json(table: Table) -> IO[bytes]:
    said = {
        "name": table.name,
        "about": dict(table.about),
        "columns": dict(table.head),
        "rows": [{key: _plain(row.get(key)) for key in table.head} for row in table.rows],
    }
    return io.BytesIO(json.dumps(said, ensure_ascii=False, indent=1).encode())


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value


def _form(key: str) -> str:
    return "0.00%" if key.endswith(("_share", "_growth")) else ""


def _workbook(table: Table) -> IO[bytes]:
    book = Workbook(write_only=True)
    book.properties.creator = settings.SITE_NAME
    book.properties.created = table.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    for number in range(len(table.head)):
        sheet.column_dimensions[get_column_letter(number + 1)].width = 34 if number == 0 else 18
    sheet.append([spreadsheet.cell(sheet, title) for title in table.head.values()])
    for row in table.rows:
        sheet.append([spreadsheet.cell(sheet, row.get(key), _form(key)) for key in table.head])
    said = book.create_sheet("说明")
    said.column_dimensions["A"].width, said.column_dimensions["B"].width = 16, 90
    for name, text in table.about:
        said.append([spreadsheet.cell(said, name), spreadsheet.cell(said, text)])
    return spreadsheet.still(book)


FORMS: Mapping[str, tuple[Callable[[Table], IO[bytes]], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "json": (_json, "application/json; charset=utf-8"),
    "xlsx": (_workbook, spreadsheet.CONTENT_TYPE),
}
