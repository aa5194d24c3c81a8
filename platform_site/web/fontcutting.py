"""Fonts in papers are cut to the glyphs a paper uses, by HarfBuzz from a Python package.

WeasyPrint takes HarfBuzz-Subset from the system and, where that is missing, fontTools: which writes the moment of
making into every font, so that the same sheet had other bytes a second later, and takes two seconds for what HarfBuzz
does in a tenth. With one cutter everywhere the bytes do not depend on what the system has (docs/decisions/0031).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

# Layout has been done by the time fonts are cut; these tables are of no use in a PDF.
DROPPED = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ")

# Fonts made ready for cutting, by length, table directory (it holds every table's checksum), end and face: to read ten
# thousand glyphs again for every paper takes six times as long as to cut two hundred out of them.
HEAD, KEPT = 4096, 8
_faces: dict[tuple[int, bytes, bytes, int], Any] = {}


def cut(font: bytes, index: int, glyphs: Iterable[int], *, hinting: bool, box: bool) -> bytes:
    """The font with these glyphs alone, each under the number it had.

    Args:
        index: of the face in a collection.
        box: keep the outline of the glyph that stands for a missing one.

    Raises:
        RuntimeError: not a font HarfBuzz can cut.
    """
    import uharfbuzz as hb

    wanted = sorted(glyphs)
    face = _faces.get(key := (len(font), font[:HEAD], font[-HEAD:], index))
    if face is None:
        while len(_faces) >= KEPT:
            _faces.pop(next(iter(_faces)), None)
        face = _faces[key] = hb.subset_preprocess(hb.Face(hb.Blob(font), index))
    outline = hb.SubsetFlags.NOTDEF_OUTLINE if box else hb.SubsetFlags(0)
    kept = hb.SubsetFlags.PASSTHROUGH_UNRECOGNIZED | hb.SubsetFlags.DESUBROUTINIZE | outline

    first = hb.SubsetInput()
    first.glyph_set.update(wanted)
    first.drop_table_tag_set.update(_tag(name) for name in DROPPED)
    first.flags = kept | hb.SubsetFlags.RETAIN_GIDS
    emptied = hb.subset(face, first)

    # The second pass drops the empty places behind the last glyph used.
    second = hb.SubsetInput()
    second.glyph_set.update(range(wanted[-1] + 1))
    second.flags = kept if hinting else kept | hb.SubsetFlags.NO_HINTING
    return bytes(hb.subset(emptied, second).blob.data)


def _tag(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


@lru_cache(maxsize=1)
def take_over() -> None:
    """WeasyPrint cuts fonts with `cut` from now on, in this process."""
    from weasyprint.pdf import fonts

    def subset(self: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        if to_unicode:
            self.file_content = cut(self.file_content, self.index, to_unicode, hinting=hinting, box=bool(self.missing))

    # A private place of a library whose exact version stands in requirements.lock; a test looks whether it is used.
    fonts.Font.subset = subset
