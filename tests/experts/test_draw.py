"""The draw as an outsider sees it: what follows from a certificate, and what an altered one betrays."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experts import draw as d
from verify.draw import check_draw

VERIFY = Path(__file__).resolve().parents[2] / "verify" / "draw.py"
LOT = "lot:A01-91000000000000000A-20261121-000001-K/1"


def people(count: int, employers: int = 1000, excluded: dict[int, str] | None = None) -> list[d.Listed]:
    out = excluded or {}
    return [d.Listed(str(UUID(int=n + 1)), f"E{n % employers}", out.get(n, "")) for n in range(count)]


def certificate(listed, need, events=(), nonces=None, lot=LOT):
    rows, openings = d.make_list(listed)
    nonces = nonces or {role: d.new_nonce() for role in d.ROLES}
    return d.certify(
        draw="the-draw",
        lot=lot,
        need=need,
        pool={},
        rows=rows,
        openings=openings,
        nonces=nonces,
        events=events,
        commitments={role: d.commitment("the-draw", role, nonces[role]) for role in d.ROLES},
    ), openings


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 60), employers=st.integers(1, 20), seats=st.integers(1, 7), gone=st.sets(st.integers(0, 59))
)
def test_two_programs_written_apart_agree_on_every_certificate(count, employers, seats, gone):
    made, _ = certificate(people(count, employers, dict.fromkeys(gone, "bidder")), d.Need(("A08",), seats))

    assert d.faults(made) == []
    assert check_draw(made) == []


def test_nobody_excluded_sits_and_no_employer_has_two():
    made, openings = certificate(
        people(40, employers=5, excluded=dict.fromkeys(range(0, 40, 5), "initiator")), d.Need(("A",), 4)
    )

    seated = [int(UUID(openings[label].expert)) - 1 for label in made["selected"]]
    assert len(seated) == 4
    assert len({n % 5 for n in seated}) == 4
    assert not [n for n in seated if n % 5 == 0]


def test_every_skip_has_its_reason():
    made, _ = certificate(people(12, employers=1, excluded={3: "agency"}), d.Need(("A",), 2))

    reasons = {step["reason"] for step in made["walk"] if step["outcome"] == "skipped"}
    assert reasons == {"agency", "employer"}
    assert made["short"] == 1


def test_a_replacement_is_the_next_in_the_same_order():
    listed, nonces = people(20), {role: d.new_nonce() for role in d.ROLES}
    rows, openings = d.make_list(listed)
    order = d.ordered(d.key_of(d.root_of(rows), nonces, LOT), [row.label for row in rows])
    tags = {label: o.tag for label, o in openings.items()}

    done = d.walk(order, {}, tags, d.Need(("A",), 3), [{"kind": "declined", "label": order[1], "reason": "refused"}])

    assert done.standing == [order[0], order[2], order[3]]


def test_an_extension_goes_on_in_the_same_order():
    listed = people(20)
    first, _ = certificate(listed, d.Need(("A",), 3))
    rows = [d.Row(**row) for row in first["list"]]
    order = d.ordered(d.key_of(first["root"], first["nonces"], LOT), [row.label for row in rows])

    done = d.walk(
        order,
        {},
        dict.fromkeys(order, "") | {o: str(n) for n, o in enumerate(order)},
        d.Need(("A",), 3),
        [{"kind": "more", "count": 2}],
    )

    assert done.standing == order[:5]


def test_who_was_never_selected_cannot_decline():
    with pytest.raises(ValueError, match="selected"):
        d.walk(["aa"], {}, {"aa": ""}, d.Need(("A",), 1), [{"kind": "declined", "label": "bb", "reason": "refused"}])


def test_labels_of_two_draws_cannot_be_laid_side_by_side():
    one, _ = certificate(people(30), d.Need(("A",), 3))
    two, _ = certificate(people(30), d.Need(("A",), 3))

    assert not {r["label"] for r in one["list"]} & {r["label"] for r in two["list"]}
    assert not {r["unit"] for r in one["list"]} & {r["unit"] for r in two["list"]}


def test_a_certificate_opens_no_tag_the_walk_did_not_reach():
    made, openings = certificate(people(30, employers=2), d.Need(("A",), 1))

    assert list(made["units"]) == made["selected"]
    hidden = [
        o.tag
        for label, o in openings.items()
        if label not in made["units"] and o.tag != made["units"][made["selected"][0]]["tag"]
    ]
    assert hidden
    assert not [tag for tag in hidden if tag in json.dumps(made)]


def test_either_nonce_alone_decides_nothing():
    rows, _ = d.make_list(people(50))
    root, labels = d.root_of(rows), [row.label for row in rows]
    fixed = d.new_nonce()

    first = {
        d.ordered(d.key_of(root, {"initiator": fixed, "witness": d.new_nonce()}, LOT), labels)[0] for _ in range(20)
    }
    other = {
        d.ordered(d.key_of(root, {"initiator": d.new_nonce(), "witness": fixed}, LOT), labels)[0] for _ in range(20)
    }

    assert len(first) > 1
    assert len(other) > 1


def test_a_commitment_cannot_be_copied_by_the_other_role_or_into_another_draw():
    nonce = d.new_nonce()

    assert (
        len(
            {
                d.commitment("one", "initiator", nonce),
                d.commitment("one", "witness", nonce),
                d.commitment("two", "initiator", nonce),
            }
        )
        == 3
    )


def test_the_order_is_that_of_plain_hmac():
    key, labels = d.secrets.token_bytes(32), [d.secrets.token_hex(32) for _ in range(50)]

    assert d.ordered(key, labels) == sorted(labels, key=lambda one: d.hmac.digest(key, bytes.fromhex(one), "sha256"))


def test_key_derivation_is_hkdf_of_rfc_5869():
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    nonces = {"initiator": "11" * 32, "witness": "22" * 32}
    expected = HKDF(SHA256(), 32, salt=b"ggzy-draw/1", info=LOT.encode()).derive(
        bytes.fromhex("aa" * 32 + "11" * 32 + "22" * 32)
    )

    assert d.key_of("aa" * 32, nonces, LOT) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 64, 65])
def test_an_expert_checks_his_own_row_against_the_root(count):
    rows, _ = d.make_list(people(count))
    for row in rows:
        found = d.leaf(row)
        for step in d.inclusion(rows, row.label):
            other = bytes.fromhex(step[1:])
            found = d.hashlib.sha256(b"\x01" + (other + found if step[0] == "L" else found + other)).digest()
        assert found.hex() == d.root_of(rows)


def _set(path, value):
    def change(made):
        for key in path[:-1]:
            made = made[key]
        made[path[-1]] = value(made[path[-1]]) if callable(value) else value

    return change


ALTERATIONS = {
    "a row is dropped from the list": lambda c: c["list"].pop(),
    "an exclusion is added afterwards": _set(("list", 0, "excluded"), "bidder"),
    "an exclusion is lifted afterwards": lambda c: [r.update(excluded="") for r in c["list"]],
    "a nonce is exchanged": _set(("nonces", "witness"), "ab" * 32),
    "nonce and commitment are exchanged together": lambda c: (
        c["nonces"].update(witness="ab" * 32),
        c["commitments"].update(witness=d.commitment(c["draw"], "witness", "ab" * 32)),
    ),
    "the draw is passed off as another lot's": _set(("lot",), "lot:other/1"),
    "another is seated": lambda c: c["selected"].__setitem__(
        0, next(row["label"] for row in c["list"] if row["label"] not in c["selected"])
    ),
    "an employer's tag is invented": lambda c: c["units"][c["selected"][0]].update(tag="cd" * 32),
    "a skip gets another reason": _set(("walk", 0, "reason"), "other"),
    "the need is made smaller": _set(("need", "count"), 1),
    "a decline is made up": lambda c: c["events"].append(
        {"kind": "declined", "label": c["selected"][0], "reason": "refused"}
    ),
    "a field is missing": lambda c: c.pop("units"),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_certificate_is_found_out_by_both_programs(name):
    made, _ = certificate(people(30, employers=6, excluded=dict.fromkeys(range(0, 30, 3), "agency")), d.Need(("A",), 3))
    assert check_draw(made) == []
    altered = copy.deepcopy(made)
    ALTERATIONS[name](altered)

    assert d.faults(altered)
    assert check_draw(altered)


def test_the_verify_script_runs_alone(tmp_path):
    good, _ = certificate(people(20), d.Need(("A",), 3))
    bad = copy.deepcopy(good)
    bad["selected"].reverse()
    (tmp_path / "good.json").write_text(json.dumps(good))
    (tmp_path / "bad.json").write_text(json.dumps(bad))

    def run(name):
        return subprocess.run([sys.executable, "-I", str(VERIFY), name], cwd=tmp_path, capture_output=True, text=True)

    assert run("good.json").returncode == 0
    assert run("bad.json").returncode == 1
    assert "others are selected" in run("bad.json").stdout


def test_over_many_draws_nobody_is_favoured():
    seats, draws, pool = 3, 2000, 10
    counts = [0] * pool
    for _ in range(draws):
        made, openings = certificate(people(pool), d.Need(("A",), seats))
        for label in made["selected"]:
            counts[int(UUID(openings[label].expert)) - 1] += 1

    expected = draws * seats / pool
    chi = sum((n - expected) ** 2 / expected for n in counts)
    assert sum(counts) == draws * seats
    # 9 degrees of freedom, p = 1e-7: a fair draw fails this once in ten million runs.
    assert chi < 50
