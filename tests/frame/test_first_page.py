"""A visitor with a real browser sees the first page, in Chinese type, with every file it asks for."""

import pytest

pytestmark = pytest.mark.browser


def test_the_first_page_loads_whole_and_speaks_chinese(live_portal, page):
    missing = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)

    answer = page.goto(live_portal.url, wait_until="load")

    assert answer.status == 200
    assert missing == []
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert "公共资源交易" in page.title()


def test_chinese_type_is_drawn_and_not_as_boxes(page):
    # A missing glyph is drawn as the same box whatever the character.
    page.set_content('<canvas id="c" width="200" height="100"></canvas>')
    different = page.evaluate(
        """() => {
            const pen = document.getElementById('c').getContext('2d');
            const drawn = (text) => {
                pen.clearRect(0, 0, 200, 100); pen.font = '60px serif'; pen.fillText(text, 5, 70);
                return pen.canvas.toDataURL();
            };
            return new Set(['公', '共', '资', '源'].map(drawn)).size;
        }"""
    )

    assert different == 4
