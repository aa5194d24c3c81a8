"""The wizard: what is typed is kept, judged at once, refused only at publication."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from platform_site.clock import CHINA
from tests.trading.stage import START, drafted, signed_in

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


@pytest.fixture
def scene(cast, at):
    made = drafted(cast)
    at(START)
    return made


@pytest.fixture
def agent(cast):
    return signed_in(cast, "agency")


def change(client, scene, name, value, **more):
    return client.post(scene.url(f"draft/field/{name}/"), {name: value, **more}, **HTMX)


@pytest.mark.parametrize("slug", ["project", "scope", "method", "times", "files", "review"])
def test_every_step_stands(scene, agent, slug):
    page = agent.get(scene.url(f"draft/{slug}/"))

    assert page.status_code == 200
    assert "规则核对" in page.content.decode()


def test_a_changed_field_is_kept_and_comes_back_with_the_checks(scene, agent):
    answer = change(agent, scene, "bond_cny", "９００,０００")

    html = answer.content.decode()
    assert scene.again().terms["bond_cny"] == "900000.00"
    assert 'id="f-bond_cny"' in html
    assert 'id="checks"' in html
    assert 'hx-swap-oob="true"' in html
    assert "<html" not in html


@pytest.mark.rule("ENG-10")
def test_a_deadline_too_early_shows_the_arithmetic_and_one_click_mends_it(scene, agent):
    start = scene.lot.recorded["documents_from"].astimezone(CHINA)
    early = start + timedelta(days=13)

    html = change(agent, scene, "bid_deadline", f"{early:%Y-%m-%d %H:%M}").content.decode()

    assert "只有 <b>12 日</b>，还差 <b>8 日</b>" in html
    assert html.count('class="miss"') == 8
    assert "最短不得少于二十日" in html
    assert "改为 4月1日（周三）09:00" in html
    fixed = agent.post(scene.url("draft/field/bid_deadline/"), {"bid_deadline": "x", "fix": "2026-04-01 09:00"}, **HTMX)
    assert scene.again().recorded["bid_deadline"] == datetime(2026, 4, 1, 9, tzinfo=CHINA)
    assert "gz-refusal" not in fixed.content.decode()


def test_the_way_out_works_without_script(scene, agent):
    answer = agent.post(scene.url("draft/field/bid_deadline/"), {"fix": "2026-04-02 09:00"})

    assert answer.status_code == 302
    assert answer["Location"].endswith("/draft/times/#f-bid_deadline")
    assert scene.again().recorded["bid_deadline"] == datetime(2026, 4, 2, 9, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4860万元", "金额请以元填写"),
        ("4860 万", "金额请以元填写"),
        ("0", "金额应当大于 0 元"),
        ("一亿", "金额请以元填写"),
        ("12.345", "读不出这个金额"),
        ("-5", "读不出这个金额"),
    ],
)
def test_an_amount_that_cannot_be_yuan_is_refused_in_words_and_stays_typed(scene, agent, typed, said):
    answer = change(agent, scene, "ceiling_cny", typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html
    assert f'value="{typed}"' in html
    assert scene.again().ceiling_cny == Decimal("186420000.00")


def test_full_width_digits_and_a_trailing_unit_of_yuan_are_read(scene, agent):
    change(agent, scene, "ceiling_cny", "１８６，０００，０００．５０元")

    assert scene.again().ceiling_cny == Decimal("186000000.50")


@pytest.mark.parametrize(
    "typed",
    ["2026-04-08 09:30", "2026/4/8 9:30", "2026年4月8日 9时30分", "２０２６-０４-０８ ０９：３０", "2026-04-08T09:30"],
)
def test_times_are_china_time_however_they_are_written(scene, agent, typed):
    change(agent, scene, "bid_deadline", typed)

    assert scene.again().recorded["bid_deadline"] == datetime(2026, 4, 8, 9, 30, tzinfo=CHINA)


def test_a_day_that_does_not_exist_is_said_and_changes_nothing(scene, agent):
    before = scene.lot.recorded["bid_deadline"]

    answer = change(agent, scene, "bid_deadline", "2026-02-30 09:00")

    assert "没有这一天" in answer.content.decode()
    assert scene.again().recorded["bid_deadline"] == before


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("2026-05-02 09:30", "这一天不是工作日"),
        ("2027-03-02 09:30", "2027 年放假安排尚未公布"),
        ("2026-04-08 09:30", "周三"),
    ],
)
def test_a_rest_day_and_a_provisional_year_are_said_beside_the_deadline(scene, agent, typed, hint):
    assert hint in change(agent, scene, "bid_deadline", typed).content.decode()


def test_a_notice_in_the_past_is_said_at_its_field(scene, agent):
    html = change(agent, scene, "notice_at", "2026-03-01 09:00").content.decode()

    assert "公告时间已经过去" in html


def test_a_title_of_ten_thousand_characters_is_refused_and_a_script_in_it_is_text(scene, agent):
    long = change(agent, scene, "title", "标" * 10_000)
    assert "最多 200 字，现为 10000 字" in long.content.decode()

    change(agent, scene, "title", "<script>alert(1)</script>")
    page = agent.get(scene.url("draft/scope/")).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_step_posted_without_script_keeps_all_of_it_and_moves_on(scene, agent):
    answer = agent.post(
        scene.url("draft/scope/"),
        {
            "title": "二标段",
            "scope": "管网",
            "period_days": "300",
            "period_text": "",
            "estimate_cny": "1000000",
            "ceiling_cny": "",
            "base_prices": "0",
            "next": "1",
        },
    )

    lot = scene.again()
    assert answer["Location"].endswith("/draft/method/")
    assert (lot.title, lot.period_days, lot.estimate_cny, lot.ceiling_cny) == (
        "二标段",
        300,
        Decimal("1000000.00"),
        None,
    )


def test_a_step_with_something_unreadable_keeps_the_rest_and_what_was_typed(scene, agent):
    answer = agent.post(
        scene.url("draft/scope/"), {"title": "二标段", "scope": "管网", "estimate_cny": "三百万", "next": "1"}
    )

    assert answer.status_code == 422
    assert "三百万" in answer.content.decode()
    assert scene.again().title == "二标段"
    assert scene.again().estimate_cny == Decimal("186420000.00")


def criteria(**change):
    data = {
        "criteria-0-key": "technical",
        "criteria-0-title": "技术",
        "criteria-0-0-key": "plan",
        "criteria-0-0-title": "施工组织设计",
        "criteria-0-0-points": "25",
        "criteria-0-1-key": "team",
        "criteria-0-1-title": "项目管理机构",
        "criteria-0-1-points": "15",
        "criteria-1-key": "price",
        "criteria-1-title": "报价",
        "criteria-1-points": "60",
    }
    return {**data, **change}


def test_the_criteria_table_adds_up_items_and_sets_the_price_formula(scene, agent):
    agent.post(scene.url("draft/field/criteria/"), criteria(), **HTMX)

    terms = scene.again().terms
    assert [(p["key"], p["points"]) for p in terms["criteria"]] == [("technical", "40"), ("price", "60")]
    assert terms["price_formula"]["full"] == "60"


@pytest.mark.rule("ENG-31")
def test_criteria_that_do_not_add_up_to_one_hundred_are_kept_and_refused(scene, agent):
    html = agent.post(
        scene.url("draft/field/criteria/"), criteria(**{"criteria-1-points": "59"}), **HTMX
    ).content.decode()

    assert "各项分值合计 <b>99</b> 分" in html
    assert scene.again().terms["criteria"][1]["points"] == "59"


def test_a_row_added_to_the_table_keeps_what_was_typed_beside_it(scene, agent):
    html = agent.post(scene.url("draft/field/criteria/"), criteria(change="item-0"), **HTMX).content.decode()

    assert 'name="criteria-0-2-title" value=""' in html
    assert 'value="施工组织设计"' in html


def test_a_dropped_row_is_gone_and_the_price_part_cannot_be(scene, agent):
    agent.post(scene.url("draft/field/criteria/"), criteria(change="drop-0-1"), **HTMX)
    assert [i["key"] for i in scene.again().terms["criteria"][0]["items"]] == ["plan"]

    agent.post(scene.url("draft/field/criteria/"), criteria(change="drop-1"), **HTMX)
    assert scene.again().terms["criteria"][-1]["key"] == "price"


@pytest.mark.rule("ENG-15")
def test_a_bond_over_the_cap_offers_the_cap(scene, agent):
    html = change(agent, scene, "bond_cny", "3000000").content.decode()

    assert "投标保证金超过上限" in html
    assert "改为 800,000.00 元" in html


@pytest.mark.rule("ENG-16")
def test_a_bond_in_cash_only_is_mended_by_adding_the_guarantee(scene, agent):
    html = change(agent, scene, "bond_forms", ["transfer"]).content.decode()
    assert "增加保函" in html

    change(agent, scene, "bond_forms", ["transfer"], fix="guarantee")
    assert scene.again().terms["bond_forms"] == ["transfer", "guarantee"]


@pytest.mark.rule("ENG-46")
def test_a_performance_bond_is_typed_in_per_cent_and_mended_in_per_cent(scene, agent):
    html = change(agent, scene, "performance_bond_share", "12").content.decode()

    assert scene.again().terms["performance_bond_share"] == "0.12"
    assert "改为 10%" in html
    assert 'name="fix" value="10"' in html


def test_words_that_may_limit_competition_are_a_hint_and_do_not_block(scene, agent):
    html = change(agent, scene, "qualification", "近三年本省类似业绩不少于两项。").content.decode()

    assert "资格条件可能不合理" in html
    assert "0 处不符" not in html
    assert 'class="hm"' in html


def test_files_are_stored_listed_and_taken_out_again(scene, agent):
    from django.core.files.uploadedfile import SimpleUploadedFile

    agent.post(
        scene.url("draft/files/upload/"),
        {"files": [SimpleUploadedFile("清单.xlsx", b"x"), SimpleUploadedFile("图纸.pdf", b"y")]},
    )
    page = agent.get(scene.url("draft/files/")).content.decode()
    assert "清单.xlsx" in page
    assert "图纸.pdf" in page

    version = scene.lot.documents.get(number=1)
    agent.post(scene.url("draft/files/upload/"), {"drop": version.files.get(name="图纸.pdf").pk})
    assert [f.name for f in version.files.all()] == ["清单.xlsx"]


def test_an_empty_file_is_refused(scene, agent):
    from django.core.files.uploadedfile import SimpleUploadedFile

    assert agent.post(scene.url("draft/files/upload/"), {"files": SimpleUploadedFile("空.pdf", b"")}).status_code == 409


def test_trustees_stand_with_fingerprints_and_countersignatures(scene, agent):
    page = agent.get(scene.url("draft/files/")).content.decode()

    assert page.count("已会签") == 4
    assert "密钥集指纹" in page


def test_a_submitted_notice_freezes_the_draft_and_can_be_recalled(scene, agent):
    assert agent.post(scene.url("draft/submit/")).status_code == 302
    assert scene.again().state == "scheduled"
    assert agent.get(scene.url("draft/times/")).status_code == 302
    assert change(agent, scene, "title", "别的").status_code == 409

    agent.post(scene.url("recall/"))
    assert scene.again().state == "registered"


def test_a_draft_that_breaks_rules_is_refused_with_all_of_them(scene, agent):
    change(agent, scene, "bid_deadline", "2026-03-20 09:00")
    change(agent, scene, "bond_cny", "3000000")

    answer = agent.post(scene.url("draft/submit/"))

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "等标期不足" in html
    assert "投标保证金超过上限" in html
    assert scene.again().state == "registered"


def test_the_wizard_asks_the_database_a_steady_number_of_questions(scene, agent, django_assert_max_num_queries):
    agent.get(scene.url("draft/times/"))

    with django_assert_max_num_queries(15):
        agent.get(scene.url("draft/times/"))
    with django_assert_max_num_queries(26):
        change(agent, scene, "validity_days", "91")


@pytest.mark.rule("ENG-10")
def test_a_document_dated_before_its_notice_wins_no_days(scene, agent):
    start = scene.lot.recorded["documents_from"].astimezone(CHINA)
    change(agent, scene, "notice_at", f"{start + timedelta(days=10):%Y-%m-%d} 09:00")

    html = agent.get(scene.url("draft/times/")).content.decode()

    assert "等标期不足 20 日" in html


def test_what_lots_share_is_frozen_once_one_of_them_is_out(cast, agent, at):
    scene = drafted(cast, more=1)
    at(START)
    agent.post(scene.url("draft/submit/"))

    answer = agent.post(
        f"/work/lots/{scene.lot.tender.reference}/2/draft/field/state_controlled/", {}, HTTP_HX_REQUEST="true"
    )

    assert answer.status_code == 409
    assert scene.again().tender.state_controlled is True


def test_the_own_mandate_cannot_be_emptied_away(scene, agent):
    answer = change(agent, scene, "mandate_scope", "")

    assert "尚未填写" in answer.content.decode()
    assert scene.again().tender.mandate["scope"] == "招标代理全过程"


def test_a_session_that_ended_swaps_nothing_into_the_field(scene, client):
    answer = change(client, scene, "title", "别的")

    assert answer.status_code == 401
    assert answer.content == b""


def test_choosing_the_lowest_price_method_draws_the_page_anew_with_its_one_criterion(scene, agent):
    answer = change(agent, scene, "method", "lowest")

    assert answer["HX-Refresh"] == "true"
    assert [p["key"] for p in scene.again().terms["criteria"]] == ["price"]
    assert "基准价系数" not in agent.get(scene.url("draft/method/")).content.decode()


def test_a_minimum_price_read_out_of_a_notice_is_refused_and_taken_out_by_one_click(cast, at):
    scene = drafted(cast, terms={"floor_cny": "100000000.00"})
    at(START)
    agent = signed_in(cast, "agency")
    assert "删去最低投标限价</button>" in agent.get(scene.url("draft/scope/")).content.decode()

    answer = change(agent, scene, "floor_cny", "100000000", fix="")

    assert answer["HX-Refresh"] == "true"
    assert not scene.again().terms["floor_cny"]


def test_a_time_can_be_taken_out_again(scene, agent):
    change(agent, scene, "documents_until", "")

    assert "documents_until" not in scene.again().moments


def test_a_file_that_is_not_of_the_draft_cannot_be_taken_out(scene, agent):
    assert agent.post(scene.url("draft/files/upload/"), {"drop": "no-such-file"}).status_code == 404


def test_an_unsound_choice_of_trustees_is_refused_and_kept(cast, at):
    from trading.rehearsal.casting import trustees_of
    from trading.services import tenders

    at(START)
    agent = signed_in(cast, "agency")
    tender = tenders.tender_register(
        procedure="engineering.open",
        initiator=cast.subjects["initiator"],
        centre=cast.subjects["centre"],
        trade_category="A07",
        title="甲项目",
        actor=cast["initiator"].actor,
        lots=[{}],
    )
    initiator = signed_in(cast, "initiator")
    own = [str(t.pk) for t in trustees_of(cast) if t.role in {"initiator", "own_centre"}]
    address = f"/work/lots/{tender.reference}/1/draft/trustees/"

    assert agent.post(address, {"trustees": own, "k": "2"}).status_code == 404
    refused = initiator.post(address, {"trustees": own, "k": "2"})
    html = refused.content.decode()
    assert refused.status_code == 409
    assert html.count('name="trustees"') == 4
    assert html.count("checked") >= 2

    every = [str(t.pk) for t in trustees_of(cast)]
    initiator.post(address, {"trustees": every, "k": "3"})
    page = initiator.get(f"/work/lots/{tender.reference}/1/draft/files/").content.decode()
    assert page.count(">待会签<") == 4


def test_a_value_read_out_of_a_notice_shows_its_words(scene, agent):
    tender = scene.lot.tender
    tender.source = {"draft": {"ceiling_cny": {"value": "1", "source_text": "最高投标限价 18642 万元"}}}
    tender.save()

    assert "读自公告“最高投标限价 18642 万元”" in agent.get(scene.url("draft/scope/")).content.decode()


def test_the_supervising_authority_is_chosen_in_the_draft(scene, agent, cast):
    authority = cast.subjects["authority"]

    for code in ("", authority.code):
        answer = change(agent, scene, "authority", code)

        assert answer.status_code == 200
        assert (scene.again().tender.authority_id or "") == (authority.pk if code else "")


def test_a_table_that_saves_itself_answers_what_stands_around_its_cells_only(scene, agent):
    posted = {"criteria-0-key": "technical", "criteria-0-title": "技术", "criteria-0-0-key": "plan"}
    posted |= {"criteria-0-0-title": "施工组织设计", "criteria-0-0-points": "60"}
    posted |= {"criteria-1-key": "price", "criteria-1-title": "报价", "criteria-1-points": "40"}

    answer = agent.post(scene.url("draft/field/criteria/"), posted, **HTMX)

    html = answer.content.decode()
    assert answer["HX-Reswap"] == "none"
    assert 'name="criteria-0-0-points"' not in html
    assert "合计 100 分" in html
    assert '<b class="gz-num" id="criteria-sum-0" hx-swap-oob="true">60</b>' in html
    assert scene.again().terms["criteria"][0]["points"] == "60"
