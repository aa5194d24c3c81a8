"""Papers: one partial is the web page and the WeasyPrint page. Text and layout here; signing and keeping elsewhere."""

import contextlib
import logging
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from platform_site.web import fontcutting

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHEET = Path(settings.BASE_DIR) / "static" / "css" / "print.css"


def verify_code(digest: str) -> str:
    """`ZG-7F3K-92QM-41XD`: the first sixty bits of a hex digest, in letters a person can read out."""
    number = int(digest[:15], 16)
    letters = "".join(CROCKFORD[number >> shift & 31] for shift in range(55, -1, -5))
    return f"ZG-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def code_prefix(code: str) -> str:
    """The fifteen hex digits a 核验码 stands for, as typed: any case, O for 0, I and L for 1.

    Raises:
        ValueError: not a code.
    """
    typed = code.upper().strip().removeprefix("ZG").translate(_MISREAD)
    if len(typed) != 12 or not set(typed) <= set(CROCKFORD):
        raise ValueError(f"not a code: {code[:40]}")
    number = 0
    for letter in typed:
        number = number << 5 | CROCKFORD.index(letter)
    return f"{number:015x}"


_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "—": None, "－": None, "\u3000": None})


def html(template: str, context: Mapping[str, Any]) -> str:
    """A whole document around the paper partial `template`, for WeasyPrint."""
    common = {"site_name": settings.SITE_NAME, "demo": settings.MODE != "production", "print": True}
    return render_to_string("papers/sheet.html", {**common, **context, "paper_template": template})


class FontsMissing(RuntimeError):
    """This machine has no font for ordinary Chinese: a paper made here would be boxes."""


def pdf(document: str) -> bytes:
    """The document as PDF/A-3b, unsigned: the same document, the same bytes. Slow: never under a lock or in a request's
    transaction.

    Raises:
        FontsMissing: a common character has no glyph. A rare one in somebody's text is printed as a box and logged.
    """
    from weasyprint import HTML

    fontcutting.take_over()
    with _glyphs_missing() as missing:
        made = HTML(string=document, base_url=str(settings.BASE_DIR)).write_pdf(
            stylesheets=[_style()], pdf_variant="pdf/a-3b", custom_metadata=True
        )
    if common := sorted(letter for letter in missing if "\u4e00" <= letter <= "\u9fa5"):
        raise FontsMissing(f"no font for {''.join(common[:20])}; FONTCONFIG_FILE names the set-up's fonts")
    assert made is not None
    return made


@lru_cache(maxsize=1)
def _style() -> Any:
    """print.css, read once a process: it names no font file and no counter of its own that a document would keep."""
    from weasyprint import CSS

    return CSS(filename=str(SHEET))


@contextlib.contextmanager
def _glyphs_missing() -> Iterator[set[str]]:
    """The characters WeasyPrint found no glyph for meanwhile; its log is the only place that says so."""
    found: set[str] = set()

    def note(record: logging.LogRecord) -> bool:
        if ".notdef" in record.msg and isinstance(record.args, tuple):
            found.add(str(record.args[0]))
        # It reads no width conditions and says so every time; print.css knows.
        return "media" not in record.msg

    log = logging.getLogger("weasyprint")
    log.addFilter(note)
    try:
        yield found
    finally:
        log.removeFilter(note)


def stamp(name: str, *, sample: bool) -> SafeString:
    """The round seal of an organisation as SVG.

    Its letters are rotated one by one, because WeasyPrint sets no text on a path.

    Args:
        sample: 样章 stands in it: outside production no seal looks like a real one.
    """
    letters = list(name)[:26]
    size = 22 if len(letters) <= 11 else 20 if len(letters) <= 14 else 16
    # Short names stand together above the star instead of running round the whole ring.
    spread = min(118.0 if len(letters) <= 14 else 140.0, 13.0 * len(letters))
    step = 2 * spread / max(1, len(letters) - 1)
    ring = format_html_join(
        "",
        '<text x="100" y="33" transform="rotate({} 100 100)">{}</text>',
        ((f"{-spread + step * n:.1f}" if len(letters) > 1 else "0", letter) for n, letter in enumerate(letters)),
    )
    points = " ".join(
        f"{100 + r * math.sin(a):.1f},{100 - r * math.cos(a):.1f}"
        for k in range(10)
        for r, a in [(26 if k % 2 == 0 else 10, k * math.pi / 5)]
    )
    word = mark_safe('<text x="100" y="168" font-size="16" letter-spacing="3">样章</text>') if sample else ""
    return format_html(
        '<svg class="stamp" viewBox="0 0 200 200" role="img" aria-label="电子印章：{}{}">'
        '<circle cx="100" cy="100" r="95" fill="none" stroke="#b5301a" stroke-width="5"/>'
        '<polygon points="{}" fill="#b5301a"/>'
        '<g fill="#b5301a" font-family="Songti SC,SimSun,Noto Serif CJK SC,Noto Serif SC,serif" font-weight="700" '
        'text-anchor="middle" font-size="{}">{}{}</g></svg>',
        name,
        "（样章）" if sample else "",
        points,
        size,
        ring,
        word,
    )


def code_square(text: str) -> SafeString:
    """A QR code as SVG with attributes only."""
    import segno

    code = segno.make(text, error="m", micro=False)
    side = code.symbol_size(border=2)[0]
    # A stroke for each run of dark squares: a square by itself costs WeasyPrint five times as much.
    runs = []
    for y, row in enumerate(code.matrix_iter(border=2)):
        x = 0
        for dark, squares in groupby(row):
            width = len(list(squares))
            if dark:
                runs.append(f"M{x} {y}.5h{width}")
            x += width
    return format_html(
        '<svg viewBox="0 0 {0} {0}" role="img" aria-label="核验二维码" shape-rendering="crispEdges">'
        '<path d="{1}" fill="none" stroke="#1a1a1a"/></svg>',
        side,
        "".join(runs),
    )
