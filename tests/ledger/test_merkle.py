"""The 518 vectors: most must be rejected. The verifier is the script anybody may download."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.ledger import merkle
from tests.ledger.script import verify

KINDS = {"inclusion": 98, "consistency": 98, "subtreeinclusion": 204, "subtreeconsistency": 118}


def check(kind: str, case: dict) -> None:
    def raw(name):
        return base64.b64decode(case[name])

    proof = [base64.b64decode(one) for one in case["proof"] or []]
    if kind == "inclusion":
        verify.check_inclusion(case["leafIdx"], case["treeSize"], raw("leafHash"), proof, raw("root"))
    elif kind == "consistency":
        verify.check_consistency(case["size1"], case["size2"], proof, raw("root1"), raw("root2"))
    elif kind == "subtreeinclusion":
        verify.check_subtree_inclusion(case["leafIdx"], case["start"], case["end"], raw("leafHash"), proof, raw("root"))
    else:
        verify.check_subtree_consistency(case["start"], case["end"], case["size"], proof, raw("root1"), raw("root2"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_published_vector_is_accepted_or_rejected_as_labelled(kind, shared_data):
    lines = (shared_data / "crypto" / "merkle" / f"{kind}.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines]
    assert len(cases) == KINDS[kind]

    wrong = []
    for case in cases:
        try:
            check(kind, case)
            rejected = False
        except verify.Bad:
            rejected = True
        if rejected != case["wantErr"]:
            wrong.append(f"{case['file']}: {case['desc']}")

    assert wrong == []


def leaves(count: int) -> list[bytes]:
    return [verify.leaf_hash(str(number).encode()) for number in range(count)]


def by_definition(hashes: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else merkle.EMPTY_ROOT
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return merkle.join(by_definition(hashes[:split]), by_definition(hashes[split:]))


@pytest.mark.parametrize("size", [*range(34), 255, 256, 257, 600])
def test_all_ways_to_a_root_agree(size):
    hashes = leaves(size)
    frontier = merkle.Frontier()
    for one in hashes:
        frontier.add(one)

    expected = by_definition(hashes)

    assert frontier.root == merkle.hash_range_root(hashes) == verify.tree_root(hashes) == expected


@given(st.data())
def test_proofs_we_make_convince_the_script(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)
    nodes = merkle.memory_nodes(hashes)

    path = merkle.resolve(merkle.inclusion_plan(index, size), nodes)
    steps = merkle.resolve(merkle.consistency_plan(old, size), nodes)

    verify.check_inclusion(index, size, hashes[index], path, by_definition(hashes))
    verify.check_consistency(old, size, steps, by_definition(hashes[:old]), by_definition(hashes))


@given(st.data())
def test_a_proof_with_one_bit_changed_convinces_nobody(data):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = merkle.resolve(merkle.inclusion_plan(index, size), merkle.memory_nodes(hashes))
    step = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    path[step] = (int.from_bytes(path[step], "big") ^ (1 << bit)).to_bytes(32, "big")

    with pytest.raises(verify.Bad):
        verify.check_inclusion(index, size, hashes[index], path, by_definition(hashes))
