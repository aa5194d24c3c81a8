"""What a bidder's browser would send, made in Python: for tests of the pages around filing and opening."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from platform_site import clock
from platform_site.sealing.unseal import unwrap_by_owner
from tests.trading.stage import START, Scene, assembled, played, signed_in
from trading.models import Bid, Lot
from trading.rehearsal import engineering_open, sealed
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Stage
from trading.services import documents, ticks

__all__ = ["START", "assembled", "played", "signed_in"]


@pytest.fixture(scope="module")
def announced(stage_cast, django_db_blocker) -> Iterator[Scene]:
    """`bidding`, played once for the module; each test's own changes are rolled back over it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield bidding(stage_cast)
        transaction.set_rollback(True)


def again(scene: Scene) -> Scene:
    """The scene with a stage of its own: a test may move on from here."""
    return Scene(scene.cast, Stage(scene.stage.now), scene.lot)


def bidding(cast: Cast) -> Scene:
    """A lot whose notice is out: documents, questions and filings are open."""
    return played(cast, "bidding")


def deadline_of(scene: Scene) -> datetime:
    """The lot's bid deadline."""
    return scene.again().recorded["bid_deadline"]


def parcel(scene: Scene, username: str, price: str = "170000000", **changes: Any) -> dict[str, Any]:
    """The filing request's content, its ciphertexts uploaded."""
    cast, lot = scene.cast, scene.again()
    made = sealed.prepare(cast, lot, cast[username], sealed.offer(cast[username], price, days=lot.period_days))
    said = {
        "header": made["header"].decode(),
        "signature": made["signature"],
        "wraps": made["wraps"],
        "uploads": [str(one) for one in made["upload_ids"]],
        "key": str(made["idempotency_key"]),
        "subject": cast[username].code,
        "standing": "",
    }
    return said | changes


def send(scene: Scene, client: Client, said: Any, **extra: Any) -> Any:
    """The page's script posts the request."""
    body = said if isinstance(said, bytes | str) else json.dumps(said)
    return client.post(scene.url("bid/file/send/"), body, content_type="application/json", **extra)


def filed(scene: Scene, username: str, price: str = "170000000", **changes: Any) -> Bid:
    """The bidder has filed through the page's own door."""
    answer = send(scene, signed_in(scene.cast, username), parcel(scene, username, price, **changes))
    assert answer.status_code == 201, answer.content.decode()
    return Bid.objects.get(pk=UUID(answer.json()["bid"]))


def a_whole_rival(scene: Scene, username: str, when: datetime) -> None:
    """A rival downloads, asks nothing of anybody, files and replaces."""
    who = scene.cast[username]
    with clock.at(when):
        documents.documents_obtain(lot_id=scene.lot.pk, actor=who.actor, user_id=who.pk)
        engineering_open.file(scene.cast, scene.lot, username, "0.93")
        engineering_open.file(scene.cast, scene.lot, username, "0.91")


def three_file(scene: Scene, when: datetime, names: tuple[str, ...] = ("bidder1", "bidder2", "bidder3")) -> list[Bid]:
    """Three filings stand."""
    with clock.at(when):
        return [engineering_open.file(scene.cast, scene.again(), name) for name in names]


def opening(scene: Scene) -> Lot:
    """The deadline has come and the roll is out."""
    moment = deadline_of(scene)
    with clock.at(moment):
        ticks.tick(until=moment)
    lot = scene.again()
    assert lot.state == "opening"
    return lot


def identity(scene: Scene, bid: Bid, username: str) -> str:
    """What the bidder's browser unwraps with its own key."""
    wraps = {"owner": base64.b64decode(bid.envelope.wraps["owner"])}
    return unwrap_by_owner(bid.envelope.header, wraps, scene.cast.keys[scene.cast[username].code].identity)


def release(scene: Scene, count: int = 3) -> None:
    """So many trustees have given the lot's key away, the initiator last."""
    for trustee_id in list(scene.cast.trustees)[::-1][:count]:
        engineering_open.release(scene.cast, scene.again(), trustee_id)


SOON = timedelta(hours=2)
