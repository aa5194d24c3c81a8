"""Draws on the public face: what the certificate says, as soon as it has run, and never a name."""

import json

import pytest
from django.db import connection

from disclosure import projecting
from disclosure.models import PublicDraw
from experts import services
from experts.models import Draw
from platform_site import ledger
from tests.experts import world as w
from verify.draw import check_draw

pytestmark = pytest.mark.django_db


@pytest.fixture
def keepers():
    return w.trustees()


def followed() -> None:
    """The record is numbered and the read models follow it."""
    ledger.sequence_once()
    projecting.catch_up()


def test_the_certificate_page_shows_labels_reasons_and_no_name(client, keepers):
    experts = w.pool(8)
    draw = w.drawn(keepers, title="江北水厂施工一标段")
    followed()

    text = client.get(f"/draws/{draw.id}/").content.decode()

    for label in draw.certificate["selected"]:
        assert label in text
    for expert in experts:
        assert expert.user.name not in text
        assert str(expert.public_id) not in text
    assert "江北水厂施工一标段" in client.get("/draws/").content.decode()


def test_the_downloaded_certificate_is_checked_by_the_script(client, keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    followed()

    assert check_draw(json.loads(client.get(f"/draws/{draw.id}/certificate.json").content)) == []


@pytest.mark.parametrize("path", ["", "certificate.json"])
def test_a_draw_that_has_not_run_has_no_public_page(client, keepers, path):
    w.pool(8)
    draw = w.opened(keepers)
    followed()

    assert client.get(f"/draws/{draw.id}/{path}").status_code == 404


def test_the_read_model_holds_nothing_that_opens_a_label(keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    followed()

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM disclosure_publicdraw d")
        (kept,) = cursor.fetchone()
    openings = draw.opened.values()
    assert not any(secret in kept for opening in openings for secret in (str(opening.expert), opening.salt))


def test_a_replacement_and_the_unsealing_are_followed_and_a_rebuild_comes_out_the_same(client, keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    followed()
    first = draw.certificate["selected"][0]
    services.replace(draw_id=draw.id, label=first, reason="absent", note="九点半仍未到场", actor=w.OFFICER)
    services.names_unseal(lot_ref=draw.lot_ref, actor=w.OFFICER)
    followed()

    page = client.get(f"/draws/{draw.id}/").content.decode()
    found = PublicDraw.objects.values().get()
    projecting.rebuild()

    assert "由后一位替补" in page
    assert "解封，见项目的结果" in page
    assert found["digest"] == Draw.objects.get().certificate_digest
    assert PublicDraw.objects.values().get() == found


def test_the_list_takes_as_many_queries_for_many_draws_as_for_one(client, keepers, django_assert_max_num_queries):
    w.pool(9)
    for n in range(3):
        w.drawn(keepers, w.drawing.Need(("A08",), 1), lot_ref=f"lot:X-{n}/1")
    followed()

    with django_assert_max_num_queries(6):
        page = client.get("/draws/").content.decode()
    assert page.count('<td class="wide"><a href="/draws/') == 3
