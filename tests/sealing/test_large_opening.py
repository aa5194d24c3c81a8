"""A large file is sealed and opened as a stream: what the process needs does not grow with it."""

import hashlib
import re
from pathlib import Path

import pytest

from platform_site.sealing import age, services
from platform_site.sealing.seal import PlainFile
from platform_site.sealing.storage import ciphertext_path
from tests.sealing.world import ALPHA

SIZE = 64 * 1024 * 1024  # bytes
ROOM = 32 * 1024 * 1024  # bytes a stream may need: its buffers, and what an allocator keeps


def peak(act):
    """Bytes by which the process grew at most while `act` ran, and what it returned."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = _status("VmRSS")
    answer = act()
    return _status("VmHWM") - before, answer


def _status(name):
    return int(re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text()).group(1)) * 1024


@pytest.fixture
def drawing(tmp_path):
    """A file of SIZE bytes that no page of memory holds twice."""
    path = tmp_path / "图纸.zip"
    with path.open("wb") as file:
        for number in range(SIZE // 1024 // 1024):
            file.write(hashlib.sha256(bytes([number])).digest() * 32 * 1024)
    return path


def test_sealing_and_opening_hold_no_file_in_memory(world, drawing):
    grew, sealed = peak(lambda: world.seal(files=[PlainFile("图纸.zip", drawing)]))
    bundle = world.bundle(sealed)
    grew_again, opened = peak(lambda: world.open(bundle))

    assert opened.kind == "opened"
    assert [file.size for file in opened.files] == [SIZE]
    assert grew < ROOM
    assert grew_again < ROOM


def test_the_measure_sees_a_file_that_is_held(drawing):
    grew, _ = peak(drawing.read_bytes)

    assert grew > SIZE // 2


@pytest.mark.django_db
def test_an_upload_is_finished_without_holding_it_in_memory(drawing, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    sealed = tmp_path / "sealed.age"
    with drawing.open("rb") as plain, sealed.open("wb") as target:
        age.encrypt_stream(plain, target, age.generate()[1])
    with sealed.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    upload = services.upload_begin(owner_ref=ALPHA, key="k", size=sealed.stat().st_size, sha256=digest)
    token = services.upload_token(upload.id)
    with sealed.open("rb") as stored:
        while piece := stored.read(services.MAX_CHUNK):
            check = hashlib.sha256(piece).hexdigest()
            offset = stored.tell() - len(piece)
            services.upload_append(upload_id=upload.id, token=token, offset=offset, chunk=piece, sha256=check)

    grew, finished = peak(lambda: services.upload_finish(upload_id=upload.id, token=token))

    assert finished.finished_at
    assert ciphertext_path(upload.id).stat().st_size == finished.size
    assert grew < ROOM
