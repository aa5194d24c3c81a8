"""From the report to the archive, as the initiator's side does it in the browser."""

import zipfile
from datetime import timedelta

import pytest

from platform_site import ledger
from tests.stages import plain_papers
from tests.trading.stage import played, signed_in, standing_at
from trading import bank_standin
from trading.services import bond_orders, papers
from trading.services.acts import moment_of


@pytest.fixture
def agent(scene):
    return signed_in(scene.cast, "agency")


@standing_at("scored")
def test_before_the_report_nothing_of_the_ranking_shows(scene, agent):
    page = agent.get(scene.url("results/")).content.decode()

    assert "评标委员会" in page
    assert "总分" not in page
    assert "公示中标候选人" not in page


@standing_at("reported")
def test_a_submitted_report_shows_its_ranking_and_publishes_candidates(scene, agent):
    assert "总分" in agent.get(scene.url("results/")).content.decode()

    agent.post(scene.url("results/candidates/"))

    assert scene.again().state == "publicity"
    assert scene.lot.candidates.count() == 3


@standing_at("reported")
def test_committee_names_stay_sealed_until_the_award(scene, agent):
    page = agent.get(scene.url("results/")).content.decode()

    assert "成员名单在中标结果确定前保密" in page
    assert "评委甲" not in page


@standing_at("publicity")
def test_the_award_page_names_the_winner_and_everybody_who_will_be_told(scene, agent):
    page = agent.get(scene.url("results/award/")).content.decode()

    assert "第 1 中标候选人" in page
    for username in ("bidder1", "bidder2", "bidder3", "bidder4"):
        assert scene.cast.subjects[username].name in page
    assert "公示期满" in page
    assert 'type="submit">发出中标通知书' not in page


@standing_at("publicity")
def test_an_award_before_the_publicity_ends_is_refused(scene, agent):
    assert agent.post(scene.url("results/award/"), {"rank": "1"}).status_code == 409
    assert scene.again().state == "publicity"


@standing_at("publicity")
def test_the_award_tells_all_in_one_act(scene, agent, at):
    at(moment_of(scene.again(), "publicity_ends"))

    agent.post(scene.url("results/award/"), {"rank": "1"})

    assert scene.again().state == "awarded"
    page = agent.get(scene.url("results/")).content.decode()
    assert "评委甲" in page
    assert "订立合同" in page


@pytest.mark.rule("ENG-40")
@standing_at("publicity")
def test_passing_over_the_first_without_a_reason_is_refused_and_keeps_the_choice(scene, agent, at):
    at(moment_of(scene.again(), "publicity_ends"))

    answer = agent.post(scene.url("results/award/"), {"rank": "2", "passed_over": ""})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "第 2 中标候选人" in html


@standing_at("objected", "objection")
def test_an_objection_that_waits_stands_before_the_award(scene, agent):
    page = agent.get(scene.url("results/")).content.decode()

    assert "先答复异议" in page
    assert agent.post(scene.url("results/award/"), {"rank": "1"}).status_code == 409


@pytest.mark.rule("ENG-44")
@standing_at("awarded")
def test_the_contract_is_filled_in_from_the_bid_and_a_difference_is_refused_with_its_article(scene, agent):
    form = agent.get(scene.url("results/contract/")).context["form"]
    said = {name: form[name].value() or "" for name in form.fields}
    assert said["amount_cny"] == f"{scene.again().standing_award.amount_cny:,.2f}"

    refused = agent.post(scene.url("results/contract/"), {**said, "amount_cny": "1,000.00"})
    html = refused.content.decode()
    assert refused.status_code == 409
    assert "与招标文件、中标人的投标文件不一致" in html
    assert "第四十六条" in html
    assert 'value="1,000.00"' in html

    agent.post(scene.url("results/contract/"), said)
    assert scene.again().state == "contracted"


@standing_at("contracted")
def test_what_is_owed_after_the_award_can_be_done_once(scene, agent):
    agent.post(scene.url("results/report/"))
    agent.post(scene.url("results/refund/"))
    bond_orders.orders_send(bank_standin.door)

    page = agent.get(scene.url("results/")).content.decode()
    assert "提交书面报告</button>" not in page
    assert "退还投标保证金及利息</button>" not in page
    assert {"award_reported_at", "bonds_refunded_at"} <= set(scene.again().moments)


@standing_at("contracted")
def test_the_archive_is_made_once_its_papers_are_and_downloaded(scene, agent, tmp_path):
    ledger.sequence_once()
    early = agent.post(scene.url("results/archive/"))
    with plain_papers():
        papers.made_for(scene.lot)
    ledger.sequence_once()

    agent.post(scene.url("results/archive/"))
    answer = agent.get(scene.url("results/archive/download/"))

    assert early.status_code == 409
    assert "份文书没有制作完成" in early.content.decode()
    assert scene.again().state == "archived"
    package = tmp_path / "package.zip"
    package.write_bytes(b"".join(answer.streaming_content))
    assert "manifest.json" in zipfile.ZipFile(package).namelist()


@standing_at("awarded")
def test_a_refused_termination_keeps_both_texts_in_its_form(scene, agent):
    said = {"reason": "建设规模调整，重新报批", "refund": "五日内原路退还保证金及利息"}

    answer = agent.post(scene.url("terminate/"), said)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您填写的内容" not in page
    assert all(words in page for words in said.values())


@standing_at("opened")
def test_buttons_stand_only_for_acts_the_book_opens(scene, agent):
    page = agent.get(scene.url()).content.decode()

    assert "终止招标" in page
    for title in ("公示中标候选人", "订立书面合同", "修改招标文件", "提交招标公告"):
        assert title not in page


@standing_at("publicity")
def test_a_desk_of_many_lots_costs_the_same_as_a_desk_of_one(scene, agent, django_assert_max_num_queries):
    agent.get("/work/")

    with django_assert_max_num_queries(15):
        agent.get("/work/")
    for _ in range(3):
        from tests.trading.stage import drafted

        drafted(scene.cast)
    with django_assert_max_num_queries(15):
        agent.get("/work/")


@standing_at("deadline", "too_few")
def test_a_failed_lot_ends_its_strip_there_and_can_be_archived(scene, agent, at):
    at(scene.stage.now + timedelta(hours=1))

    page = agent.get(scene.url()).content.decode()

    assert "招标失败" in page
    assert "归档" in page


@pytest.mark.parametrize(
    ("procedure", "won", "bidder", "group", "report"),
    [
        ("procurement.inquiry", "成交", "供应商", "询价小组", "评审报告"),
        ("procurement.open", "中标", "投标人", "评标委员会", "评标报告"),
    ],
)
def test_a_purchase_is_awarded_and_contracted_from_its_report(
    stage_cast, db, files, at, procedure, won, bidder, group, report
):
    """It publishes no candidates first: the report is followed by the award, each in the words of its own law."""
    scene = played(stage_cast, "reported", "happy", procedure)
    at(scene.stage.now)
    purchaser = signed_in(stage_cast, "purchaser")

    results = purchaser.get(scene.url("results/")).content.decode()
    assert f"核对并发出{won}通知书" in results
    assert f'<h2 class="gz-h2">{group}</h2>' in results
    assert f'<h2 class="gz-h2">{report}</h2>' in results
    assert "招标投标法" not in results, "not its law"
    assert "政府采购法实施条例 第四十三条" in results
    page = purchaser.get(scene.url("results/award/")).content.decode()
    first = scene.lot.report.content["candidates"][0]
    assert scene.lot.bids.get(pk=first).subject.name in page
    said = purchaser.post(scene.url("results/award/"), {"rank": "1"}, follow=True).content.decode()
    assert f"{won}通知书已发出，未{won}结果同时告知其他{bidder}" in said
    award = scene.again().standing_award
    assert str(award.bid_id) == first

    prefilled = purchaser.get(scene.url("results/contract/")).context["form"].initial
    answer = purchaser.post(
        scene.url("results/contract/"),
        {name: value for name, value in prefilled.items() if value not in (None, "")} | {"payment_agreed": "on"},
    )

    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert scene.again().state == "contracted"
