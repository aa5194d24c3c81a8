"""Public files: complete before their checkpoint, and healed after a kill at any step."""

import os
import struct

import pytest
from django.db import transaction

from platform_site import failpoints, ledger
from platform_site.ledger import audit, layout, publishing, selectors, sequencer
from platform_site.ledger.models import Checkpoint
from tests.ledger import children
from tests.ledger.conftest import TRADER
from tests.ledger.script import verify

KILLS = (
    "ledger.number.before_commit",
    "ledger.number.after_commit",
    "ledger.seal.before_commit",
    "ledger.seal.after_commit",
    "ledger.publish.after_tiles",
    "ledger.publish.before_checkpoint",
    "ledger.publish.after_checkpoint",
)


def acts(count: int, *, sealed: int = 0) -> None:
    with transaction.atomic():
        for number in range(count):
            ledger.append("act.done", subject="lot:T-1/1", actor=TRADER, facts={"n": number})
        for number in range(sealed):
            ledger.append("bid.filed", subject="lot:T-1/1", actor=TRADER, facts={"n": number}, sealed=True)


def one_round() -> None:
    ledger.sequence_once()
    publishing.publish()


def files(folder) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("place", KILLS)
def test_a_kill_at_any_step_heals_at_the_next_start(place, fresh_db, own_files, keys_file, monkeypatch):
    acts(250, sealed=2)
    one_round()
    acts(20, sealed=2)
    monkeypatch.setenv("PORTAL_FAILPOINT", place)

    assert children.wait(children.start(one_round)) == failpoints.KILLED

    monkeypatch.delenv("PORTAL_FAILPOINT")
    acts(1)
    one_round()
    assert [entry.facts["n"] for entry in selectors.entries_for("lot:T-1/1")] == [*range(250), *range(20), 0]
    report = audit.verify()
    assert report.ok, report.bad
    assert verify.main(["--keys", str(keys_file()), "log", str(own_files)]) == verify.HOLDS
    healed = files(own_files)
    publishing.rebuild()
    assert {name: healed[name] for name in files(own_files)} == files(own_files)


def test_production_knows_no_failpoints(monkeypatch):
    monkeypatch.setenv("PORTAL_FAILPOINT", "here")
    monkeypatch.setenv("PORTAL_MODE", "production")

    failpoints.failpoint("here")


@pytest.mark.django_db
def test_tiles_and_bundles_lie_where_tlog_tiles_says(own_files):
    acts(300)
    one_round()

    size = Checkpoint.objects.get().size
    assert size == 302
    assert {"checkpoint", "tile/0/000", "tile/0/001.p/46", "tile/1/000.p/1", "sealed/000"} <= set(files(own_files))
    assert (own_files / "tile/0/000").stat().st_size == 8192
    assert (own_files / "tile/0/001.p/46").stat().st_size == 46 * 32
    bundle = (own_files / "tile/entries/000").read_bytes()
    (length,) = struct.unpack(">H", bundle[:2])
    assert verify.leaf_hash(bundle[2 : 2 + length]) == (own_files / "tile/0/000").read_bytes()[:32]


@pytest.mark.parametrize(("index", "path"), [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")])
def test_indices_are_written_as_the_specification_shows(index, path):
    assert layout.numbered(index) == path == verify.numbered(index)


@pytest.mark.django_db
def test_a_record_that_was_reset_replaces_the_files_of_the_former_one(own_files):
    acts(5)
    one_round()
    former = files(own_files)["checkpoint"]
    with transaction.atomic():
        transaction.set_rollback(True)
    (own_files / "checkpoint").write_text(former.decode().replace("\n7\n", "\n7\n", 1))
    (own_files / "tile/0/000.p/99").parent.mkdir(parents=True, exist_ok=True)
    (own_files / "tile/0/000.p/99").write_bytes(b"of another record")
    lines = former.decode().split("\n")
    (own_files / "checkpoint").write_text("\n".join([lines[0], "9999", *lines[2:]]))

    one_round()

    assert "tile/0/000.p/99" not in files(own_files)
    assert audit.verify().ok


@pytest.mark.django_db
def test_production_does_not_overwrite_a_published_checkpoint_it_does_not_know(own_files, settings):
    acts(5)
    one_round()
    lines = (own_files / "checkpoint").read_text().split("\n")
    (own_files / "checkpoint").write_text("\n".join([lines[0], "9999", *lines[2:]]))
    settings.MODE = "production"
    sequencer.close_checkpoint()

    with pytest.raises(publishing.PublishedDiffers):
        publishing.publish()


@pytest.mark.django_db
def test_partial_tiles_are_forgotten_when_complete_and_still_answered(client, own_files):
    acts(100)
    one_round()
    hashes = client.get("/ledger/tile/0/000.p/102")
    entries = client.get("/ledger/tile/entries/000.p/102")
    acts(200)
    one_round()

    assert not (own_files / "tile/0/000.p").exists()
    assert client.get("/ledger/tile/0/000.p/102").content == hashes.content
    assert client.get("/ledger/tile/entries/000.p/102").content == entries.content
    assert "immutable" in hashes["Cache-Control"]
    assert client.get("/ledger/tile/0/001.p/200").status_code == 404


@pytest.mark.django_db
def test_a_stranger_can_mirror_the_record_over_http_and_check_it(client, own_files, tmp_path, keys_file, monkeypatch):
    acts(300, sealed=3)
    one_round()

    def fetch(url):
        answer = client.get(url.removeprefix("https://portal.example"))
        assert answer.status_code == 200, url
        return answer.content

    monkeypatch.setattr(verify, "_fetch", fetch)
    mirror, kept = str(tmp_path / "mirror"), tmp_path / "kept.txt"
    assert verify.main(["mirror", "https://portal.example/ledger/", mirror]) == verify.HOLDS
    kept.write_bytes((own_files / "checkpoint").read_bytes())
    acts(10)
    one_round()
    assert verify.main(["mirror", "https://portal.example/ledger/", mirror]) == verify.HOLDS

    keys = ["--keys", str(keys_file())]
    assert verify.main([*keys, "log", mirror, "--against", str(kept)]) == verify.HOLDS
    assert verify.main([*keys, "consistency", str(kept), f"{mirror}/checkpoint", "--log", mirror]) == verify.HOLDS
    proof = tmp_path / "consistency.txt"
    proof.write_bytes(client.get("/ledger/consistency/302/313").content)
    assert verify.main([*keys, "consistency", str(kept), f"{mirror}/checkpoint", "--proof", str(proof)]) == verify.HOLDS


@pytest.mark.django_db
def test_a_mirror_with_a_changed_entry_does_not_hold(own_files, keys_file):
    acts(5, sealed=1)
    one_round()
    path = own_files / "tile/entries/000.p/7"
    path.write_bytes(path.read_bytes().replace(b"lot:T-1/1", b"lot:T-9/1", 1))

    assert verify.main(["--keys", str(keys_file()), "log", str(own_files)]) == verify.FAILS


def test_key_files_are_for_their_owner_only(settings, own_files, tmp_path, fresh_db):
    one_round()

    for name in ("ledger-log.key", "ledger-promise.key"):
        assert os.stat(tmp_path / "keys" / name).st_mode & 0o777 == 0o600
