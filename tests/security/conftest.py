"""The stage of the secrecy tests: one life a session, a copy of a milestone for every test that writes."""

import pytest

from tests.security import lives
from tests.stages import files, play_until

__all__ = ["files", "play_until"]


@pytest.fixture(scope="session")
def life(cluster, template_database, django_db_setup, django_db_blocker, tmp_path_factory):
    """One tender lived to its archive; every milestone is kept."""
    with django_db_blocker.unblock(), lives.lived(cluster, template_database, tmp_path_factory.mktemp("life")) as life:
        yield life


@pytest.fixture
def copy_of(life, django_db_blocker, tmp_path):
    """Call `copy_of(milestone)`: database and folders of this test's own, as they stood at that milestone."""
    import contextlib

    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:
        yield lambda milestone: stack.enter_context(life.cloned(milestone, tmp_path / "copy"))
