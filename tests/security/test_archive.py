"""A lived lot's archive verifies with no network and no server; a changed byte in it does not."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from experts.draw import commitment
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.ledger.script import bundle
from tests.trading.stage import signed_in
from trading import addresses
from trading.kernel import factors
from trading.models import Archive, Instrument, Lot
from trading.services import archives, papers

pytestmark = pytest.mark.chaos
UNSHARE = shutil.which("unshare")


@pytest.fixture
def archive(copy_of, settings, tmp_path):
    """The archive's file and the downloadable script beside it."""
    copy_of("ended")
    script = tmp_path / "verify.py"
    script.write_bytes(bundle())
    return Path(settings.MEDIA_ROOT) / Archive.objects.get().file.path, script


def verify(script, *arguments):
    cut_off = [UNSHARE or "", "-rn"]
    able = UNSHARE and subprocess.run([*cut_off, "true"], check=False).returncode == 0
    offline = cut_off if able else []
    command = [*offline, sys.executable, str(script), "archive", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=script.parent)


def test_an_archive_verifies_offline_and_a_changed_one_does_not(archive, tmp_path):
    file, script = archive

    done = verify(script, file)

    assert done.returncode == 0, done.stdout + done.stderr
    for word in (
        "entries stand in the record",
        "the draw comes out the same",
        "the factor comes out the same",
        "the evaluation comes out the same",
        "4 envelopes open again",
        "13 papers are those the record names, and their signatures hold",
    ):
        assert word in done.stdout

    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"rank"', b'"rang"') if name.startswith("notices/") else data)
    done = verify(script, changed)

    assert done.returncode == 1
    assert "FAULT" in done.stdout


def test_a_paper_forged_together_with_every_list_in_the_package_is_found(archive, tmp_path):
    file, script = archive
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    rows = json.loads(members["papers.json"])
    forged = rows[0]["file"]
    members[forged] = members[forged].replace(b"%PDF-1.7", b"%PDF-1.6")
    rows[0]["sha256"] = hashlib.sha256(members[forged]).hexdigest()
    members["papers.json"] = json.dumps(rows).encode()
    packed_anew(members, tmp_path / "forged.zip")

    done = verify(script, tmp_path / "forged.zip")

    assert done.returncode == 1
    assert f"FAULT: {forged} is not the file the record names" in done.stdout
    assert "the file was changed after it was signed" in done.stdout
    assert done.stdout.count("FAULT") == 2


def packed_anew(members: dict[str, bytes], target: Path) -> None:
    """The members with a manifest that fits them."""
    manifest = json.loads(members.pop("manifest.json"))
    manifest["members"] = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    with zipfile.ZipFile(target, "w") as new:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            new.writestr(name, data)


def test_a_factor_drawn_again_at_home_is_found(archive, tmp_path):
    """Nonces of one's own choice lead to a certificate that recomputes; the record holds other commitments."""
    file, script = archive
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    real = json.loads(members["factor.json"])
    nonces = dict.fromkeys(real["nonces"], "a" * 64)
    forged = factors.certify(
        lot=real["lot"],
        factors=real["factors"],
        roll=real["roll"],
        commitments={role: commitment(real["draw"], role, nonce) for role, nonce in nonces.items()},
        nonces=nonces,
    )
    report = json.loads(members["evaluation.json"])
    report["price_formula"]["factor"] = forged["drawn"]
    members["factor.json"], members["evaluation.json"] = json.dumps(forged).encode(), json.dumps(report).encode()
    packed_anew(members, tmp_path / "forged.zip")

    done = verify(script, tmp_path / "forged.zip")

    assert done.returncode == 1
    assert "FAULT: factor.json is not the one certificate of the record" in done.stdout
    assert "FAULT: factor.json: the record holds other commitments" in done.stdout


def test_the_cover_names_its_package_and_is_read_by_those_who_keep_it(archive, life):
    cover, stored = Instrument.objects.get(kind="cover"), Archive.objects.get().file
    report = Instrument.objects.get(kind="report")

    assert cover.content["package"]["sha256"] == stored.sha256
    assert Entry.objects.get(event="lot.archived").facts["instrument"] == cover.digest
    assert papers.paper_make(Instrument, cover.pk) is not None
    for username, seen in (("operator", (200, 404)), ("agency", (200, 200)), ("bidder1", (404, 404))):
        browser = signed_in(life.cast, username)
        assert tuple(browser.get(addresses.instrument(one)).status_code for one in (cover, report)) == seen, username


def test_an_archive_waits_for_its_papers(copy_of, life):
    copy_of("contracted")
    lot, moment = Lot.objects.get(), life.moments["contracted"]

    with clock.at(moment.now), pytest.raises(Refused, match=r"archive\.papers") as refused:
        archives.archive_make(lot_id=lot.pk, actor=life.cast["operator"].actor)

    assert "中标通知书" in refused.value.violations[0].facts["papers"]
    assert not Archive.objects.exists()
