"""联合体 (招标投标法 第三十一条): sealed agreement, members apart, lowest rating, joint contract."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from credit.services import qualification_declare
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.boundaries import ENG, day
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading.kernel import consortium
from trading.kernel.procedure import Facts
from trading.models import ContractAssent, ContractText, Opening
from trading.rehearsal import sealed
from trading.rehearsal.engineering_consortium import SPECIALITY, prepared, said_by
from trading.rulebooks.guards import bidding, evaluation, result
from trading.services import bids, contract_texts, joint_contracts
from trading.services.committees import members_of
from trading.testimony import rows_as_recorded
from verify import scores

OUTSIDE = {"consortium": {"members": ["B"], "agreement": "a" * 64}}


def offer(*levels, codes=("A", "B"), agreement="a" * 64):
    members = [
        {
            "code": code,
            "name": code,
            "work": "w",
            "ratings": [{"speciality": SPECIALITY, "level": level}] if level else [],
        }
        for code, level in zip(codes, levels, strict=True)
    ]
    return {"consortium": {"members": members, "agreement": agreement}}


def faults(inside, *, outside=OUTSIDE, files=("a" * 64,), needs="壹级"):
    required = [{"speciality": SPECIALITY, "level": needs}] if needs else []
    return [one.ground for one in consortium.faults(outside, inside, files, "A", required)]


class TestKernel:
    """Pure."""

    @pytest.mark.rule("ENG-25")
    @pytest.mark.parametrize(
        ("held", "levels"),
        [
            ([[("水利", "壹级")], [("水利", "贰级")]], {"水利": "贰级"}),
            # Of one member's own certificates the best counts, and only those of the same speciality are compared.
            ([[("水利", "贰级"), ("水利", "壹级")], [("水利", "壹级")]], {"水利": "壹级"}),
            ([[("水利", "壹级"), ("市政", "叁级")], [("市政", "贰级")]], {"水利": "壹级", "市政": "叁级"}),
            ([[("水利", "壹级")], []], {"水利": "壹级"}),
            ([[("安全生产许可证", "")], [("安全生产许可证", "")]], {}),
            ([[("水利", "甲级")], [("水利", "自定等级")]], {"水利": "自定等级"}),
        ],
    )
    def test_a_consortium_counts_for_the_lowest_of_the_members_of_one_speciality(self, held, levels):
        members = [{"ratings": consortium.rated(rows)} for rows in held]

        assert consortium.lowest(members) == levels

    @pytest.mark.rule("ENG-25")
    @pytest.mark.parametrize(
        ("parties", "void"),
        [
            ({"1": ["A", "B"], "2": ["C"]}, {}),
            ({"1": ["A", "B"], "2": ["B"]}, {"1": ["B"], "2": ["B"]}),
            ({"1": ["A", "B"], "2": ["C", "B"], "3": ["D"]}, {"1": ["B"], "2": ["B"]}),
            ({"1": ["A", "B"], "2": ["A", "C"]}, {"1": ["A"], "2": ["A"]}),
        ],
    )
    def test_every_bid_that_shares_a_party_is_void(self, parties, void):
        assert consortium.parties_twice(parties) == void

    @pytest.mark.rule("ENG-25")
    @pytest.mark.parametrize(
        ("levels", "grounds"),
        [
            (("壹级", "特级"), []),
            (("壹级", "贰级"), [3]),
            ((None, "壹级"), []),
            ((None, None), [3]),
            (("壹级", "神级"), [3]),
        ],
    )
    def test_members_of_one_speciality_count_as_the_lowest_of_them(self, levels, grounds):
        assert faults(offer(*levels)) == grounds

    @pytest.mark.rule("ENG-25")
    @pytest.mark.parametrize(
        ("inside", "more"),
        [
            ({}, {}),
            (offer("壹级", "壹级", codes=("A", "C")), {}),
            (offer("壹级", "壹级"), {"files": ()}),
            (offer("壹级", "壹级", agreement="b" * 64), {}),
            (offer("壹级", "壹级"), {"outside": {}}),
            ({"consortium": "我们两家"}, {"outside": {}}),
            ({"consortium": {"members": [1, 2], "agreement": None}}, {}),
        ],
    )
    def test_an_agreement_that_is_not_there_or_not_the_one_named_outside_is_a_ground(self, inside, more):
        assert faults(inside, needs="", **more) == [2]

    def test_a_bidder_alone_has_no_fault(self):
        assert faults({"price_cny": "1"}, outside={}) == []

    @pytest.mark.rule("ENG-25")
    def test_guards_speak(self):
        def asked(guard, **values):
            return guard(Facts("bidding", day(0), values=values), ENG)

        assert asked(
            bidding.consortium_agreed, consortium=True, consortium_agreement="d", consortium_allowed=False
        ).code
        assert asked(bidding.consortium_agreed, consortium=True, consortium_agreement="d", unknown_members=["X"]).code
        assert asked(bidding.members_apart, members_twice=["甲"]).code == "consortium.twice"
        assert asked(evaluation.consortia_apart, twice_ranked=["甲"]).code == "consortium.twice"
        assert asked(result.joined_by_all, unjoined=["甲"]).code == "contract.unjoined"
        assert asked(result.joined_by_all, unjoined=[]) is None
        assert asked(result.text_in_force, in_force=False).code == "contract.other_text"


def test_the_verify_script_finds_a_ranked_bid_that_shares_a_party():
    row = {"bid": "1", "subject": "A", "price_cny": "5"}
    report = {
        "rejected": [],
        "bids": [row, {"bid": "2", "subject": "B", "price_cny": "6"}],
        "ranking": [{"bid": "1", "place": 1}, {"bid": "2", "place": 2}],
        "contest": "sealed_lowest",
        "candidates": ["1", "2"],
    }

    assert scores.check_scores(report) == []
    shared = {**report, "consortia": [{"bid": "1", "parties": ["A", "B"]}]}
    assert any("stands in another bid" in fault for fault in scores.check_scores(shared))


@pytest.fixture(scope="class")
def before(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("bidding"), "bidding") as scene:
        yield scene


class TestFiling:
    """Before the opening nothing of a consortium depends on anybody else."""

    @pytest.fixture
    def scene(self, before, db, at):
        at(before.stage.now)
        return before

    def file(self, scene, leader="bidder1", members=("bidder5",), **more):
        return bids.bid_file(**prepared(scene.cast, scene.again(), leader, members, "0.9", **more))

    @pytest.mark.rule("ENG-25")
    @pytest.mark.parametrize(
        ("member", "code"),
        [("agency", "bidder.agency"), ("initiator", "bidder.agency"), ("operator", "bidder.operator")],
    )
    def test_who_may_not_bid_is_no_member_either(self, scene, member, code):
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            self.file(scene, members=(member,))
        assert not scene.lot.bids.exists()

    @pytest.mark.rule("ENG-25")
    def test_a_lot_without_consortia_takes_none(self, scene):
        lot = scene.again()
        lot.terms = {**lot.terms, "consortium_allowed": False}
        lot.save()

        with pytest.raises(Refused, match=r"consortium\.not_allowed"):
            self.file(scene)

    def test_an_unregistered_member_is_named(self, scene):
        lot, leader = scene.again(), scene.cast["bidder1"]
        parties = said_by(scene.cast, "bidder1", ("bidder5",))
        parties[1]["code"] = "91990100MA0000000X"
        said = {**sealed.offer(leader, "1000000"), "consortium": sealed.together(parties)}

        with pytest.raises(Refused, match=r"consortium\.unknown"):
            bids.bid_file(**sealed.prepare(scene.cast, lot, leader, said))

    def test_filing_is_answered_alike_whether_or_not_the_member_has_filed(self, scene):
        self.file(scene, "bidder5", ())

        assert self.file(scene).member_codes == (scene.cast["bidder5"].code,)

    def test_the_record_names_no_member_before_the_opening(self, scene):
        bid = self.file(scene)

        entry = Entry.objects.get(event="bid.filed", subject=bid.ledger_ref)
        assert scene.cast["bidder5"].code not in json.dumps(entry.facts, default=str)


@pytest.fixture(scope="class")
def won(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("won"), "text_sent", "consortium") as scene:
        yield scene


class TestWon:
    """Opened, evaluated, awarded to a consortium, its contract sent to the members."""

    @pytest.fixture
    def scene(self, won, db, at):
        at(won.stage.now)
        return won

    @pytest.mark.rule("ENG-25")
    def test_the_roll_names_the_members_and_supervision_is_told_who_stands_twice(self, scene):
        roll = Opening.objects.get(lot=scene.lot).roll
        names = {row["subject"]: [one["code"] for one in row.get("members", [])] for row in roll}
        assert names[scene.cast["bidder1"].code] == [scene.cast["bidder5"].code]
        started = Entry.objects.get(event="lot.opening_started")
        assert {"code": "consortium.twice", "rule": "ENG-25"} in started.facts["warnings"]

    @pytest.mark.rule("ENG-25")
    def test_bids_that_share_a_party_are_rejected_and_not_ranked(self, scene):
        content = scene.again().report.content
        rejected = {row["subject"]: row["grounds"] for row in content["rejected"]}
        both = {scene.cast["bidder2"].code, scene.cast["bidder3"].code}
        assert set(rejected) == both
        assert list(rejected.values()) == [[4], [4]]
        assert not both & {row["subject"] for row in content["ranking"]}
        assert scores.check_scores(content) == []
        assert content["consortia"][0]["levels"] == [{"speciality": SPECIALITY, "level": "壹级"}]

    @pytest.mark.rule("ENG-25")
    def test_the_committee_sees_what_the_members_had_registered_at_the_deadline(self, scene):
        lot, deadline = scene.again(), scene.again().recorded["bid_deadline"]
        leads, joins = scene.cast["bidder1"], scene.cast["bidder5"]
        for who, grade, moment in (
            (leads, "特级", deadline - timedelta(days=1)),
            (joins, "贰级", deadline - timedelta(days=1)),
            (joins, "叁级", deadline + timedelta(minutes=1)),
        ):
            with clock.at(moment):
                qualification_declare(
                    subject_code=who.code,
                    kind=SPECIALITY,
                    grade=grade,
                    number=f"D-{grade}",
                    issuer="云泽省水利厅",
                    valid_from=date(2020, 3, 1),
                    actor=who.actor,
                )
        bid = lot.bids.get(subject__code=leads.code, state="opened")

        client = Client()
        client.force_login(members_of(lot.committee)[0].user)
        page = client.get(f"/work/lots/{lot.tender.reference}/{lot.number}/evaluation/room/{bid.pk}/").content.decode()

        shown = page[page.index('id="registered"') :]
        assert all(words in shown for words in ("D-特级", "D-贰级", "牵头人", f"{SPECIALITY}：<b>贰级</b>"))
        assert "D-叁级" not in page

    def test_members_stand_on_the_public_page(self, scene):
        followed()
        page = Client().get(f"/trades/{scene.again().reference}/").content.decode()
        assert "联合体成员" in page

    def test_a_changed_text_is_signed_anew(self, scene):
        lot = scene.again()
        first = joint_contracts.in_force(lot.standing_award)
        contract_texts.contract_join(lot_id=lot.pk, digest=first.digest, actor=scene.cast["bidder5"].actor)
        said = {name: first.particulars[name] for name in ("amount_cny", "period_days", "quality", "subject")}
        contract_texts.contract_offer(
            lot_id=lot.pk, particulars={**said, "retention_cny": "1000"}, actor=scene.cast["initiator"].actor
        )

        with pytest.raises(Refused, match=r"contract\.other_text"):
            contract_texts.contract_join(lot_id=lot.pk, digest=first.digest, actor=scene.cast["bidder5"].actor)
        assert [signed for _, signed in joint_contracts.signers(lot.standing_award)] == [None, None]

    @pytest.mark.parametrize("what", ["particulars", "signer"])
    def test_a_text_or_a_signature_changed_behind_the_services_is_found(self, scene, what):
        text = joint_contracts.in_force(scene.again().standing_award)
        if what == "particulars":
            ContractText.objects.update(particulars={**text.particulars, "amount_cny": "1.00"})
        else:
            ContractAssent.objects.create(text=text, subject=scene.cast.subjects["initiator"], at=scene.stage.now)

        assert any("contract text" in one.why for one in rows_as_recorded())

    def test_a_second_click_signs_no_second_time(self, scene):
        lot = scene.again()
        digest = joint_contracts.in_force(lot.standing_award).digest
        for _ in range(2):
            contract_texts.contract_join(lot_id=lot.pk, digest=digest, actor=scene.cast["bidder5"].actor)

        assert Entry.objects.filter(event="contract.joined").count() == 1

    def test_a_rival_and_a_member_of_a_losing_consortium_sign_nothing(self, scene):
        lot = scene.again()
        digest = joint_contracts.in_force(lot.standing_award).digest
        for who in ("bidder4", "bidder3", "initiator"):
            with pytest.raises(PermissionDenied):
                contract_texts.contract_join(lot_id=lot.pk, digest=digest, actor=scene.cast[who].actor)

    def test_members_sign_and_the_initiator_signs_by_their_pages(self, scene):
        lot, chief = scene.again(), signed_in(scene.cast, "initiator")
        form = {
            "subject": lot.title,
            "amount_cny": str(lot.standing_award.amount_cny),
            "period_days": "540",
            "quality": "合格",
        }
        early = chief.post(scene.url("results/contract/"), form)
        assert early.status_code == 409
        assert "尚未全部签署" in early.content.decode()
        chief.post(scene.url("results/contract/"), {**form, "offer": "1"})
        newest = ContractText.objects.latest("number")
        for who in ("bidder1", "bidder5"):
            client = signed_in(scene.cast, who)
            assert newest.digest in client.get(scene.url("acts/join_contract/")).content.decode()
            assert client.post(scene.url("acts/join_contract/"), {"text": newest.digest}).status_code == 302
        assert signed_in(scene.cast, "bidder4").get(scene.url("acts/join_contract/")).status_code == 404
        assert chief.post(scene.url("results/contract/"), form).status_code == 302
        lot = scene.again()
        assert lot.state == "contracted"
        assert len(lot.contract.particulars["party_b_members"]) == 1
