"""评标基准价系数: bound before the notice, drawn once at the opening, and nobody can choose in between."""

from collections import Counter
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from experts.draw import ROLES, commitment, new_nonce
from experts.nonces import seal_nonce
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.sealing.models import KeySet
from tests.trading.stage import drafted, signed_in
from trading.draftforms import draft_of, shaped
from trading.fields import Factors
from trading.kernel import factors as kernel
from trading.kernel.scoring import formula_of
from trading.models import FactorDraw, Lot
from trading.rehearsal.engineering_factor import TERMS
from trading.rehearsal.engineering_open import commit, schedule
from trading.services import drafts, enquiries, factors
from verify.factor import check_factor

LISTED = ["0.95", "0.96", "0.97", "0.98"]
LOT = "lot:A07-1/1"
ROLL = [{"bid": "b1", "digest": "1" * 64, "name": "甲"}, {"bid": "b2", "digest": "2" * 64, "name": "乙"}]


def certificate(roll=ROLL, listed=LISTED, nonces=None):
    nonces = nonces or {role: new_nonce() for role in ROLES}
    bound = {role: commitment(kernel.need_of(LOT), role, nonces[role]) for role in ROLES}
    return kernel.certify(lot=LOT, factors=listed, roll=roll, commitments=bound, nonces=nonces)


class TestDraw:
    """The kernel, against the script an outsider uses."""

    def test_an_outsider_draws_the_same(self):
        assert check_factor(certificate()) == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda c: c.update(drawn=next(f for f in LISTED if f != c["drawn"])),
            lambda c: c.update(factors=LISTED[:3]),
            lambda c: c["roll"].pop(),
            lambda c: c["roll"][0].update(digest="3" * 64),
            lambda c: c["nonces"].update(witness=new_nonce()),
            lambda c: c["commitments"].update(initiator="0" * 64),
            lambda c: c.update(lot="lot:A07-1/2"),
            lambda c: c.update(order=c["order"][::-1]),
            lambda c: c.pop("root"),
        ],
    )
    def test_whatever_is_changed_is_found(self, change):
        found = certificate()
        change(found)

        assert check_factor(found)

    def test_every_envelope_and_either_nonce_decides(self):
        nonces = dict.fromkeys(ROLES, "a" * 64)
        others = (
            certificate(nonces={**nonces, "initiator": "b" * 64}),
            certificate(nonces={**nonces, "witness": "b" * 64}),
            certificate(nonces=nonces, roll=ROLL[:1]),
        )

        assert certificate(nonces=nonces) == certificate(nonces=nonces)
        assert len({one["root"] + "".join(one["order"]) for one in (certificate(nonces=nonces), *others)}) > 1

    def test_each_factor_has_the_same_chance(self):
        # 4 factors, 800 draws from nonces counted up: the same 800 every time, so this cannot fail by chance.
        drawn = Counter(
            certificate(nonces={"initiator": f"{n:064x}", "witness": "c" * 64})["drawn"] for n in range(800)
        )

        assert set(drawn) == set(LISTED)
        assert all(150 <= count <= 250 for count in drawn.values()), drawn

    @pytest.mark.parametrize(
        ("listed", "fault"),
        [
            ([], ""),
            (LISTED, ""),
            (["0.95"], "count"),
            ([f"0.{n}" for n in range(60, 81)], "count"),
            (["0.95", "0.950"], "repeated"),
            (["0.95", "1.01"], "number"),
            (["0.49", "0.95"], "number"),
            (["0.95", "0.95001"], "number"),
            (["0.95", "NaN"], "number"),
            (["0.95", "零点九"], "number"),
        ],
    )
    def test_a_list_nobody_can_draw_from_is_said(self, listed, fault):
        terms = {"price_formula": {"kind": "mean_deviation", "factors": listed}}

        assert kernel.list_fault(terms) == fault

    @pytest.mark.parametrize("terms", [{"method": "lowest"}, {"price_formula": {"kind": "lowest_ratio"}}])
    def test_a_formula_without_a_factor_draws_none(self, terms):
        said = {"method": "composite", **terms}
        said["price_formula"] = {"kind": "mean_deviation", **said.get("price_formula", {}), "factors": LISTED}

        assert kernel.list_fault(said) == "kind"

    def test_no_price_is_scored_while_the_factor_is_undrawn(self):
        with pytest.raises(LookupError):
            formula_of(TERMS)

        assert formula_of(kernel.with_factor(TERMS, "0.97")).factor == D("0.97")

    @given(st.lists(st.text(max_size=14), max_size=25))
    def test_any_text_is_a_fault_or_a_list(self, listed):
        terms = {"price_formula": {"kind": "mean_deviation", "factors": listed}}

        assert kernel.list_fault(terms) in {"", "kind", "count", "number", "repeated"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0.95、0.96 0.970", ["0.95", "0.96", "0.97"]), ("９５％，96%", ["0.95", "0.96"]), ("", []), ("1", ["1"])],
)
def test_factors_are_read_as_people_write_them(typed, read):
    assert Factors().clean(typed) == read


@pytest.mark.parametrize("typed", ["0.95、九六", "0.95;1e5x", "0.950000000001"])
def test_a_factor_that_is_no_number_is_said(typed):
    with pytest.raises(ValidationError):
        Factors().clean(typed)


@pytest.fixture
def draft(stage_cast, db, at, settings, tmp_path):
    """A draft whose document draws its factor, its trustees agreed; nobody is bound yet."""
    settings.MEDIA_ROOT = tmp_path
    scene = drafted(stage_cast, terms={"price_formula": TERMS["price_formula"]})
    at(scene.stage.now)
    return scene


class TestBinding:
    """Before the notice."""

    def test_a_list_takes_the_fixed_factor_s_place_and_gives_it_back(self, draft):
        step, actor = draft_of(draft.lot).step("method"), draft.cast["agency"].actor

        def typed(value):
            return drafts.draft_keep(
                lot_id=draft.lot.pk, actor=actor, changes=lambda lot: shaped(lot, step, {"factors": value})
            ).terms["price_formula"]

        assert "factor" not in typed(["0.9", "0.95"])
        assert typed([])["factor"] == "1"
        assert "factors" not in draft.again().terms["price_formula"]

    @pytest.mark.rule("ENG-31")
    def test_the_notice_waits_for_both_and_names_them(self, draft):
        cast = draft.cast
        with pytest.raises(Refused, match=r"factor\.uncommitted") as refused:
            schedule(cast, draft.lot)
        assert refused.value.violations[0].facts["roles"] == ("招标人代表", "见证人")
        commit(draft.lot, "initiator", cast["agency"].actor)
        with pytest.raises(Refused) as refused:
            schedule(cast, draft.lot)
        assert refused.value.violations[0].facts["roles"] == ("见证人",)
        assert Message.objects.filter(user=cast["supervisor"].user, title__contains="系数").count() == 1

        commit(draft.lot, "witness", cast["supervisor"].actor)

        said = schedule(cast, draft.lot).content["factor_draw"]["commitments"]
        assert said == FactorDraw.objects.get().commitments
        entries = Entry.objects.filter(event="lot.factor_committed")
        assert {e.facts["role"]: e.facts["commitment"] for e in entries} == said

    @pytest.mark.rule("ENG-31")
    def test_a_list_that_cannot_be_drawn_from_blocks_the_notice(self, draft):
        Lot.objects.filter(pk=draft.lot.pk).update(
            terms={**draft.lot.terms, "price_formula": {**TERMS["price_formula"], "factors": ["0.95", "0.950"]}}
        )

        with pytest.raises(Refused, match=r"factor\.list"):
            schedule(draft.cast, draft.lot)

    @pytest.mark.parametrize("who", ["bidder1", "operator", "draw_officer", "purchaser"])
    def test_nobody_else_is_bound(self, draft, who):
        with pytest.raises(PermissionDenied):
            commit(draft.lot, "witness", draft.cast[who].actor)

    def test_a_supervisor_of_another_authority_is_no_witness(self, draft):
        from dataclasses import replace

        stranger = replace(draft.cast["supervisor"].actor, subject_code=draft.cast.subjects["centre"].code)
        with pytest.raises(PermissionDenied):
            commit(draft.lot, "witness", stranger)
        assert not FactorDraw.objects.exists()

    @pytest.mark.parametrize("who", ["initiator", "agency"])
    def test_a_side_is_bound_once(self, draft, who):
        commit(draft.lot, "initiator", draft.cast["initiator"].actor)
        before = FactorDraw.objects.get().commitments

        with pytest.raises(Refused, match=r"draw\.committed_before"):
            commit(draft.lot, "initiator", draft.cast[who].actor)

        assert FactorDraw.objects.get().commitments == before

    @pytest.mark.parametrize("said", [{"commitment": "x"}, {"sealed_nonce": {}}, {"sealed_nonce": {"suite": 1}}])
    def test_what_is_not_sealed_to_the_lot_s_trustees_is_refused(self, draft, said):
        keyset, nonce = KeySet.objects.get(pk=draft.lot.ledger_ref).document, new_nonce()
        whole = {"commitment": "a" * 64, "sealed_nonce": seal_nonce(nonce, keyset), **said}

        with pytest.raises(Refused, match=r"draw\.nonce_malformed"):
            factors.factor_commit(lot_id=draft.lot.pk, actor=draft.cast["initiator"].actor, **whole)

    def test_a_document_with_a_fixed_factor_binds_nobody(self, stage_cast, db, at):
        scene = drafted(stage_cast)
        at(scene.stage.now)

        with pytest.raises(Refused, match=r"factor\.none"):
            commit(scene.lot, "initiator", stage_cast["initiator"].actor)

    def test_an_amendment_does_not_slip_in_a_list_nobody_bound(self, stage_cast, db, at, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        scene = drafted(stage_cast)
        at(scene.stage.now)
        schedule(stage_cast, scene.lot)
        scene.stage.to(scene.lot.recorded["notice_at"])
        at(scene.stage.now)

        with pytest.raises(Refused, match=r"factor\.uncommitted"):
            enquiries.amendment_issue(
                lot_id=scene.lot.pk,
                summary="改为开标时抽取系数。",
                terms={"price_formula": TERMS["price_formula"]},
                actor=stage_cast["agency"].actor,
            )


class TestPage:
    """The page of those who bind it."""

    def test_each_side_has_a_form_until_it_is_bound(self, draft):
        for who, role in (("agency", "initiator"), ("supervisor", "witness")):
            browser = signed_in(draft.cast, who)
            assert f'data-role="{role}"' in browser.get(draft.url("factor/")).text
            commit(draft.lot, role, draft.cast[who].actor)
            answer = browser.get(draft.url("factor/"))
            assert "已提交承诺" in answer.text
            assert "nonce-commit" not in answer.text

    @pytest.mark.parametrize("who", ["bidder1", "operator", "draw_officer", "pool_supervisor"])
    def test_to_others_there_is_no_such_page(self, draft, who):
        browser = signed_in(draft.cast, who)

        assert browser.get(draft.url("factor/")).status_code == 404
        assert browser.post(draft.url("factor/commit/")).status_code == 404

    def test_a_broken_post_is_told_and_binds_nobody(self, draft):
        for body in ({}, {"commitment": "1", "sealed_nonce": "[]"}, {"commitment": "a" * 64, "sealed_nonce": "{"}):
            answer = signed_in(draft.cast, "agency").post(draft.url("factor/commit/"), body)
            assert answer.status_code == 409
            assert "承诺没有按要求封存" in answer.text
        assert FactorDraw.objects.filter(commitments={}).count() == FactorDraw.objects.count()

    def test_what_a_browser_sends_binds_the_side(self, draft):
        import json

        nonce, keyset = new_nonce(), KeySet.objects.get(pk=draft.lot.ledger_ref).document
        bound = commitment(kernel.need_of(draft.lot.ledger_ref), "witness", nonce)
        body = {"commitment": bound, "sealed_nonce": json.dumps(seal_nonce(nonce, keyset))}

        answer = signed_in(draft.cast, "supervisor").post(draft.url("factor/commit/"), body, follow=True)

        assert "承诺已记入账本" in answer.text
        assert FactorDraw.objects.get().commitments == {"witness": bound}

    def test_the_wizard_says_who_is_owed_and_leads_there(self, draft):
        page = signed_in(draft.cast, "agency").get(draft.url("draft/files/")).text

        assert "尚待提交随机数承诺：招标人代表、见证人" in page
        assert draft.url("factor/") in page
