"""Many at once: senders of one upload, lots taking keys, workers recording one opening. These commit for real."""

import hashlib
import threading

import pytest
from django.db import connections

from platform_site.accounts.refusals import Refused
from platform_site.sealing import age, services
from platform_site.sealing.models import KeySet, LotKey
from platform_site.sealing.storage import ciphertext_path
from tests.sealing.guards import four_guards
from tests.sealing.world import ALPHA


def all_at_once(*acts):
    """Every act in a thread of its own, started together; what each answered or raised."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            gate.wait(10)
            answers[place] = act()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def test_two_senders_of_one_upload_make_one_whole_file(fresh_db):
    content = age.encrypt(b"offer" * 40_000, age.generate()[1])
    upload = services.upload_begin(
        owner_ref=ALPHA, key="k", size=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    token = services.upload_token(upload.id)

    def send(step):
        offset = 0
        while offset < len(content):
            chunk = content[offset : offset + step]
            digest = hashlib.sha256(chunk).hexdigest()
            arguments = {"upload_id": upload.id, "token": token, "offset": offset, "chunk": chunk, "sha256": digest}
            offset = services.upload_append(**arguments).received
        return services.upload_finish(upload_id=upload.id, token=token)

    answers = all_at_once(*(lambda step=step: send(step) for step in (7_001, 9_001, 31_001)))

    assert all(answer.finished_at for answer in answers)
    assert ciphertext_path(upload.id).read_bytes() == content


def test_beginning_one_upload_at_once_is_one_upload(fresh_db):
    begin = {"owner_ref": ALPHA, "key": "k", "size": 5, "sha256": "00" * 32}

    answers = all_at_once(*[lambda: services.upload_begin(**begin)] * 4)

    assert len({answer.id for answer in answers}) == 1


def test_lots_that_take_keys_at_once_never_share_one(fresh_db):
    rows = [guard.row for guard in four_guards(batch=8)]

    answers = all_at_once(*(lambda n=n: services.assign_keyset(f"lot:T-2026-{n}/1", rows, 3) for n in range(6)))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    recipients = [member["recipient"] for keyset in KeySet.objects.all() for member in keyset.document["members"]]
    assert len(set(recipients)) == len(recipients) == 24
    assert LotKey.objects.exclude(lot_ref="").count() == 24


def test_when_keys_run_out_some_lots_are_refused_and_none_is_half_armed(fresh_db):
    rows = [guard.row for guard in four_guards(batch=3)]

    answers = all_at_once(*(lambda n=n: services.assign_keyset(f"lot:T-2026-{n}/1", rows, 3) for n in range(5)))

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) + KeySet.objects.count() == 5
    assert LotKey.objects.exclude(lot_ref="").count() == 4 * KeySet.objects.count()
