"""What every test may ask for.

`db` (or @pytest.mark.django_db) rolls back and is the usual choice. `fresh_db` commits, in a database of its own.
Both connect as `portal_app`: a test can do nothing production could not.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests import databases

pytest_plugins = ["tests.browser"]


# What takes longest begins first, so that no process is left with it at the end (`--no-loadscope-reorder`): browsers,
# which mostly wait, beside what counts all the time.
LONGEST_FIRST = (
    "tests/walk/test_whole_tender.py",
    "tests/security/test_routes.py",
    "tests/frame/test_every_route.py",
    "tests/security/test_two_worlds.py",
    "tests/frame/test_portal.py",
    "tests/security/test_ways.py",
    "tests/disclosure/test_public_pages_in_a_browser.py",
    "tests/frame/test_backup.py",
    "tests/trading/test_result_pages.py",
    "tests/chaos/test_live_round.py",
    "tests/chaos/test_killed_life.py",
    "tests/trading/test_deadline_rush.py",
    "tests/trading/test_evaluation_in_a_browser.py",
    "tests/trading/test_addresses.py",
    "tests/trading/test_filing_in_a_browser.py",
    "tests/trading/test_bidding_secrecy.py",
    "tests/trading/test_bidding_pages.py",
    "tests/chaos/test_redis_emptied.py",
    "tests/chaos/test_bond_books.py",
    "tests/trading/test_hall_in_a_browser.py",
    "tests/trading/test_drafting_in_a_browser.py",
)


# Files, or folders of them, that share what takes longer to set up than any of their tests: a seeded portal, a life
# with all its milestones, a little province.
TOGETHER = (
    ("tests/walk/",),
    (
        "tests/security/test_two_worlds.py",
        "tests/security/test_archive.py",
        "tests/security/test_attacker.py",
        "tests/security/test_tamper.py",
    ),
    (
        "tests/disclosure/test_public_pages_in_a_browser.py",
        "tests/disclosure/test_feeds_and_files.py",
        "tests/disclosure/test_projecting.py",
        "tests/disclosure/test_subject_trades.py",
        "tests/disclosure/test_trade_list.py",
        "tests/disclosure/test_trade_page.py",
    ),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files stand first; all others keep their order."""
    place = {name: n for n, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`: a file of tests, or a group of TOGETHER, stays in one process.

    xdist's own groups (`loadgroup`) write into a node's id, which pytest 9 does not read any more: every test went
    alone to whichever process was free, and what a module sets up was set up by each of them.
    """
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class SharedSetUp(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((group[0] for group in TOGETHER if file.startswith(group)), file)

    return SharedSetUp(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """The key that signs the papers of every test stands; made once a machine."""
    from django.conf import settings

    from platform_site.web import papersigning

    if not Path(settings.PAPER_SIGNER).exists():
        papersigning.make(Path(settings.PAPER_SIGNER), f"{settings.SITE_NAME}文书签署（演练）")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A flush by TRUNCATE is refused by the record, so nobody may ask for one."""
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        pytest.fail("use the fixture fresh_db instead of django_db(transaction=True)")


@pytest.fixture(scope="session")
def cluster() -> Iterator[databases.Cluster]:
    """The PostgreSQL server of this run."""
    with databases.cluster() as server:
        databases.sweep(server)
        yield server


@pytest.fixture(scope="session")
def template_database(cluster: databases.Cluster) -> str:
    """The name of the migrated template."""
    return databases.template(cluster)


@pytest.fixture(scope="session")
def django_db_setup(cluster, template_database, django_db_blocker) -> Iterator[None]:
    """The run's own clone of the template stands behind the default connection."""
    name = databases.clone(cluster, template_database)
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        yield
    databases.drop(cluster, name)


@pytest.fixture(autouse=True)
def _no_categories_remembered() -> None:
    """A process remembers for some seconds which categories were declared; no test hears of another's."""
    from disclosure import categories

    categories.forget()


@pytest.fixture
def fresh_db(request, cluster, template_database, django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database of this test's own, where commits are commits and threads see them. Its name."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("ask for fresh_db or for db, not for both: db would hold a transaction open over it")
    name = databases.clone(cluster, template_database)
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        yield name
    databases.drop(cluster, name)


@pytest.fixture
def transactional_db() -> None:
    """Refused: it flushes by TRUNCATE, which the record does not allow."""
    pytest.fail("use the fixture fresh_db instead of transactional_db or django_db(transaction=True)")


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Call `at(moment)` and legal time stands still there; call it again to move it. Ends with the test."""
    from platform_site import clock

    with contextlib.ExitStack() as stack:

        def move(moment: datetime) -> None:
            stack.close()
            stack.enter_context(clock.at(moment))

        yield move


@pytest.fixture(scope="session")
def redis_url(cluster: databases.Cluster) -> str:
    """A real Redis of this run's neighbourhood."""
    if not cluster.redis_url:
        pytest.fail("TEST_DATABASE_SERVER is set but REDIS_URL is not")
    return cluster.redis_url


@pytest.fixture
def redis_server(redis_url: str, settings) -> str:
    """The settings point at a real Redis, shared with other runs: use keys of your own. Its URL."""
    settings.REDIS_URL = redis_url
    return redis_url


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real notices, schemas and vectors; it is not shipped with the project."""
    folder = databases.BASE.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the collected test data is not at {folder}")
    return folder
