"""Papers: verify codes, seals, code squares, and the sheet WeasyPrint makes of a paper."""

import io
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from platform_site.web import papers

DIGEST = "731bd2df" + "0" * 48 + "ffffd2df"


def award_context() -> dict:
    """An invented award."""
    owner = SimpleNamespace(name="泽安市江北水务建设有限公司", code="x")
    lot = SimpleNamespace(
        title="泽安市江北水厂二期工程施工二标段（管网）",
        reference="A07-12990000MB0A00011D-20260730-000207-3/1",
        scope="净水厂至城区主干管网18.6公里及附属设施",
        tender=SimpleNamespace(initiator=owner, centre=None),
    )
    award = {
        "subject": {"name": "澜浦禹通水利建设有限公司"},
        "amount_cny": "63180000.00",
        "bid": {"offer": {"period_days": 360, "quality": "合格", "manager": "江知行"}},
    }
    notice = {"digest": DIGEST, "published_at": datetime(2026, 9, 21, 2, 2, 17, tzinfo=UTC), "title": "中标通知书"}
    return {"lot": lot, "award": award, "notice": notice, "filed_at": datetime(2026, 9, 2, tzinfo=UTC),
            "page_url": "https://ggzy.yunze.example/trades/x/"}  # fmt: skip


def test_a_verify_code_has_twelve_letters_nobody_misreads():
    code = papers.verify_code(DIGEST)

    assert re.fullmatch(r"ZG-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    assert papers.verify_code("0" * 64) == "ZG-0000-0000-0000"
    assert papers.verify_code("8" + "0" * 63) != papers.verify_code("0" * 64)


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


def test_an_award_notice_says_the_price_in_capitals_and_that_it_is_a_rehearsal():
    html = papers.html("papers/award_notice.html", award_context())

    assert "人民币陆仟叁佰壹拾捌万元整" in html
    assert "¥63,180,000.00" in html
    assert "2026年9月21日" in html
    assert "不具效力" in html


def test_a_sheet_becomes_an_archival_pdf():
    from pyhanko.pdf_utils.reader import PdfFileReader

    data = papers.pdf(papers.html("papers/award_notice.html", award_context()))

    metadata = PdfFileReader(io.BytesIO(data)).root["/Metadata"].data
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata or b'pdfaid:part="3"' in metadata
    assert b"B" in re.search(rb"pdfaid:conformance[^A-Z]*([A-Z])", metadata)[1]
