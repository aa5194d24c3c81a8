"""A little province with a trade at every stage, played once through the real services; tests only read it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from platform_site.clock import CHINA
from tests import databases

# name: (procedure, variant, milestone to stop at, start)
LIVES = {
    "archived": ("engineering.open", "happy", "", datetime(2026, 3, 10, 8, tzinfo=CHINA)),
    "failed": ("engineering.open", "too_few", "deadline", datetime(2026, 3, 11, 8, tzinfo=CHINA)),
    "objected": ("engineering.open", "objection", "objected", datetime(2026, 3, 12, 8, tzinfo=CHINA)),
    "opening": ("engineering.open", "happy", "deadline", datetime(2026, 3, 17, 8, tzinfo=CHINA)),
    "bidding": ("engineering.open", "happy", "filed_bidder4", datetime(2026, 3, 18, 8, tzinfo=CHINA)),
    "draft": ("engineering.open", "happy", "registered", datetime(2026, 3, 24, 8, tzinfo=CHINA)),
    "inquiry": ("procurement.inquiry", "happy", "", datetime(2026, 3, 10, 8, tzinfo=CHINA)),
    "land": ("land.listing", "happy", "offered", datetime(2026, 3, 10, 8, tzinfo=CHINA)),
}


@dataclass(frozen=True)
class Province:
    """Public addresses by life, and the moment each life stopped at."""

    paths: dict[str, str]
    stopped: dict[str, datetime]

    def __getitem__(self, life: str) -> str:
        return self.paths[life]


@pytest.fixture(autouse=True)
def public_face(settings) -> None:
    """Only what the public face serves."""
    settings.ROOT_URLCONF = "tests.disclosure.urls"


@pytest.fixture(scope="session")
def played(cluster, template_database, django_db_setup, django_db_blocker) -> Iterator[tuple[str, Province]]:
    """The played database's name and what is in it."""
    from disclosure import projecting
    from platform_site import clock, ledger
    from tests.stages import plain_papers
    from trading.models import Lot
    from trading.rehearsal.casting import assemble
    from trading.rehearsal.repertoire import SCRIPTS
    from trading.rehearsal.stage import Played, Stage, play

    name = databases.clone(cluster, template_database)
    paths, stopped = {}, {}
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        with clock.at(datetime(2026, 3, 1, 8, tzinfo=CHINA)):
            cast = assemble()
        for life, (procedure, variant, stop_at, start) in LIVES.items():
            before = set(Lot.objects.values_list("pk", flat=True))
            stage = Stage(start)
            with plain_papers():
                play(
                    stage, SCRIPTS[procedure].script(stage, cast, variant), Played(procedure, variant), stop_at=stop_at
                )
            lot = Lot.objects.select_related("tender").exclude(pk__in=before).get()
            # Each life keeps its own clock: nothing later may move it.
            Lot.objects.filter(pk=lot.pk).update(next_check=None)
            paths[life], stopped[life] = f"/trades/{lot.tender.reference}/{lot.number}/", stage.now
        ledger.sequence_once()
        projecting.catch_up()
    yield name, Province(paths, stopped)
    databases.drop(cluster, name)


@pytest.fixture
def province(played, cluster, django_db_blocker, settings) -> Iterator[Province]:
    """The played province behind the default connection. Read it, do not change it."""
    name, found = played
    settings.MEDIA_ROOT = os.environ["PORTAL_LOCAL_DIR"] + "/files"
    with django_db_blocker.unblock(), databases.behind_default(cluster, name):
        yield found
