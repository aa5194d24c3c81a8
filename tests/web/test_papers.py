"""Papers: verify codes, seals, code squares, and the sheet WeasyPrint makes of a paper."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import segno

from platform_site.web import papers
from trading.rulebooks import PROCEDURES
from trading.sheets import Sheet

DIGEST = "731bd2df" + "0" * 48 + "ffffd2df"


def award_context() -> dict:
    """An invented award."""
    content = {
        "lot": "A07-12990000MB0A00011D-20260730-000207-3/1",
        "lot_title": "泽安市江北水厂二期工程施工二标段（管网）",
        "title": "中标通知书",
        "article": "招标投标法 第四十五条",
        "issuer": {"name": "泽安市江北水务建设有限公司", "code": "x"},
        "addressee": {"name": "澜浦禹通水利建设有限公司", "code": "y"},
        "amount_cny": "63180000.00",
        "scope": "净水厂至城区主干管网18.6公里及附属设施",
        "period_days": 360,
        "quality": "合格",
        "manager": "江知行",
        "filed_at": "2026-09-01T08:00:00+00:00",
    }
    issued = datetime(2026, 9, 21, 2, 2, 17, tzinfo=UTC)
    return Sheet(
        "papers/letter_award.html", "中标通知书", issued, content, DIGEST, PROCEDURES["engineering.open"], None
    ).context()


def test_a_verify_code_has_twelve_letters_nobody_misreads():
    code = papers.verify_code(DIGEST)

    assert re.fullmatch(r"ZG-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    assert papers.verify_code("0" * 64) == "ZG-0000-0000-0000"
    assert papers.verify_code("8" + "0" * 63) != papers.verify_code("0" * 64)


@pytest.mark.parametrize(
    "typed",
    ["{}", " {} ", "zg-{lower}", "{bare}", "ZG {spaced}"],
    ids=["as printed", "blanks", "small", "bare", "spaced"],
)
def test_a_code_is_read_as_people_type_it(typed):
    code = papers.verify_code(DIGEST)
    bare = code.removeprefix("ZG-")
    text = typed.format(code, lower=bare.lower(), bare=bare.replace("-", ""), spaced=bare.replace("-", " "))

    assert papers.code_prefix(text) == DIGEST[:15]


def test_letters_nobody_prints_are_read_for_what_they_look_like():
    assert papers.code_prefix("ZG-OOOO-IL11-0000") == papers.code_prefix("ZG-0000-1111-0000")


@pytest.mark.parametrize("typed", ["", "ZG", "ZG-7F3K-92QM", "ZG-7F3K-92QM-41XDD", "ZG-UUUU-UUUU-UUUU", "%", "x" * 400])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(ValueError, match="not a code"):
        papers.code_prefix(typed)


@pytest.mark.parametrize(
    "name", ["甲", "泽安市第三中学", "泽安市江北水务建设有限公司", "云泽省某某某某某某某某某某某某某某某某有限责任公司"]
)
def test_a_seal_is_valid_svg_with_every_letter_and_says_it_is_a_sample(name):
    svg = papers.stamp(name, sample=True)

    letters = [el.text for el in ElementTree.fromstring(str(svg)).iter() if el.tag == "text"]
    assert "".join(letters) == name + "样章"
    assert "style" not in svg


def test_a_real_seal_does_not_say_sample():
    assert "样章" not in papers.stamp("泽安市第三中学", sample=False)


def test_a_name_cannot_break_out_of_its_seal():
    assert "<script" not in papers.stamp('"><script>', sample=True)


def test_a_code_square_is_svg_without_style():
    svg = papers.code_square("https://ggzy.yunze.example/verify/")

    assert ElementTree.fromstring(str(svg)).attrib["viewBox"].startswith("0 0 ")
    assert "style" not in svg


def test_the_strokes_of_a_code_square_are_the_dark_squares_of_the_code():
    text = "https://ggzy.yunze.example/verify/"
    strokes = re.findall(r"M(\d+) (\d+)\.5h(\d+)", papers.code_square(text))

    drawn = {(int(x) + n, int(y)) for x, y, width in strokes for n in range(int(width))}

    rows = enumerate(segno.make(text, error="m", micro=False).matrix_iter(border=2))
    assert drawn == {(x, y) for y, row in rows for x, dark in enumerate(row) if dark}


def test_an_award_notice_says_the_price_in_capitals_and_that_it_is_a_rehearsal():
    html = papers.html("papers/letter_award.html", award_context())

    assert "人民币陆仟叁佰壹拾捌万元整" in html
    assert "¥63,180,000.00" in html
    assert "2026年9月21日" in html
    assert "不具效力" in html


def test_without_a_chinese_font_there_is_no_paper(monkeypatch):
    """WeasyPrint says only in its log that it printed boxes; that log is what is listened to."""
    import logging

    import weasyprint

    class Fontless:
        def __init__(self, **given):
            pass

        def write_pdf(self, **given):
            logging.getLogger("weasyprint").warning(".notdef glyph rendered: %s (U+%04X)", "泽", ord("泽"))
            return b"%PDF boxes"

    monkeypatch.setattr(weasyprint, "HTML", Fontless)

    with pytest.raises(papers.FontsMissing, match="泽"):
        papers.pdf("<p>泽</p>")
