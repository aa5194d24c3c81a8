"""A portal of the walks' own: they move its clock by weeks."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import Portal, looking_into, running_portal
from tests.browser_checks import assert_no_csp_reports
from tests.walk.windows import Walk


@pytest.fixture(scope="package")
def _walked_portal(cluster, template_database) -> Iterator[Portal]:
    with running_portal(cluster, template_database, seed=["-m", "tests.walk.seeding"]) as portal:
        yield portal


@pytest.fixture
def walk(_walked_portal, browser, cluster, django_db_setup, django_db_blocker, settings) -> Iterator[Any]:
    """A walk through a portal of its own. At the end no console may have complained and no policy been broken."""
    with looking_into(_walked_portal, cluster, django_db_blocker, settings) as portal:
        found = Walk(browser, portal)
        yield found
        complaints = found.complaints()
        found.close()
        assert complaints == []
        assert_no_csp_reports()
