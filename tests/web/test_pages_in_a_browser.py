"""Pages as a reader meets them: phone and desk, light and dark, large type. One of each make; tests.frame goes through
every route at two widths."""

import pytest

from tests.browser_checks import Watched, assert_no_csp_reports

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/rules/ENG-10/",
    "/no-such-page/",
)


@pytest.mark.parametrize("path", ["/gallery/", "/bench/", *PAGES])
def test_a_page_is_accessible_fits_and_keeps_the_policy(served, page, path):
    window = Watched(page)
    page.goto(f"{served}/health/")

    window.check_everywhere(served + path)

    assert_no_csp_reports()
