"""From the bytes of a file to its rows, never more than one row in memory (a JSON document or a page: one document).

UTF-8, with or without a mark, is read as it is; what is not UTF-8 is read as GB18030 where all of it is, and is
Chinese; anything else is refused with the byte.
"""

import codecs
import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from disclosure.imports.rows import RawRow, RowRejected

CHUNK = 1 << 20
ROW_LIMIT = 4 << 20  # bytes of one row: a notice with its whole text has some ten thousand
DOCUMENT_LIMIT = 64 << 20  # bytes of a file that is one document
KEPT = 64 << 10  # characters kept of a row that is too long
HEAD = 256 << 10

Progress = Callable[[int], None]


class FileRefused(Exception):
    """The file as a whole cannot be read; the words say what is wrong and, where it is one byte, which."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that can be read.

    Attributes:
        encoding: utf-8 | gb18030.
        sha256: of the whole file.
        head: its first characters, to tell its format by.
    """

    path: Path
    size: int
    encoding: str
    sha256: str
    head: str


def opened(path: Path) -> Opened:
    """The file's encoding, digest and beginning. Reads the whole file once, in pieces.

    Raises:
        FileRefused: no such file, empty, or neither UTF-8 nor GB18030.
    """
    try:
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
                size += len(piece)
        if not size:
            raise FileRefused("the file is empty")
        encoding = _encoding(path)
        with path.open("rb") as stream:
            head = codecs.getincrementaldecoder(encoding)("replace").decode(stream.read(HEAD)).lstrip("\ufeff")
    except OSError as problem:
        raise FileRefused(problem.strerror or str(problem)) from None
    if not head.strip("\ufeff \t\r\n\0"):
        raise FileRefused("the file holds nothing but blanks")
    return Opened(path, size, encoding, digest.hexdigest(), head)


def _encoding(path: Path) -> str:
    wrong = _undecodable(path, "utf-8")
    if wrong is None:
        return "utf-8"
    if _undecodable(path, "gb18030") is None and _is_chinese(path):
        return "gb18030"
    at, byte = wrong
    raise FileRefused(f"byte 0x{byte:02X} at offset {at} is not UTF-8, and the file is not GB18030 text either")


def _undecodable(path: Path, encoding: str) -> tuple[int, int] | None:
    """Where the first byte stands that the encoding cannot hold, and its value. A cut at the end is not such a byte."""
    decoder, at, pending = codecs.getincrementaldecoder(encoding)("strict"), 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as problem:
                wrong = at - len(pending) + problem.start
                return wrong, problem.object[problem.start]
            pending = decoder.getstate()[0]
            at += len(piece)
    return None


def _is_chinese(path: Path) -> bool:
    """Whether most of what is not ASCII in the beginning is common Chinese: any two high bytes are some."""
    with path.open("rb") as stream:
        text = codecs.getincrementaldecoder("gb18030")("replace").decode(stream.read(HEAD))
    strange = [c for c in text if c > "\x7f"]
    # GB 2312's first level, the 3,755 characters of daily use, lead with B0 to D7; full-width marks with A1 and A3.
    common = sum(1 for c in strange if _lead(c) in _COMMON)
    return bool(strange) and common / len(strange) > 0.9


_COMMON = frozenset({0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)})


def _lead(character: str) -> int:
    found = character.encode("gb18030", "replace")
    return found[0] if len(found) == 2 else 0


def lines(file: Opened, progress: Progress | None = None) -> Iterator[tuple[int, str, RowRejected | None, int, str]]:
    """Every non-empty line: (number, text, problem, size, digest); the last two only for a line that is too long."""
    number = 0
    with file.path.open("rb") as stream:
        while raw := stream.readline(ROW_LIMIT):
            size, digest = 0, ""
            if len(raw) == ROW_LIMIT and not raw.endswith(b"\n"):
                size, digest = _rest(stream, raw)
            if raw.strip(b"\xef\xbb\xbf \t\r\n") or size:
                number += 1
                text = raw.decode(file.encoding, "replace").lstrip("\ufeff").rstrip("\r\n")
                problem = RowRejected("row.too_long", f"{size}字节，上限{ROW_LIMIT}字节") if size else None
                yield number, text[:KEPT] if size else text, problem, size, digest
            if progress:
                progress(stream.tell())


def _rest(stream: BinaryIO, beginning: bytes) -> tuple[int, str]:
    """Size and digest of a line whose beginning was read; the stream stands behind it. Zero where it just fitted."""
    digest, size = hashlib.sha256(beginning), len(beginning)
    while more := stream.readline(CHUNK):
        digest.update(more)
        size += len(more)
        if more.endswith(b"\n"):
            break
    return (size, digest.hexdigest()) if size > len(beginning) else (0, "")


def parsed(text: str) -> Any:
    """The JSON value of `text`; numbers with a point stay exact.

    Raises:
        RowRejected: it is no JSON, or holds NUL.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number, strict=False)
    except (ValueError, RecursionError) as problem:
        raise RowRejected("row.broken", str(problem)[:200]) from None
    if holds_nul(value):
        raise RowRejected("row.nul")
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def holds_nul(value: Any) -> bool:
    """Whether any text inside is one no database can hold."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(holds_nul(k) or holds_nul(v) for k, v in value.items())
    return isinstance(value, list) and any(holds_nul(item) for item in value)


def json_lines(file: Opened, progress: Progress | None = None) -> Iterator[RawRow]:
    """One row for every line of JSON lines."""
    for number, text, problem, size, digest in lines(file, progress):
        if problem:
            yield RawRow(number, text, None, problem, size, digest)
            continue
        try:
            yield RawRow(number, text, _object(parsed(text)))
        except RowRejected as refusal:
            yield RawRow(number, text, None, refusal)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RowRejected("row.not_an_object", f"{type(value).__name__}")
    return value


def json_records(file: Opened, progress: Progress | None = None) -> Iterator[RawRow]:
    """One row for every object of the document's `records`; a document cut in the middle gives what is whole.

    Raises:
        FileRefused: larger than a document may be.
    """
    text = document(file)
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number, strict=False)
    start = re.search(r'"records"\s*:\s*\[\s*', text)
    at, number = start.end() if start else len(text), 0
    closed = False
    while at < len(text):
        if text[at] == "]":
            closed = True
            break
        number += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            yield RawRow(number, text[at : at + KEPT], None, RowRejected("row.broken", str(problem)[:200]))
            return
        raw = text[at:end]
        if holds_nul(value):
            yield RawRow(number, raw, None, RowRejected("row.nul"))
        elif not isinstance(value, dict):
            yield RawRow(number, raw, None, RowRejected("row.not_an_object", type(value).__name__))
        else:
            yield RawRow(number, raw, value)
        at = re.compile(r"\s*,?\s*").match(text, end).end()  # type: ignore[union-attr]
    if not closed:
        yield RawRow(number + 1, "", None, RowRejected("row.broken", "文件在此中断"))
    if progress:
        progress(file.size)


def document(file: Opened) -> str:
    """The whole text of a file that is one document.

    Raises:
        FileRefused: it is larger than any such document.
    """
    if file.size > DOCUMENT_LIMIT:
        raise FileRefused(f"{file.size} bytes are too many for one document (at most {DOCUMENT_LIMIT})")
    return file.path.read_bytes().decode(file.encoding, "replace").lstrip("\ufeff")


def table(file: Opened, delimiter: str, progress: Progress | None = None) -> Iterator[RawRow]:
    """One row for every record under the header; a quoted cell may run over several lines.

    A quote that is never closed costs its own line; reading goes on at the next.
    """
    records = _records(file, delimiter, progress)
    header = next(csv.reader([next(records)[0]], delimiter=delimiter))
    for number, (text, problem, size, digest) in enumerate(records, start=1):
        if problem is None:
            try:
                yield RawRow(number, text, _cells(text, delimiter, header))
                continue
            except RowRejected as refusal:
                problem = refusal
        yield RawRow(number, text, None, problem, size, digest)


def _cells(text: str, delimiter: str, header: list[str]) -> dict[str, str]:
    if "\0" in text:
        raise RowRejected("row.nul")
    try:
        cells = next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise RowRejected("row.broken", str(problem)[:200]) from None
    if len(cells) != len(header):
        raise RowRejected("row.broken", f"应有{len(header)}列，实有{len(cells)}列")
    return dict(zip(header, cells, strict=True))


QUOTED_LINES = 50  # no cell of a table runs over more lines; beyond it a quote was never closed

_Record = tuple[str, RowRejected | None, int, str]


def _records(file: Opened, delimiter: str, progress: Progress | None) -> Iterator[_Record]:
    """Records of a table: lines, joined while a quote is open."""
    held: list[str] = []
    for _, text, problem, size, digest in lines(file, progress):
        if problem:
            yield from _given_up(held, delimiter)
            held = []
            yield text, problem, size, digest
            continue
        held.append(text)
        if not _open("\n".join(held), delimiter):
            yield "\n".join(held), None, 0, ""
            held = []
        elif len(held) >= QUOTED_LINES:
            yield from _given_up(held, delimiter)
            held = []
    yield from _given_up(held, delimiter)


def _given_up(held: list[str], delimiter: str) -> Iterator[_Record]:
    """The lines under a quote that was never closed, each on its own."""
    for line in held:
        unclosed = RowRejected("row.broken", "引号未关闭") if _open(line, delimiter) else None
        yield line, unclosed, 0, ""


def _open(text: str, delimiter: str) -> bool:
    """Whether a cell that begins with a quote is still open at the end of `text`."""
    if '"' not in text:
        return False
    quoted, start, ended = False, True, False
    for c in text:
        if c == '"':
            # A doubled quote closes and opens again, which comes to the same; inside a plain cell it is only a mark.
            if quoted or start or ended:
                quoted = not quoted
            ended, start = not quoted, False
        else:
            start = not quoted and c == delimiter
            ended = False
    return quoted
