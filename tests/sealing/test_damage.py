"""A row somebody with the owner's password has damaged. These tests commit, so each has a database of its own."""

import contextlib

import pytest
from django.db import transaction

from platform_site import ledger
from platform_site.accounts.actors import CLOCK
from platform_site.sealing import services
from platform_site.sealing.keyfiles import BidderKey
from tests.sealing.guards import four_guards
from tests.sealing.test_services import LOT, file_bid, sealed_for
from tests.sealing.world import ALPHA, BETA, NOON


@pytest.mark.parametrize(
    "damage",
    [
        'wraps = \'{"owner": "%"}\'',
        "wraps = '[]'",
        "header = '{}'",
        "header = 'null'",
        "header = jsonb_set(header, '{parts}', '[]')",
        "header = jsonb_set(header, '{document}', '[]')",
        "subject_code = '91110000000000000X'",
        "lot_ref = lot_ref, purpose = 'reserve_price'",
        "signature = 'zz'",
        "public_key = ''",
    ],
)
def test_a_damaged_row_is_the_platforms_fault_and_stops_nobody_else(fresh_db, cluster, settings, tmp_path, damage):
    settings.MEDIA_ROOT = tmp_path / "files"
    guards = four_guards()
    keyset = services.assign_keyset(LOT, [guard.row for guard in guards], 3, not_before=NOON)
    alpha, beta = BidderKey.generate(ALPHA), BidderKey.generate(BETA)
    broken = file_bid(sealed_for(keyset, alpha), alpha).envelope
    whole = file_bid(sealed_for(keyset, beta), beta).envelope
    with contextlib.closing(cluster.connect(fresh_db)) as owner, owner.cursor() as cursor:
        cursor.execute(f"UPDATE sealing_envelope SET {damage} WHERE id = '{broken.pk}'")
    with transaction.atomic():
        ledger.append("lot.opening_started", subject=LOT, actor=CLOCK, facts={})
    for guard in guards[1:]:
        services.release_key(LOT, guard.row, guard.secret(keyset))

    outcomes = {one.envelope_id: one.outcome for one in services.open_envelopes(LOT)}

    assert (outcomes[broken.pk].kind, outcomes[broken.pk].blame.party) == ("withdrawn", "platform")
    assert outcomes[whole.pk].kind == "opened"
