"""A stage for page tests: the rehearsals' cast in the test database, and a lot played to where a page needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client, override_settings

from platform_site import clock
from platform_site.clock import CHINA
from trading.models import Lot
from trading.rehearsal import engineering_open
from trading.rehearsal.casting import assemble, countersign, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.repertoire import SCRIPTS
from trading.rehearsal.stage import Played, Stage, play
from trading.services import tenders

START = datetime(2026, 3, 10, 8, 0, tzinfo=CHINA)


@dataclass
class Scene:
    """The cast, the lot and the stage's clock."""

    cast: Cast
    stage: Stage
    lot: Lot

    def again(self) -> Lot:
        """The lot as the database holds it now."""
        return Lot.objects.select_related("tender").get(pk=self.lot.pk)

    def url(self, tail: str = "") -> str:
        """An address below the lot's workbench."""
        return f"/work/lots/{self.lot.tender.reference}/{self.lot.number}/{tail}"


def assembled() -> Cast:
    """Everybody stands in the database since the morning of START."""
    with clock.at(START):
        return assemble()


@pytest.fixture(scope="module")
def stage_cast(django_db_setup, django_db_blocker) -> Iterator[Cast]:
    """The rehearsals' cast, assembled once for the module. Each test's own changes are rolled back over it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield assembled()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def standing(request, stage_cast, tmp_path_factory) -> Iterator[Scene]:
    """The lot where `standing_at` says, played once for all tests of the module that ask for the same."""
    home = tmp_path_factory.mktemp("standing")
    own = {"MEDIA_ROOT": home / "files", "LEDGER_DIR": home / "ledger", "KEYS_DIR": home / "keys"}
    with override_settings(**own), transaction.atomic():
        yield played(stage_cast, *request.param)
        transaction.set_rollback(True)


@pytest.fixture
def scene(standing, db, at) -> Scene:
    """The lot of `standing`, legal time standing there. What this test does to it is rolled back."""
    at(standing.stage.now)
    return Scene(standing.cast, standing.stage, standing.again())


def standing_at(milestone: str, variant: str = "happy", procedure: str = "engineering.open") -> pytest.MarkDecorator:
    """Marks a test whose `scene` is the rehearsal's lot at that milestone."""
    return pytest.mark.parametrize("standing", [(milestone, variant, procedure)], indirect=True, ids=[milestone])


def signed_in(cast: Cast, username: str) -> Client:
    """A browser in which `username` is signed in and acts for the own subject."""
    client = Client()
    client.force_login(cast[username].user)
    return client


def drafted(
    cast: Cast,
    *,
    terms: dict | None = None,
    by: str = "agency",
    start: datetime = START,
    more: int = 0,
    plan: str = "",
    **moments: datetime,
) -> Scene:
    """A registered lot whose draft breaks no rule but what `terms` and `moments` change, its key set countersigned.

    Args:
        more: how many other lots the project has.
        plan: reference of the plan the project follows.
    """
    stage = Stage(start)
    with clock.at(start):
        tender = tenders.tender_register(
            procedure="engineering.open", initiator=cast.subjects["initiator"], agency=cast.subjects["agency"],
            centre=cast.subjects["centre"], authority=cast.subjects["authority"], actor=cast[by].actor,
            lots=[{**engineering_open.LOT, "terms": {**engineering_open.TERMS, **(terms or {})}}] + [{}] * more,
            mandate={"digest": "0" * 64, "signed_at": "2026-03-01", "scope": "招标代理全过程"},
            plan=plan,
            **engineering_open.TENDER,
        )  # fmt: skip
        lot = tender.lots.get(number=1)
        publish = stage.at(start + timedelta(days=1), 9)
        said = {
            "notice_at": publish,
            "documents_from": publish,
            "documents_until": publish + timedelta(days=8, hours=8),
            "bid_deadline": publish + timedelta(days=23, minutes=30),
            **moments,
        }
        tenders.lot_shape(lot_id=lot.pk, actor=cast[by].actor, moments=said)
        tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast), k=3, actor=cast["initiator"].actor)
        countersign(cast, lot.ledger_ref)
    return Scene(cast, stage, Lot.objects.select_related("tender").get(pk=lot.pk))


def played(cast: Cast, until: str, variant: str = "happy", procedure: str = "engineering.open") -> Scene:
    """The rehearsal's lot, played until its milestone (bidding, opened, reported, publicity, awarded, contracted …)."""
    stage = Stage(START)
    play(stage, SCRIPTS[procedure].script(stage, cast, variant), Played(procedure, variant), stop_at=until)
    return Scene(cast, stage, Lot.objects.select_related("tender").order_by("-pk").first())
