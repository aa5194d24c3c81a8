"""What every format does to a row: its id, title, date, address and text, judged the same way."""

import re
from typing import Any

from disclosure.imports import dates, divisions
from disclosure.imports.rows import BODY_LIMIT, TITLE_LIMIT, Reading, RowRejected
from trading.intake.page import level

_MARKUP = re.compile(r"<\s*[/!]?\s*[A-Za-z]")
_STYLES = re.compile(r"^(?:\s*[A-Za-z.#][\w.#-]*\s*\{[^{}]*\})+")
_ATTACHED = re.compile(r"详见附件|见附件")
# An asterisk: those who saved the rows masked what looked like a telephone number.
_ID = re.compile(r"[0-9A-Za-z_.*\-]{1,80}")
_HIGHLIGHT = re.compile(r"</?(?:em|b|strong|mark)>", re.IGNORECASE)


def text_of(data: dict[str, Any], name: str, *, lines: bool = False) -> str:
    """The field as text any database and terminal can hold: control characters are blanks, lone surrogates �."""
    value = data.get(name)
    if isinstance(value, bool) or value is None:
        return ""
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c if (c >= " " and c != "\x7f") or (lines and c == "\n") else " " for c in text)
    return re.sub("[\ud800-\udfff]", "�", kept).strip()


def record_id(data: dict[str, Any], name: str) -> str:
    """The row's id at its source.

    Raises:
        RowRejected: none, or nothing that could be one.
    """
    found = text_of(data, name)
    if not _ID.fullmatch(found):
        raise RowRejected("row.no_id", found[:60])
    return found


def title_of(words: str) -> str:
    """The title on one line.

    Raises:
        RowRejected: none, too long for a title, or with markup in it.
    """
    # What a search engine highlighted is the title all the same; any other markup is none.
    title = re.sub(r"\s+", " ", _HIGHLIGHT.sub("", words)).strip()
    if not title:
        raise RowRejected("title.missing")
    if len(title) > TITLE_LIMIT:
        raise RowRejected("title.too_long", f"{len(title)}个字符，上限{TITLE_LIMIT}个")
    if _MARKUP.search(level(title)):
        raise RowRejected("title.markup", title[:80])
    return title


def body_of(words: str) -> str:
    """The text without the style sheet some sites leave before it.

    Raises:
        RowRejected: longer than any notice.
    """
    if len(words) > BODY_LIMIT:
        raise RowRejected("body.too_long", f"{len(words)}个字符，上限{BODY_LIMIT}个")
    return _STYLES.sub("", words).strip()


def begin(
    *, record: str, origin: str, title: str, kind: tuple[str, str], category: str, when: Any, when_field: str
) -> Reading:
    """A reading with what no row may lack.

    Raises:
        RowRejected: the title or the date is none.
    """
    day, moment, hour = dates.published(when)
    reading = Reading(record, origin, title_of(title), kind[0], category, day, moment, hour)
    reading.say("published_at", when_field, str(when).strip())
    reading.say("kind", "title" if kind[1] == "derived" else "type", confidence=kind[1])
    return reading


def body_into(reading: Reading, words: str, note: str = "") -> None:
    """The reading's text is this; one that only points to an attachment is flagged."""
    reading.body = body_of(words)
    if reading.body:
        reading.say("body", "content", confidence="stated", note=note)
    if len(reading.body) < 400 and _ATTACHED.search(reading.body):
        reading.flag("body.attached")


def address_into(reading: Reading, url: str, prefix: str = "") -> None:
    """The reading's origin on the web is this, if it is a web address at all: pages will link to it."""
    whole = prefix + url if url.startswith("/") else url
    if not whole:
        return
    if re.fullmatch(r"https?://[^\s\"'<>\\^`{|}]{4,480}", whole):
        reading.url = whole
        reading.say("url", "url")
    else:
        reading.flag("url.dropped")


def region_into(reading: Reading, found: divisions.Division | None, source: str, words: str, confidence: str) -> None:
    """The reading's region is this division; without one, it is flagged."""
    if found is None:
        reading.flag("region.unknown")
        return
    reading.region_code, reading.region_name = found.code, found.name
    reading.say("region", source, words, confidence)


def refined_region(reading: Reading, province: str, *texts: str) -> None:
    """The province a source states, made more exact by the divisions that buyer and title name within it."""
    above = divisions.province(province)
    found, confidence = above, "stated"
    for text in texts:
        finer = divisions.spotted(text, within=found.code if found else "")
        if finer and (found is None or finer.level > found.level):
            found, confidence = finer, "derived"
    source = "region" if confidence == "stated" else "title"
    region_into(reading, found, source, province if found is above or found is None else found.name, confidence)


def without_text(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row as it came, its long texts left out; exact numbers as strings, for JSON has no others."""
    return {k: _plain(v) for k, v in data.items() if k not in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "�", value)
    return value if value is None or isinstance(value, bool | int) else str(value)
