import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.sealing import keysets
from platform_site.sealing.keysets import INSIDERS, ROLES, Candidate, check_trustee_set
from tests.sealing.world import ROLES as USUAL
from tests.sealing.world import keyset_for, trustee_keys

usual = [Candidate(role, code) for role, _, code in USUAL]


def codes(trustees, k):
    return [violation.code for violation in check_trustee_set(trustees, k)]


def test_three_of_four_independent_trustees_may_guard_a_lot():
    assert codes(usual, 3) == []


def test_initiator_and_own_centre_must_not_reach_k():
    assert codes(usual, 2) == ["trustees.insiders_reach_k"]


def test_an_agency_counts_with_the_initiator():
    assert codes([*usual[:2], Candidate("agency", "X"), usual[3]], 3) == ["trustees.insiders_reach_k"]


def test_a_supervising_authority_is_no_trustee():
    assert codes([*usual[:3], Candidate("authority", "X")], 3) == ["trustees.authority"]


def test_one_subject_holds_one_key():
    assert codes([*usual[:3], Candidate("other_centre", usual[2].subject_code)], 3) == ["trustees.same_subject"]


def test_one_key_is_no_guard():
    outsiders = [Candidate("notary", "A"), Candidate("ca", "B")]

    assert codes(outsiders, 1) == ["trustees.threshold_low"]


def test_fewer_trustees_than_k_could_never_open():
    assert codes([Candidate("notary", "A"), Candidate("ca", "B")], 3) == ["trustees.too_few"]


@given(st.lists(st.sampled_from(sorted(ROLES)), max_size=7), st.integers(0, 7))
def test_in_every_accepted_set_k_needs_an_outsider_and_no_authority(roles, k):
    accepted = not check_trustee_set([Candidate(role, str(n)) for n, role in enumerate(roles)], k)

    assert not accepted or (sum(role in INSIDERS for role in roles) < k and "authority" not in roles)


def test_a_key_set_of_its_members_own_keys_has_no_faults():
    assert keysets.faults(keyset_for("lot:A/1", trustee_keys()), "lot:A/1") == []


def test_a_key_set_for_another_lot_is_found_out():
    assert "lot" in keysets.faults(keyset_for("lot:A/1", trustee_keys()), "lot:A/2")


def test_a_recipient_put_in_by_the_operator_is_found_out():
    keyset = keyset_for("lot:A/1", trustee_keys())
    keyset["members"][2]["recipient"] = keyset_for("lot:A/1", trustee_keys())["members"][2]["recipient"]

    assert keysets.faults(keyset, "lot:A/1") == ["member.2.proof"]


@pytest.mark.parametrize(
    "broken", [{}, {"members": 3}, {"format": "ggzy-keyset/1", "lot": "x", "k": "3", "members": []}]
)
def test_a_malformed_key_set_is_a_fault_and_not_an_error(broken):
    assert keysets.faults(broken, "x")


def test_so_many_must_countersign_that_the_rest_cannot_reach_k():
    keyset = keyset_for("lot:A/1", trustee_keys())

    assert keysets.countersigners_needed(keyset) + keyset["k"] > len(keyset["members"])


def test_a_countersignature_binds_one_set_only():
    keys = trustee_keys()
    keyset, other = keyset_for("lot:A/1", keys), keyset_for("lot:A/2", keys)
    name = keyset["members"][1]["trustee"]
    signature = {name: keys[1].sign(keysets.COUNTERSIGN_CONTEXT, keyset)}

    assert keysets.countersigners(keyset, signature) == [1]
    assert keysets.countersigners(other, signature) == []


def test_every_change_to_a_key_set_changes_its_hash():
    keyset = keyset_for("lot:A/1", trustee_keys())
    for name in keyset:
        changed = copy.deepcopy(keyset)
        changed[name] = "x"
        assert keysets.set_hash(changed) != keysets.set_hash(keyset)
