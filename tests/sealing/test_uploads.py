"""A file comes in by chunks, over a bad line, twice, out of order, or not at all."""

import hashlib
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.sealing import age, services
from platform_site.sealing.storage import ciphertext_path
from tests.sealing.world import ALPHA, BETA, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def content():
    return age.encrypt(b"offer" * 5000, age.generate()[1])


def begin(content, key="k", owner=ALPHA, **changes):
    values = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | changes
    return services.upload_begin(owner_ref=owner, key=key, **values)


def append(upload, offset, chunk, **changes):
    values = {"token": services.upload_token(upload.id), "sha256": hashlib.sha256(chunk).hexdigest()} | changes
    return services.upload_append(upload_id=upload.id, offset=offset, chunk=chunk, **values)


def finish(upload):
    return services.upload_finish(upload_id=upload.id, token=services.upload_token(upload.id))


def refused_with(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def test_chunks_in_order_make_the_file(content):
    upload = begin(content)
    for offset in range(0, len(content), 7000):
        append(upload, offset, content[offset : offset + 7000])

    assert finish(upload).finished_at
    assert ciphertext_path(upload.id).read_bytes() == content


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_sent_again_or_too_far_ahead_the_file_is_whole_or_unfinished(data):
    content = bytes(range(256)) * 12
    upload = begin(content, key=uuid4().hex, must_be_sealed=False)
    for _ in range(data.draw(st.integers(1, 12))):
        offset = data.draw(st.integers(0, len(content) - 1))
        chunk = content[offset : offset + data.draw(st.integers(1, 2000))]
        try:
            upload = append(upload, offset, chunk)
        except Refused as gap:
            assert gap.violations[0].code == "upload.gap"  # noqa: PT017 - any other refusal is the failure
    if upload.received < len(content):
        with refused_with("upload.incomplete"):
            finish(upload)
        append(upload, upload.received, content[upload.received :])

    finish(upload)
    assert ciphertext_path(upload.id).read_bytes() == content


def test_a_gap_is_refused_and_says_where_to_go_on(content):
    upload = begin(content)
    append(upload, 0, content[:100])

    with refused_with("upload.gap") as refused:
        append(upload, 200, content[200:300])

    assert refused.value.violations[0].facts["offset"] == 100


def test_other_bytes_at_the_same_place_are_refused(content):
    upload = begin(content)
    append(upload, 0, content[:100])

    with refused_with("upload.differs"):
        append(upload, 0, b"x" * 100)


def test_a_chunk_damaged_on_the_way_is_refused_and_not_counted(content):
    upload = begin(content)

    with refused_with("upload.damaged"):
        append(upload, 0, content[:100], sha256=hashlib.sha256(b"other").hexdigest())

    upload.refresh_from_db()
    assert upload.received == 0


def test_more_than_promised_is_refused(content):
    upload = begin(content)

    with refused_with("upload.oversized"):
        append(upload, 0, content + b"!")


@pytest.mark.rule("ELE-04")
def test_an_unfinished_upload_cannot_be_finished(content):
    upload = begin(content)
    append(upload, 0, content[:-1])

    with refused_with("upload.incomplete"):
        finish(upload)


def test_a_file_truncated_on_the_disk_is_noticed(content):
    upload = begin(content)
    append(upload, 0, content)
    ciphertext_path(upload.id).write_bytes(content[:-1])

    with refused_with("upload.incomplete"):
        finish(upload)


def test_bytes_behind_the_counted_ones_after_a_crash_are_overwritten(content):
    upload = begin(content)
    append(upload, 0, content[:100])
    with ciphertext_path(upload.id).open("ab") as half_written:
        half_written.write(b"never acknowledged")

    append(upload, 100, content[100:])

    assert finish(upload).finished_at


def test_a_wrong_promise_is_refused_at_the_end(content):
    upload = begin(content, sha256="00" * 32)
    append(upload, 0, content)

    with refused_with("upload.digest"):
        finish(upload)


@pytest.mark.rule("ELE-03")
def test_an_unencrypted_file_is_refused_with_a_prompt():
    plain = b"%PDF-1.7 our price is 3"
    upload = begin(plain)
    append(upload, 0, plain)

    with refused_with("upload.not_sealed"):
        finish(upload)


def test_a_document_need_not_be_sealed():
    plain = b"%PDF-1.7 tender document"

    assert services.upload_store(owner_ref=ALPHA, content=plain, must_be_sealed=False).finished_at


def test_beginning_again_is_the_same_upload(content):
    assert begin(content) == begin(content)
    assert begin(content) != begin(content, owner=BETA)


def test_a_key_used_for_other_bytes_is_refused(content):
    begin(content)

    with refused_with("upload.key_reused"):
        begin(content + b"!")


def test_the_token_of_another_upload_writes_nothing(content):
    one, two = begin(content), begin(content, key="other")

    with refused_with("upload.unknown"):
        append(one, 0, content, token=services.upload_token(two.id))


def test_the_files_time_is_when_its_last_byte_arrived(content):
    upload = begin(content)
    with clock.at(NOON):
        append(upload, 0, content[:100])
    with clock.at(NOON.replace(hour=6)):
        upload = append(upload, 100, content[100:])
    with clock.at(NOON.replace(hour=9)):
        upload = append(upload, 0, content[:100])

    assert upload.arrived_at == NOON.replace(hour=6)


@pytest.mark.parametrize("size", [0, -1, 10**13])
def test_impossible_sizes_are_refused(size):
    with refused_with("upload.size"):
        services.upload_begin(owner_ref=ALPHA, key="k", size=size, sha256="00" * 32)


def test_a_full_disk_takes_no_chunk_and_loses_none(content):
    """/dev/full answers every write as a full disk does."""
    upload = begin(content)
    append(upload, 0, content[:7000])
    path = ciphertext_path(upload.id)
    kept = path.with_suffix(".kept")
    path.rename(kept)
    path.symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left"):
        append(upload, 7000, content[7000:14000])

    upload.refresh_from_db()
    assert upload.received == 7000
    kept.replace(path)
    append(upload, 7000, content[7000:])
    assert finish(upload).finished_at
    assert path.read_bytes() == content


def test_the_sender_is_told_of_a_full_disk_and_goes_on_from_where_it_stands(content, client):
    upload = begin(content)
    append(upload, 0, content[:7000])
    path, address = ciphertext_path(upload.id), f"/sealing/uploads/{upload.id}/"
    kept = path.with_suffix(".kept")
    path.rename(kept)
    path.symlink_to("/dev/full")
    token = {"Upload-Token": services.upload_token(upload.id)}
    chunk = content[7000:]
    headers = {**token, "Upload-Offset": "7000", "Upload-SHA256": hashlib.sha256(chunk).hexdigest()}

    def send():
        return client.patch(
            address, chunk, content_type="application/octet-stream", headers={**headers, "Accept": "application/json"}
        )

    answer = send()

    assert answer.status_code == 507
    (told,) = answer.json()["violations"]
    assert told["code"] == "server.full"
    assert "没有收下" in told["text"]
    assert client.get(address, headers=token).json()["offset"] == 7000
    kept.replace(path)
    assert send().json()["offset"] == len(content)
