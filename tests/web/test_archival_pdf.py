"""A signed paper as others' tools read it: qpdf through pikepdf, pyHanko in its strict mode. No PDF/A validator is here
to judge it (docs/decisions/0031); these tests look at what such a file must and must not have.
"""

import io
import logging
import re

import pikepdf
import pytest
from django.conf import settings

from platform_site import clock
from platform_site.web import fontcutting, papers, papersigning
from tests.web.test_papers import award_context


@pytest.fixture(scope="module")
def signed():
    made = papers.pdf(papers.html("papers/letter_award.html", award_context()))
    return papersigning.sign(made, papersigning.current(), clock.machine().replace(microsecond=0))


@pytest.fixture
def pdf(signed):
    with pikepdf.open(io.BytesIO(signed)) as opened:
        yield opened


def test_qpdf_finds_no_fault_in_its_structure_or_its_streams(pdf):
    assert pdf.check_pdf_syntax() == []
    assert not pdf.is_encrypted
    assert not pdf.get_warnings()


def test_it_says_that_it_is_pdf_a_3b_and_brings_its_colours(pdf):
    metadata = pdf.Root.Metadata.read_bytes().decode()
    (intent,) = pdf.Root.OutputIntents

    assert re.search(r"pdfaid:part[>=\"']+3", metadata)
    assert re.search(r"pdfaid:conformance[>=\"']+B", metadata)
    assert intent.S == "/GTS_PDFA1"
    assert int(intent.DestOutputProfile.N) == 3
    assert len(pdf.trailer.ID) == 2


def test_every_font_it_uses_is_inside(pdf):
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]

    assert fonts
    for font in fonts:
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert "/ToUnicode" in font


def test_nothing_in_it_acts_by_itself_or_hides(pdf):
    names = pdf.Root.get("/Names", {})
    assert not {"/OpenAction", "/AA"} & set(pdf.Root.keys())
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(names.keys())
    assert "/NeedAppearances" not in pdf.Root.AcroForm
    for page in pdf.pages:
        assert "/AA" not in page
        for annotation in page.get("/Annots", []):
            # ISO 19005-3 6.3.2: printed, and neither hidden, invisible, nor without a view.
            flags = int(annotation.F)
            assert flags & 0b100
            assert not flags & 0b100011
            assert not {"/A", "/AA"} & set(annotation.keys())


def test_what_the_metadata_says_twice_it_says_alike(pdf):
    metadata, info = pdf.Root.Metadata.read_bytes().decode(), pdf.docinfo

    assert str(info["/Title"]) in metadata
    created = re.search(r"CreateDate>([^<]+)<", metadata)[1]
    assert re.sub(r"\D", "", created)[:14] == re.sub(r"\D", "", str(info["/CreationDate"]))[:14]


def test_fonts_are_cut_by_our_cutter_whatever_the_system_has(signed, caplog):
    from weasyprint.pdf import fonts

    assert fonts.Font.subset.__module__ == fontcutting.__name__
    with caplog.at_level(logging.WARNING, "weasyprint"):
        assert papers.pdf("<title>x</title><p>泽</p>") == papers.pdf("<title>x</title><p>泽</p>")
    assert "HarfBuzz" not in caplog.text


def test_a_cut_font_has_no_date_and_few_bytes():
    from fontTools.ttLib import TTFont

    path = next((settings.BASE_DIR / "node_modules" / "@expo-google-fonts").glob("noto-serif-sc/400Regular/*.ttf"))
    whole = TTFont(path)
    glyph = whole.getGlyphID(whole.getBestCmap()[ord("泽")])
    cut = fontcutting.cut(path.read_bytes(), 0, [0, glyph], hinting=False, box=True)

    found = TTFont(io.BytesIO(cut))
    assert found["head"].modified == whole["head"].modified
    assert len(cut) < path.stat().st_size / 10


# -- hard cases --------------------------------------------------------------------------------------------------------


def pages_of(context):
    """The words of every page, as WeasyPrint laid them out."""
    from weasyprint import CSS, HTML

    document = HTML(string=papers.html("papers/letter_award.html", context)).render(
        stylesheets=[CSS(filename=str(papers.SHEET))]
    )
    return ["".join(_words(page._page_box)) for page in document.pages]


def _words(box):
    if text := getattr(box, "text", None):
        yield text
    for child in getattr(box, "children", ()):
        yield from _words(child)


def test_a_title_of_ten_thousand_characters_is_printed_whole():
    context = award_context()
    context["content"]["lot_title"] = "泽安市江北水厂二期工程" * 910  # ten thousand

    pages = pages_of(context)

    assert "".join(pages).count("泽安市江北水厂二期工程") >= 2 * 900
    assert "现确定贵方为中标人" in "".join(pages)
    assert "核验码" in pages[-1]


def test_a_script_in_a_title_is_letters():
    context = award_context()
    context["content"]["lot_title"] = "<script>alert(1)</script><img src=file:///etc/passwd>"

    assert "<script>alert(1)</script>" in "".join(pages_of(context))
    assert "<script" not in papers.html("papers/letter_award.html", context)
