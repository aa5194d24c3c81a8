"""The member's room: who gets in, what is saved mark by mark, what is refused and stays typed."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from platform_site import clock
from platform_site.holds import services as holds
from platform_site.ledger.models import Entry
from tests.trading import evaluation_world as w
from trading.models import BidQuestion, CommitteeMember, ReviewMark, ScoreMark
from trading.services import evaluations, reports
from trading.services.committees import members_of

LINES = {"plan": "s1", "team": "s2", "business": "s3", "signature": "r1", "qualification": "r2"}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, w.evaluating) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def url(world, tail=""):
    return f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/evaluation/{tail}"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def member(world, n=0):
    """A browser in which the n-th member is signed in."""
    return browser(members_of(world.lot.committee)[n].user)


def sheet(world, n=0):
    return url(world, f"room/{world.bids[n].id}/")


def put(client, world, item, n=0, **said):
    """One line changed in the browser."""
    kind = "review" if LINES[item].startswith("r") else "score"
    body = "&".join(f"{LINES[item]}-{name}={value}" for name, value in said.items())
    form = "application/x-www-form-urlencoded"
    return client.put(sheet(world, n) + f"{kind}/{item}/", body, content_type=form, **HTMX)


# -- who gets in -------------------------------------------------------------------------------------------------------

TAILS = ("room/", "room/document/", "room/questions/", "report/", "report/canonical.json")


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("name", ["initiator", "agency", "bidder0", "authority", "centre"])
def test_nobody_without_a_seat_finds_the_room(world, name, tail):
    stranger = browser(world.user(name))
    if CommitteeMember.objects.filter(user=world.user(name)).exists():
        CommitteeMember.objects.filter(user=world.user(name)).update(left_at=clock.now())

    assert stranger.get(url(world, tail)).status_code == 404
    assert stranger.get(sheet(world)).status_code == 404
    assert put(stranger, world, "plan", points="20").status_code == 404
    assert ScoreMark.objects.count() == 0


def test_a_member_of_another_committee_is_a_stranger(world):
    other = w.User.objects.create_user("else", name="别处")
    seat = members_of(world.lot.committee)[0]
    elsewhere = w.Lot.objects.create(
        tender=world.lot.tender, number=2, title="二标段", state="registered", terms=w.TERMS
    )
    w.made(elsewhere)
    committee = w.Committee.objects.create(lot=elsewhere, formed_at=clock.now())
    CommitteeMember.objects.create(committee=committee, label="评委甲", user=other)

    assert browser(other).get(url(world, "room/")).status_code == 404
    assert put(browser(other), world, "plan", points="20").status_code == 404
    assert browser(seat.user).get(url(world, "room/")).status_code == 200


def test_a_member_who_was_replaced_finds_no_room_any_more(world):
    gone = world.lot.committee.members.first()
    gone.left_at = clock.now()
    gone.save()

    assert browser(gone.user).get(url(world, "room/")).status_code == 404
    assert put(browser(gone.user), world, "plan", points="20").status_code == 404


def test_a_signed_out_page_goes_to_the_sign_in_and_a_signed_out_script_gets_401(world):
    assert Client().get(url(world, "room/")).status_code == 302
    assert put(Client(), world, "plan", points="20").status_code == 401


def test_before_the_evaluation_the_room_says_nothing_about_bids(world):
    world.lot.state = "bidding"
    world.lot.save()
    w.made(world.lot)
    client = member(world)

    html = client.get(url(world, "room/")).content.decode()

    assert "评审还没有开始" in html
    assert all(bid.subject.name not in html for bid in world.bids)
    assert client.get(sheet(world)).status_code == 404
    assert client.get(url(world, "room/questions/")).status_code == 404
    assert client.get(url(world, "room/document/")).status_code == 200


def test_another_lots_bid_and_an_unknown_item_are_not_found(world):
    client = member(world)

    assert client.get(url(world, f"room/{uuid4()}/")).status_code == 404
    assert client.put(sheet(world) + "score/charm/", "s1-points=1", **HTMX).status_code == 404
    assert client.put(sheet(world) + "score/price/", "s1-points=1", **HTMX).status_code == 404


def test_the_room_names_no_member(world):
    people = [m.user.name for m in members_of(world.lot.committee)]
    w.assess(world)
    client = member(world)
    reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])

    for tail in ("room/", "room/questions/", "report/"):
        html = client.get(url(world, tail)).content.decode()
        assert not [name for name in people if name in html], tail


# -- one mark ----------------------------------------------------------------------------------------------------------


def test_a_score_is_saved_at_once_and_the_total_comes_along(world):
    client = member(world)
    put(client, world, "plan", points="22.5")

    answer = put(client, world, "team", points="10")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert {m.item: m.points for m in ScoreMark.objects.all()} == {"plan": Decimal("22.50"), "team": Decimal("10.00")}
    assert "已保存" in html
    assert '<b id="total" hx-swap-oob="true">32.50</b>' in html
    assert "<html" not in html


@pytest.mark.parametrize(
    ("typed", "kept"), [("２２．５", "22.50"), (" 22 ", "22.00"), ("22.5分", "22.50"), ("0", "0.00")]
)
def test_points_are_read_as_people_type_them(world, typed, kept):
    put(member(world), world, "plan", points=typed)

    assert ScoreMark.objects.get().points == Decimal(kept)


@pytest.mark.rule("ENG-31")
@pytest.mark.parametrize(
    ("typed", "said"),
    [("25.01", "评分超出分值范围"), ("-1", "评分超出分值范围"), ("100.001", "最多两位小数"), ("二十", "读不出这个分数"),
     ("1e1", "读不出这个分数"), ("1_0", "读不出这个分数"), ("NaN", "读不出这个分数"), ("9" * 40, "读不出这个分数")],
)  # fmt: skip
def test_what_cannot_be_points_is_refused_in_words_and_changes_nothing(world, typed, said):
    client = member(world)
    put(client, world, "plan", points="20")

    answer = put(client, world, "plan", points=typed, was="20.00")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert said in html
    assert "没有保存" in html
    assert ScoreMark.objects.get().points == Decimal("20.00")


@pytest.mark.rule("ENG-31")
def test_points_beyond_the_maximum_are_refused_with_the_maximum_and_the_article(world):
    html = put(member(world), world, "plan", points="25.01").content.decode()

    assert "施工组织设计最低 0 分，最高 <b>25 分</b>，填写的是 <b>25.01</b>" in html
    assert "招标投标法 第四十条" in html


def test_a_saved_score_is_not_emptied(world):
    client = member(world)
    put(client, world, "plan", points="20")

    answer = put(client, world, "plan", points="", was="20.00")

    assert "不能清空" in answer.content.decode()
    assert ScoreMark.objects.get().points == Decimal("20.00")


def test_a_second_window_does_not_silently_overwrite_the_first(world):
    client = member(world)
    put(client, world, "plan", points="22", was="")

    refused = put(client, world, "plan", points="18", was="")

    html = refused.content.decode()
    assert refused.status_code == 409
    assert "您在另一个窗口已经改过这一项" in html
    assert ScoreMark.objects.get().points == Decimal("22.00")
    assert 'name="s1-was" value="22.00"' in html
    assert put(client, world, "plan", points="18", was="22.00").status_code == 200
    assert ScoreMark.objects.get().points == Decimal("18.00")


def test_the_same_score_from_two_windows_is_one_act(world):
    client = member(world)
    put(client, world, "plan", points="22", was="")

    assert put(client, world, "plan", points="22", was="").status_code == 200
    assert Entry.objects.filter(event="bid.scored").count() == 1


@pytest.mark.rule("ENG-32")
def test_a_failing_review_waits_for_its_reason_and_then_stands_with_its_ground(world):
    client = member(world)

    asked = put(client, world, "qualification", answer="no", ground="3", reason="")
    assert asked.status_code == 409
    assert "请写明事实和理由" in asked.content.decode()
    assert not ReviewMark.objects.exists()

    saved = put(client, world, "qualification", answer="no", ground="7", reason="业绩合同为伪造")
    assert saved.status_code == 200
    mark = ReviewMark.objects.get()
    assert (mark.passed, mark.ground, mark.reason) == (False, 7, "业绩合同为伪造")


@pytest.mark.rule("ENG-32")
@pytest.mark.parametrize("ground", ["0", "8", "99"])
def test_a_ground_outside_the_law_is_refused(world, ground):
    answer = put(member(world), world, "qualification", answer="no", ground=ground, reason="不行")

    assert "否决投标应当写明法定情形" in answer.content.decode()
    assert not ReviewMark.objects.exists()


def test_a_script_in_a_reason_stays_text(world):
    client = member(world)
    put(client, world, "qualification", answer="no", ground="3", reason="<script>alert(1)</script>")

    html = client.get(sheet(world)).content.decode()
    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_after_the_report_nothing_is_marked_any_more(world):
    client = member(world)
    w.report(world)

    answer = put(client, world, "plan", points="1", was="22.50")

    assert answer.status_code == 409
    assert "现在不能评分" in answer.content.decode()
    html = client.get(sheet(world)).content.decode()
    assert "评审意见只能看，不能改" in html
    assert "hx-put" not in html
    assert "22.50" in html


def test_under_a_hold_nothing_is_marked(world):
    client = member(world)
    article = "招标投标法实施条例 第六十二条"
    holds.place(
        ref=world.lot.ledger_ref, kind="order", reason="暂停令", article=article, source_ref="order:1", actor=w.CLOCK
    )

    answer = put(client, world, "plan", points="20")

    assert answer.status_code == 409
    assert "交易活动暂停中" in answer.content.decode()
    assert "交易活动暂停中" in client.get(sheet(world)).content.decode()


# -- without script ----------------------------------------------------------------------------------------------------


def test_a_sheet_posted_whole_saves_what_is_right_and_keeps_what_is_wrong_as_typed(world):
    client = member(world)

    answer = client.post(
        sheet(world), {"r1-answer": "yes", "r2-answer": "no", "r2-ground": "3", "r2-reason": "", "s1-points": "22,5",
                       "s2-points": "99", "s3-points": "１８"}
    )  # fmt: skip

    html = answer.content.decode()
    assert answer.status_code == 409
    assert ReviewMark.objects.get().item == "signature"
    assert ScoreMark.objects.get().item == "business"
    assert 'value="22,5"' in html
    assert 'value="99"' in html
    assert html.count("没有保存") == 2
    assert "待写理由" in html


def test_a_sheet_posted_whole_goes_back_to_itself(world):
    said = {"r1-answer": "yes", "r2-answer": "yes", "s1-points": "20", "s2-points": "10", "s3-points": "15"}

    answer = member(world).post(sheet(world), said, follow=True)

    assert answer.redirect_chain == [(sheet(world), 302)]
    assert "已保存 5 项" in answer.content.decode()
    assert ReviewMark.objects.count() + ScoreMark.objects.count() == 5


# -- what a member may see ---------------------------------------------------------------------------------------------


def test_a_member_sees_the_own_scores_and_of_the_others_only_done_or_not(world):
    put(member(world, 0), world, "plan", points="23.37")
    put(member(world, 1), world, "plan", points="11.91")

    html = (
        member(world, 1).get(url(world, "room/")).content.decode() + member(world, 1).get(sheet(world)).content.decode()
    )

    assert "11.91" in html
    assert "23.37" not in html
    assert html.count("未完成") == 10


def test_price_points_appear_only_once_nobody_owes_a_mark(world):
    client = member(world)
    w.assess(world)
    ScoreMark.objects.filter(member=members_of(world.lot.committee)[4], bid=world.bids[3], item="plan").delete()

    early = client.get(url(world, "room/")).content.decode() + client.get(sheet(world)).content.decode()
    put(member(world, 4), world, "plan", 3, points="18")
    late = client.get(url(world, "room/")).content.decode()

    assert "评标基准价" not in early
    assert "各投标的报价得分在全体成员完成评分以后显示" in early
    assert "评标基准价" in late
    assert "5 / 5 已完成" in late


def test_a_vote_shows_only_once_every_member_has_voted(world):
    client = member(world)
    w.review(world, 0, failing=(0, 1, 2))
    last = members_of(world.lot.committee)[4]
    ReviewMark.objects.filter(member=last, item="qualification").delete()

    assert "已否决" not in client.get(url(world, "room/")).content.decode()
    put(member(world, 4), world, "qualification", answer="yes")
    assert "投标人A公司已否决" in client.get(url(world, "room/")).content.decode()


def test_a_bid_over_the_maximum_price_is_out_by_arithmetic_and_asks_for_no_marks(world):
    world = w.reprice(world, "192000000.00", "90000000.00", "94000000.00", "95000000.00")

    html = member(world).get(sheet(world)).content.decode()

    assert "高于最高投标限价" in html
    assert "hx-put" not in html


def test_the_pages_cost_the_same_however_many_bids_and_marks(world, django_assert_num_queries):
    """Session, person, actor (2), seat, holds, the committee's marks (4), all bids' parties, own marks (2),
    clock; a sheet its files, the deadline's holds and what the bidder had registered."""
    client = member(world)
    with django_assert_num_queries(14):
        client.get(url(world, "room/"))

    w.assess(world)
    for n in range(12):
        world.bids.append(another(world, n))

    with django_assert_num_queries(14):
        client.get(url(world, "room/"))
    with django_assert_num_queries(17):
        client.get(sheet(world))


def another(world, n):
    """One more disclosed bid."""
    first = world.bids[0]
    owner = w.subject(f"投标人{n}号公司", f"91330000000000{n:03}X", "bidder")
    envelope = w.Envelope.objects.create(
        lot_ref=world.lot.ledger_ref,
        subject_code=owner.code,
        purpose="bid",
        header={},
        header_sha256=uuid4().hex * 2,
        wraps={},
        recipient=uuid4().hex,
        owner_recipient=uuid4().hex,
        arrived_at=clock.now(),
    )
    return w.Bid.objects.create(
        lot=world.lot,
        subject=owner,
        filed_by=first.filed_by,
        state="opened",
        envelope=envelope,
        document=first.document,
        idempotency_key=uuid4(),
        arrived_at=clock.now() + timedelta(minutes=n),
        offer=first.offer,
    )


# -- questions, time ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("ENG-33")
def test_a_question_reaches_the_bidder_whose_answer_reaches_the_whole_committee(world):
    bidder = browser(world.user("bidder1"))
    said = {"bid": str(world.bids[1].id), "text": "大写与小写不一致，请确认。"}
    assert member(world).post(url(world, "room/questions/"), said).status_code == 302

    own = f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/questions/"
    page = bidder.get(own).content.decode()
    question = BidQuestion.objects.get()
    assert "大写与小写不一致" in page
    assert "评委" not in page
    assert bidder.post(f"{own}{question.id}/answer/", {"text": "以大写为准。"}).status_code == 302

    assert "以大写为准。" in member(world, 3).get(url(world, "room/questions/")).content.decode()


@pytest.mark.rule("ENG-33")
def test_another_bidder_finds_neither_the_question_nor_its_answer_form(world):
    evaluations.question_ask(lot_id=world.lot.pk, bid_id=world.bids[1].id, text="请说明", actor=world.seats()[0])
    question = BidQuestion.objects.get()
    own = f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/questions/"
    rival = browser(world.user("bidder0"))

    assert "请说明" not in rival.get(own).content.decode()
    assert rival.post(f"{own}{question.id}/answer/", {"text": "我来答"}).status_code == 404
    assert browser(world.user("authority")).get(own).status_code == 404


def test_an_answer_is_given_once_and_a_late_one_stays_typed(world):
    evaluations.question_ask(lot_id=world.lot.pk, bid_id=world.bids[1].id, text="请说明", actor=world.seats()[0])
    question = BidQuestion.objects.get()
    own = f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/questions/"
    bidder = browser(world.user("bidder1"))
    bidder.post(f"{own}{question.id}/answer/", {"text": "第一次"})

    again = bidder.post(f"{own}{question.id}/answer/", {"text": "第二次"})

    assert again.status_code == 409
    question.refresh_from_db()
    assert question.answer == "第一次"


def test_an_empty_question_is_refused_and_the_bidder_stays_chosen(world):
    said = {"bid": str(world.bids[2].id), "text": "  "}

    answer = member(world).post(url(world, "room/questions/"), said)

    assert answer.status_code == 409
    assert f'value="{world.bids[2].id}" selected' in answer.content.decode()


@pytest.mark.rule("ENG-30")
def test_a_member_asks_for_time_once(world):
    client = member(world)
    client.post(url(world, "room/time/"))
    client.post(url(world, "room/time/"))

    assert world.now().committee.time_asked == ["评委甲"]
    assert Entry.objects.filter(event="evaluation.time_asked").count() == 1
    assert "您已经提出评标时间不够" in client.get(url(world, "room/")).content.decode()


# -- the way in --------------------------------------------------------------------------------------------------------


def test_the_desk_of_a_member_leads_to_the_room_and_nobody_elses_does(world):
    seat = members_of(world.lot.committee)[0]

    assert "评标室" in browser(seat.user).get("/desk/?stay").content.decode()
    mine = browser(seat.user).get("/work/seats/").content.decode()
    assert world.lot.title in mine
    assert "评委甲" in mine
    assert world.lot.title not in browser(world.user("bidder0")).get("/work/seats/").content.decode()
