"""A lived lot's archive verifies with no network and no server; a changed byte in it does not."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from platform_site.ledger.script import bundle
from trading.models import Archive

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
        "the evaluation comes out the same",
        "4 envelopes open again",
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
