"""Every way an engineering tender can go: played to its end, held against the record, its archive verified offline."""

import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from disclosure import tradepage
from platform_site import clock, ledger
from platform_site.ledger import publishing
from platform_site.ledger.script import bundle
from tests.security.test_archive import verify
from tests.stages import plain_papers
from trading.models import Archive, Lot
from trading.rehearsal import engineering_open, engineering_ways, repertoire

pytestmark = pytest.mark.lives
# The happy one and its four neighbours are lived in test_archive and elsewhere.
WAYS = sorted(engineering_ways.VARIANTS.keys() - engineering_open.VARIANTS.keys())


def test_there_are_fifteen_ways_and_more():
    assert len(engineering_ways.VARIANTS) >= 15


@pytest.mark.parametrize("way", WAYS)
def test_a_way_goes_as_its_script_says_and_proves_itself(way, fresh_db, files, settings, tmp_path):
    cast = repertoire.cast_for()

    with plain_papers():
        played = repertoire.rehearse("engineering.open", way, cast)

    assert played.ok, played.error
    with clock.at(repertoire.START):
        ledger.sequence_once()
        publishing.publish()
    call_command("ledger", "verify")
    script = tmp_path / "verify.py"
    script.write_bytes(bundle())
    for lot in Lot.objects.all():
        nameless = [row["event"] for row in tradepage.evidence(lot, rows=1000)["rows"] if "." in row["event"]]
        assert not nameless
    archives = list(Archive.objects.select_related("file"))
    assert archives
    for archive in archives:
        file = Path(settings.MEDIA_ROOT) / archive.file.path
        done = verify(script, file)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "entries stand in the record" in done.stdout
        with zipfile.ZipFile(file) as packed:
            made = {name for name in packed.namelist() if name.startswith("papers/")}
        assert made == {f"papers/{row.pk}.pdf" for row in texts_of(archive.lot)}
        assert f"{len(made)} papers are those the record names, and their signatures hold" in done.stdout


def texts_of(lot) -> list:
    """Everything of the lot that has a paper in its package: the cover lies on it."""
    notices = lot.notices.filter(state="published")
    return [*notices, *lot.letters.all(), *lot.instruments.exclude(kind="cover")]
