"""Review, scores, questions, report: what the committee may do and what its report says."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading import evaluation_world as w
from trading.digests import digest_of
from trading.kernel import scoring
from trading.models import Bid, BidQuestion, Report, ReviewMark, ScoreMark
from trading.services import awards, evaluations, marks, reports
from trading.services.acts import moment_of


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, w.evaluating) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def one_score(world, *, item="plan", points="20.00", actor=None, bid=0):
    return marks.bid_score(
        lot_id=world.lot.pk,
        bid_id=world.bids[bid].id,
        item=item,
        points=Decimal(points),
        actor=actor or world.seats()[0],
    )


def one_review(world, *, passed=False, actor=None, **given):
    values = {"item": "qualification", "reason": "业绩不足", **given}
    return marks.bid_review(
        lot_id=world.lot.pk, bid_id=world.bids[0].id, passed=passed, actor=actor or world.seats()[0], **values
    )


def test_only_members_review_and_score(world):

    for name in ("initiator", "agency", "bidder0", "authority"):
        if world.user(name).public_id in {a.user_id for a in world.seats()}:
            continue
        with pytest.raises(PermissionDenied):
            one_score(world, actor=world.actors[name])
        with pytest.raises(PermissionDenied):
            one_review(world, actor=world.actors[name])


@pytest.mark.rule("ENG-31")
@pytest.mark.parametrize(("item", "points", "code"), [
    ("plan", "25.01", "score.range"), ("plan", "-0.01", "score.range"), ("charm", "1.00", "score.unlisted"),
    ("technical", "1.00", "score.unlisted"), ("price", "1.00", "score.unlisted"), ("plan", "1.001", "score.unreadable"),
    ("plan", "NaN", "score.unreadable"),
])  # fmt: skip
def test_only_listed_items_within_their_points(world, item, points, code):
    one_score(world, item="plan", points="25.00")
    one_score(world, item="team", points="0")

    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        one_score(world, item=item, points=points)


def test_a_changed_score_replaces_the_old_and_both_are_on_the_record(world):
    one_score(world, points="20.00")
    one_score(world, points="20.00")
    one_score(world, points="21.50")

    assert ScoreMark.objects.get().points == Decimal("21.50")
    assert Entry.objects.filter(event="bid.scored").count() == 2


def test_individual_marks_are_not_in_the_public_record(world):
    one_score(world, points="21.37")
    one_review(world, reason="业绩证明不全")

    said = json.dumps([e.facts for e in Entry.objects.about(world.lot.ledger_ref)], ensure_ascii=False)
    assert "21.37" not in said
    assert "业绩证明不全" not in said
    assert {"member", "bid", "marks"} <= Entry.objects.get(event="bid.scored").private.keys()


def sheet(world, **points):
    return marks.sheet_mark(
        lot_id=world.lot.pk,
        bid_id=world.bids[0].id,
        answers={"qualification": marks.Answer(passed=False, reason="业绩不足")},
        points={item: marks.Points(Decimal(given)) for item, given in points.items()},
        actor=world.seats()[0],
    )


def test_a_sheet_is_one_entry_for_its_answers_and_one_for_its_points(world):
    sheet(world, plan="20.00", team="10.00")
    sheet(world, plan="20.00", team="11.00")

    assert {mark.item: mark.points for mark in ScoreMark.objects.all()} == {"plan": Decimal(20), "team": Decimal(11)}
    assert ReviewMark.objects.get().ground == 3
    assert Entry.objects.filter(event="bid.reviewed").count() == 1
    assert Entry.objects.filter(event="bid.scored").count() == 2


def test_a_sheet_with_one_unlawful_line_is_not_saved_at_all(world):
    with pytest.raises(Refused, match=r"score\.range"):
        sheet(world, team="10.00", plan="25.01")

    assert not ScoreMark.objects.exists()
    assert not ReviewMark.objects.exists()


@pytest.mark.rule("ENG-32")
def test_a_failing_mark_names_a_ground_of_the_law_and_a_reason(world):

    with pytest.raises(Refused, match=r"fact\.missing"):
        one_review(world, reason=" ")
    for ground in (0, 8):
        with pytest.raises(Refused, match=r"rejection\.ground"):
            one_review(world, ground=ground)
    assert one_review(world).ground == 3
    assert one_review(world, ground=7).ground == 7
    assert one_review(world, passed=True).ground is None


def test_an_item_the_document_does_not_list_is_no_reason(world):
    with pytest.raises(Refused, match=r"review\.unlisted"):
        one_review(world, item="charm")


@pytest.mark.rule("ENG-33")
def test_a_bidder_answers_only_what_he_was_asked_and_once(world):
    question = evaluations.question_ask(
        lot_id=world.lot.pk, bid_id=world.bids[1].id, text="请说明混凝土单价。", actor=world.seats()[0]
    )
    assert Message.objects.filter(user=world.user("bidder1"), title="评标委员会要求澄清").count() == 1

    with pytest.raises(Refused, match=r"clarification\.unasked"):
        evaluations.question_answer(question_id=question.id, text="我来补充", actor=world.actors["bidder0"])
    evaluations.question_answer(question_id=question.id, text="按信息价。", actor=world.actors["bidder1"])
    with pytest.raises(Refused, match=r"clarification\.unasked"):
        evaluations.question_answer(question_id=question.id, text="再补充", actor=world.actors["bidder1"])

    assert BidQuestion.objects.get().answer == "按信息价。"


def test_no_report_while_a_mark_is_missing_and_it_says_whose(world):
    w.assess(world)
    ScoreMark.objects.filter(member__label="评委丙", item="team", bid=world.bids[2]).delete()

    with pytest.raises(Refused) as refused:
        reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])

    assert refused.value.violations[0].code == "marks.missing"
    assert refused.value.violations[0].facts == {"reviews": [], "scores": [("评委丙", 1)]}


def test_the_report_ranks_to_the_point(world):
    w.assess(world)

    content = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content

    # mean of the prices 92.75 million; plan means 22.30, 20.35, 23.95, 18.00; team 12, business 15.5 for all
    assert content["benchmark_cny"] == "92750000.00"
    assert [(r["name"], r["parts"], r["total"]) for r in content["ranking"]] == [
        ("投标人C公司", {"technical": "35.95", "business": "15.50", "price": "38.65"}, "90.10"),
        ("投标人A公司", {"technical": "34.30", "business": "15.50", "price": "39.60"}, "89.40"),
        ("投标人B公司", {"technical": "32.35", "business": "15.50", "price": "38.52"}, "86.37"),
        ("投标人D公司", {"technical": "30.00", "business": "15.50", "price": "37.57"}, "83.07"),
    ]  # fmt: skip
    assert content["candidates"] == [str(world.bids[n].id) for n in (2, 0, 1)]


def test_anybody_recomputes_the_ranking_from_the_reports_own_text(world):
    w.assess(world)
    content = json.loads(json.dumps(reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content))

    labels = [m["label"] for m in content["members"]]
    items = scoring.scoring_items(content)
    scores = [scoring.Score(s["member"], s["bid"], s["item"], Decimal(s["points"])) for s in content["scores"]]
    prices = {b["bid"]: Decimal(b["price_cny"]) for b in content["bids"]}
    means = scoring.item_means(labels, prices, items, scores, trim=content["trim"])
    rows = scoring.ranked(content["contest"], content, prices, scoring.parts_of(means, items))

    assert [(r.bid, str(r.total)) for r in rows] == [(r["bid"], r["total"]) for r in content["ranking"]]


def test_a_bid_over_the_ceiling_is_rejected_by_arithmetic_alone(world):
    w.assess(w.reprice(world, "92000000.00", "90000000.00", "94000000.00", "100000000.01"))

    content = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content

    (row,) = content["rejected"]
    assert (row["name"], row["grounds"], row["computed"]) == ("投标人D公司", [5], True)
    assert content["benchmark_cny"] == "92000000.00"
    assert len(content["ranking"]) == 3


@pytest.mark.parametrize(("failing", "rejected"), [((0, 1), False), ((0, 1, 2), True)])
def test_the_majority_of_the_members_rejects(world, failing, rejected):
    w.assess(world)
    w.review(world, 1, failing=failing)

    content = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content

    assert [r["name"] for r in content["rejected"]] == (["投标人B公司"] if rejected else [])
    assert len(content["ranking"]) == (3 if rejected else 4)


def test_rejected_bids_need_no_scores(world):
    for n in range(3):
        w.review(world, n)
        w.score(world, n)
    w.review(world, 3, failing=(0, 1, 2, 3, 4))

    assert len(reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content["ranking"]) == 3


@pytest.mark.rule("ENG-36")
def test_a_report_is_submitted_only_with_every_signature_under_the_same_text(world):
    w.assess(world)
    report = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])
    for actor in world.seats()[:4]:
        reports.report_sign(lot_id=world.lot.pk, digest=report.digest, actor=actor)

    with pytest.raises(Refused, match=r"report\.unsigned"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    reports.report_sign(
        lot_id=world.lot.pk, digest=report.digest, dissent="对第二名的业绩有不同意见", actor=world.seats()[4]
    )
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    lot = world.now()
    assert lot.state == "reported"
    assert "report_at" in lot.moments


def test_nobody_signs_another_text(world):
    w.assess(world)
    reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])

    with pytest.raises(Refused, match=r"report\.other_digest"):
        reports.report_sign(lot_id=world.lot.pk, digest="0" * 64, actor=world.seats()[0])


def test_a_mark_changed_after_signing_stops_the_report_until_it_is_drafted_and_signed_again(world):
    w.assess(world)
    w.signed(world)
    one_score(world, points="25.00", bid=3)

    with pytest.raises(Refused, match=r"report\.stale"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])
    with pytest.raises(Refused, match=r"report\.unsigned"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    w.signed(world)
    assert reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0]).submitted_at


def test_silence_of_a_member_is_consent_but_never_of_the_majority(world):
    w.assess(world)
    report = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])
    silent = dict.fromkeys(("评委丙", "评委丁", "评委戊"), "拒绝签字且不书面说明")
    for actor in world.seats()[:2]:
        reports.report_sign(lot_id=world.lot.pk, digest=report.digest, actor=actor)
    with pytest.raises(Refused, match=r"report\.unsigned"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0], silent=silent)
    reports.report_sign(lot_id=world.lot.pk, digest=report.digest, actor=world.seats()[2])

    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0], silent=silent)

    assert Entry.objects.get(event="report.submitted").facts["deemed_consent"] == ["评委丁", "评委戊"]


def test_submitting_rejects_the_rejected_and_tells_nobody_the_ranking(world):
    w.assess(w.reprice(world, "92000000.00", "90000000.00", "94000000.00", "100000000.01"))
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    assert list(Bid.objects.filter(state="rejected")) == [world.bids[3]]
    assert Bid.objects.get(pk=world.bids[3].pk).rejection["ground"] == 5
    entry = Entry.objects.get(event="report.submitted")
    assert entry.facts["digest"] == digest_of(Report.objects.get().content)
    assert "ranking" not in json.dumps(entry.facts)
    assert not Message.objects.filter(user=world.user("bidder3"), title__contains="报告").exists()


@pytest.mark.rule("ENG-30")
def test_more_than_a_third_asking_for_time_hold_the_report_until_it_is_extended(world):
    w.assess(world)
    w.signed(world)
    for actor in world.seats()[:2]:
        evaluations.time_ask(lot_id=world.lot.pk, actor=actor)

    with pytest.raises(Refused, match=r"committee\.time_short"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    with pytest.raises(PermissionDenied):
        evaluations.time_extend(
            lot_id=world.lot.pk, until=clock.now() + timedelta(hours=2), actor=world.actors["bidder0"]
        )
    with pytest.raises(Refused, match=r"clock\.too_late"):
        evaluations.time_extend(lot_id=world.lot.pk, until=clock.now(), actor=world.actors["agency"])
    evaluations.time_extend(lot_id=world.lot.pk, until=clock.now() + timedelta(hours=2), actor=world.actors["agency"])
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])


@pytest.mark.rule("ENG-34")
def test_a_far_lower_price_that_nobody_asked_about_is_told_to_supervision(world):
    w.assess(w.reprice(world, "92000000.00", "40000000.00", "94000000.00", "95000000.00"))
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    assert {"code": "price.low", "rule": "ENG-34"} in Entry.objects.get(event="report.submitted").facts["warnings"]


def test_a_far_lower_price_that_was_asked_about_is_not(world):
    w.assess(w.reprice(world, "92000000.00", "40000000.00", "94000000.00", "95000000.00"))
    evaluations.question_ask(
        lot_id=world.lot.pk, bid_id=world.bids[1].id, text="请说明报价构成。", actor=world.seats()[0]
    )
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    assert "warnings" not in Entry.objects.get(event="report.submitted").facts


@pytest.mark.rule("ENG-22")
def test_one_legal_representative_behind_two_ranked_bids_must_be_asked_about(world):
    w.assess(world)
    for n in (0, 2):
        world.subjects[f"bidder{n}"].legal_person = "王衡之"
        world.subjects[f"bidder{n}"].save()
    w.signed(world)

    with pytest.raises(Refused, match=r"bidders\.related"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    evaluations.question_ask(
        lot_id=world.lot.pk, bid_id=world.bids[2].id, text="请说明与投标人A公司的关系。", actor=world.seats()[0]
    )
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])


@pytest.mark.rule("ENG-35")
def test_all_bids_are_rejected_only_where_fewer_than_three_are_valid(world):
    w.assess(world)
    with pytest.raises(Refused, match=r"bids\.enough_valid"):
        reports.bids_reject_all(lot_id=world.lot.pk, reason="明显缺乏竞争", actor=world.seats()[0])
    for n in (0, 1):
        w.review(world, n, failing=(0, 1, 2))
    reports.bids_reject_all(lot_id=world.lot.pk, reason="有效投标不足三个，明显缺乏竞争", actor=world.seats()[0])

    lot = world.now()
    assert lot.state == "failed"
    assert lot.notices.get(kind="failure").content["reason"].startswith("有效投标不足三个")
    assert Bid.objects.filter(lot=lot, state="rejected").count() == 2


def test_two_valid_bids_may_be_ranked_and_supervision_is_told(world):
    w.assess(world)
    for n in (0, 1):
        w.review(world, n, failing=(0, 1, 2))
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    assert {"code": "bids.few_valid", "rule": "ENG-35"} in Entry.objects.get(event="report.submitted").facts["warnings"]


def test_a_report_without_any_valid_bid_is_not_submitted(world):
    w.assess(world)
    for n in range(4):
        w.review(world, n, failing=(0, 1, 2))
    w.signed(world)

    with pytest.raises(Refused, match=r"bids\.none_valid"):
        reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])


def test_a_replaced_members_marks_do_not_count(world):
    w.assess(world)
    left = world.lot.committee.members.get(label="评委甲")
    assert ReviewMark.objects.filter(member=left).exists()
    left.left_at = clock.now()
    left.save()

    content = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0]).content

    assert "评委甲" not in json.dumps(content, ensure_ascii=False)


def test_the_publicity_names_rejected_bids_and_the_letters_say_why(world, at):
    w.report(w.reprice(world, "92000000.00", "90000000.00", "94000000.00", "100000000.01"))
    awards.candidates_publish(lot_id=world.lot.pk, actor=world.actors["agency"])
    notice = world.now().notices.get(kind="candidates")
    assert [c["name"] for c in notice.content["candidates"]] == ["投标人A公司", "投标人C公司", "投标人B公司"]
    assert notice.content["rejected"][0]["grounds"] == [5]

    at(moment_of(world.now(), "publicity_ends"))
    awards.award_make(lot_id=world.lot.pk, rank=1, actor=world.actors["agency"])

    told = Message.objects.get(user=world.user("bidder3"), dedupe__startswith="award:")
    assert told.title == "中标结果通知书"
    assert any("ground" in str(letter.content) for letter in world.now().letters.all())
