"""manage.py trustees: who keeps keys stands on the record, and a lost key ends for new lots only."""

import io
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from platform_site.accounts.actors import CLOCK
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.sealing import services
from platform_site.sealing.keyfiles import TrusteeKey, fingerprint
from platform_site.sealing.models import Trustee
from tests.sealing.guards import four_guards
from tests.sealing.world import NOON

pytestmark = pytest.mark.django_db
CODE = "91990000MYAAAAAA01"


def run(*arguments):
    out = io.StringIO()
    call_command("trustees", *arguments, stdout=out)
    return out.getvalue()


def test_a_trustee_is_registered_listed_and_retired_on_the_record():
    key = TrusteeKey.generate("云泽公证处").public_key

    made = run("register", "云泽公证处", "notary", CODE, key)

    row = Trustee.objects.get(public_key=key)
    assert fingerprint({"ed25519": key}) in made
    assert "公证机构" in run("list")
    run("retire", str(row.pk), "密钥遗失")
    assert run("retire", str(row.pk), "密钥遗失") == run("list")
    events = Entry.objects.filter(subject=f"trustee:{row.pk}").values_list("event", flat=True)
    assert sorted(events) == ["trustee.registered", "trustee.retired"]


def test_a_retired_trustee_is_in_no_new_set_and_stays_in_the_old_ones():
    guards = four_guards()
    old = services.assign_keyset("lot:A/1", [guard.row for guard in guards], 3, not_before=NOON)
    run("retire", str(guards[1].row.pk), "离任")
    rows = list(Trustee.objects.filter(pk__in=[guard.row.pk for guard in guards]))

    with pytest.raises(Refused, match=r"trustees\.inactive"):
        services.assign_keyset("lot:A/2", rows, 3, not_before=NOON)

    old.refresh_from_db()
    assert str(guards[1].row.pk) in {member["trustee"] for member in old.document["members"]}


@pytest.mark.parametrize(
    "arguments",
    [
        ("register", "云泽公证处", "notary", CODE, "zz"),
        ("register", " ", "notary", CODE, "0" * 64),
        ("retire", str(uuid4()), "离任"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(arguments):
    with pytest.raises(CommandError):
        run(*arguments)

    assert not Trustee.objects.exists()


def test_nobody_but_the_console_registers():
    with pytest.raises(PermissionDenied):
        services.trustee_enrol(name="某", role="notary", subject_code=CODE, public_key="0" * 64, actor=CLOCK)
