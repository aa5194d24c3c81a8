"""The public trade page at every stage of a life, read from a province played through the real services."""

import re

import pytest
from django.db import connection, transaction

from disclosure.models import PublicPaper
from platform_site import clock
from trading.models import Lot, Notice

TEXT = re.compile(r"<[^>]+>")


def read(client, province, life: str, **headers) -> str:
    """The life's trade page at the moment the life stopped at."""
    with clock.at(province.stopped[life]):
        response = client.get(province[life], headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def section(html: str, name: str) -> str:
    """The section with this id, without markup; "" where the page has none."""
    found = re.search(rf'<section class="gz-sec" id="{name}">.*?</section>', html, re.S)
    return TEXT.sub(" ", found[0]) if found else ""


def stages(html: str) -> list[tuple[str, str]]:
    """(state, name) of the strip."""
    return [
        (state.split()[0], name)
        for state, name in re.findall(r'<li class="(\w+[^"]*)"[^>]*><span class="gz-node">.*?<b>(.*?)</b>', html, re.S)
    ]


def test_a_draft_and_a_trade_that_never_was_are_the_same_404(client, province):
    missing = client.get("/trades/A07-12990000MB0A00011D-20260928-000318-K/1/")
    draft = client.get(province["draft"])

    assert draft.status_code == missing.status_code == 404
    mask = re.compile(r'data-now="[^"]*"|datetime="[^"]*"|\d{4}-\d\d-\d\d \d\d:\d\d')
    assert mask.sub("", draft.content.decode()) == mask.sub("", missing.content.decode())


def test_while_bidding_the_strip_stands_at_bidding_and_the_next_step_is_the_opening(client, province):
    html = read(client, province, "bidding")

    assert [name for state, name in stages(html) if state == "now"] == ["投标"]
    assert "到时自动开标" in html
    assert "不得开标" not in section(html, "evidence")
    assert 'data-form="dhm"' in html


def test_before_the_opening_nothing_on_the_page_tells_that_anybody_filed(client, province):
    html = read(client, province, "bidding")
    lot = Lot.objects.get(tender__reference=province["bidding"].split("/")[2])

    assert lot.bids.standing().count() == 4
    assert section(html, "bids") == ""
    assert 'href="#bids"' not in html
    for name in lot.bids.values_list("subject__name", flat=True):
        assert name not in html
    for held in lot.obtained.values_list("subject__name", flat=True):
        assert held not in html


def test_once_the_opening_has_started_the_roll_is_public_and_prices_are_not(client, province):
    shown = section(read(client, province, "opening"), "bids")

    assert "云泽恒岳建设集团有限公司" in shown
    assert "已封存" in shown
    assert "报价" not in shown


def test_after_disclosure_prices_stand_cheapest_first_with_who_opened_them(client, province):
    shown = section(read(client, province, "objected"), "bids")

    prices = [int(text.replace(",", "")) for text in re.findall(r"\d{3},\d{3},\d{3}", shown)]
    assert len(prices) == 4
    assert prices == sorted(prices)
    assert "由受托人开启" in shown
    assert "已开标" in shown


def test_candidates_show_rank_points_by_part_and_total(client, province):
    shown = section(read(client, province, "objected"), "result")

    assert "第一候选人" in shown
    assert "技术 40" in shown
    assert re.search(r"9\d\.\d\d", shown)


def test_the_committee_is_named_only_after_the_award(client, province):
    assert "评四" not in read(client, province, "objected")
    assert "评标委员会" in section(read(client, province, "archived"), "result")


def test_the_page_leads_to_the_draws_certificate_and_that_page_back(client, province):
    html = read(client, province, "objected")

    (path,) = re.findall(r'href="(/draws/[0-9a-f-]+/)"', html)
    certificate = client.get(path).content.decode()
    assert f'href="{province["objected"]}"' in certificate
    assert "抽取评审专家" in certificate
    assert "评四" not in certificate
    assert not re.search(r'class="m">[a-z]+\.', certificate)  # every entry is told in words


def test_an_objection_stops_the_clock_and_is_the_next_step(client, province):
    html = read(client, province, "objected")

    assert "答复对评标结果的异议" in html
    assert "计时暂停" in html
    assert "招标投标法实施条例 第五十四条" in html


def test_an_unanswered_objection_shows_neither_its_filer_nor_its_words(client, province):
    html = read(client, province, "objected")
    lot = Lot.objects.get(tender__reference=province["objected"].split("/")[2])
    challenge = lot.challenges.get()

    shown = section(html, "challenge")
    assert "异-01" in shown
    assert challenge.title not in html
    assert challenge.subject.name not in shown


def test_a_failed_lot_ends_its_strip_with_the_failure(client, province):
    html = read(client, province, "failed")

    assert stages(html)[-1] == ("now", "招标失败")
    assert ("done", "投标") in stages(html)
    assert 'href="#contract"' not in html


def test_an_archived_lot_has_every_stage_done_and_its_contract(client, province):
    html = read(client, province, "archived")

    assert {state for state, _ in stages(html)} == {"done"}
    assert "与中标价一致" in section(html, "contract")


def test_notices_stand_in_a_chain_with_their_digests(client, province):
    html = read(client, province, "archived")

    shown = section(html, "notices")
    order = [
        shown.index(word)
        for word in ("招标公告", "澄清", "变更公告", "开标记录", "中标候选人公示", "中标结果公告", "合同公告")
    ]
    assert order == sorted(order)
    notice = Notice.objects.filter(lot__tender__reference=province["archived"].split("/")[2], kind="tender").get()
    assert notice.digest in html


def test_evidence_names_acts_articles_and_roles_and_links_to_proofs(client, province):
    html = read(client, province, "archived")

    shown = section(html, "evidence")
    assert "归档" in shown
    assert "招标人" in shown
    assert re.search(r'href="/ledger/entries/[0-9a-f-]+/proof"', html)
    assert not re.search(r"[a-z]+\.[a-z_]+", re.sub(r"verify\.py|\d+\.\d+", "", shown).replace("A07", ""))


def test_a_listing_shows_its_start_price_and_its_own_words(client, province):
    html = read(client, province, "land")

    assert "起始价" in section(html, "overview")
    assert "出让公告" in section(html, "notices")
    assert "招标公告" not in html


def test_procurement_speaks_of_its_own_things(client, province):
    html = read(client, province, "inquiry")

    assert "质疑与投诉" in html
    assert "预算金额" in section(html, "overview")


@pytest.mark.parametrize("life", ["bidding", "opening", "objected", "archived", "failed", "land"])
def test_a_trade_page_costs_a_bounded_number_of_queries(client, province, django_assert_max_num_queries, life):
    with clock.at(province.stopped[life]), django_assert_max_num_queries(8):
        client.get(province[life])


def test_htmx_gets_the_progress_alone_when_a_countdown_has_run_out(client, province):
    html = read(client, province, "bidding", **{"HX-Request": "true"})

    assert html.lstrip().startswith("<section")
    assert 'id="progress"' in html
    assert 'id="notices"' not in html


def test_a_trade_identifier_alone_leads_to_its_lot(client, province):
    path = province["bidding"]

    response = client.get(path.rsplit("1/", 1)[0])

    assert response.headers["Location"] == path


def test_every_published_notice_is_a_paper_with_its_own_verify_code(client, province):
    codes = set()
    with clock.at(max(province.stopped.values())):
        for notice in Notice.objects.filter(state="published").select_related("lot__tender"):
            response = client.get(f"/trades/{notice.lot.reference}/notices/{notice.pk}/")
            html = response.content.decode()
            assert response.status_code == 200, notice.kind
            assert notice.digest in html
            assert "不具效力" in html
            assert "None" not in TEXT.sub("", html), notice.kind
            codes.add(re.search(r"ZG-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", html)[0])

    assert len(codes) == Notice.objects.filter(state="published").count()


def test_a_paper_handed_in_is_looked_up_by_its_digest_through_an_index(province):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a few rows are read faster than any index
        plan = PublicPaper.objects.filter(paper__sha256="00" * 32).explain()

    assert "paper_by_file" in plan


def test_a_scheduled_or_recalled_notice_is_a_404(client, province):
    notice = Notice.objects.filter(state="published", kind="clarification").first()
    other = Lot.objects.exclude(pk=notice.lot_id).exclude(state="registered").first()

    assert client.get(f"/trades/{other.reference}/notices/{notice.pk}/").status_code == 404


def test_every_public_entry_of_every_life_is_told_in_words(province):
    from disclosure import tradepage
    from platform_site.ledger import selectors as record

    silent = set()
    for lot in Lot.objects.select_related("tender"):
        for entry in record.entries_for(lot.ledger_ref):
            if "." in tradepage.entry_row(lot.procedure, entry)["event"]:
                silent.add(entry.event)

    assert not silent
