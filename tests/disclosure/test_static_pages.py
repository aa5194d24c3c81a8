"""Pages drawn from the declarations: rules, procedures, guide, oversight."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from disclosure import flowchart, rulepages
from platform_site import ledger
from platform_site.rules import ALL
from trading.rulebooks import PROCEDURES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/rules/", 1),
        ("/rules/ENG-10/", 1),
        ("/rules/procedures/engineering.open/", 1),
        ("/guide/", 1),
        ("/oversight/", 1),
        ("/accessibility/", 1),
        ("/about/", 1),
        ("/verify/", 2),
        ("/calendar/", 6),
        ("/deals/", 5),
        ("/trades/", 8),
        ("/", 11),
    ],
)
def test_an_empty_page_costs_a_known_number_of_queries(client, django_assert_max_num_queries, path, queries):
    with django_assert_max_num_queries(queries):
        assert client.get(path).status_code == 200


def test_every_rule_has_its_page(client):
    for rule_id in ALL:
        assert client.get(f"/rules/{rule_id}/").status_code == 200, rule_id


def test_a_rule_page_shows_number_article_certainty_and_where_it_is_applied(client):
    text = client.get("/rules/ENG-10/").content.decode()

    assert "不少于 20 日" in text
    assert "招标投标法 第二十四条" in text
    assert "已对照原文" in text
    assert "由系统核对，不符合的不能办理" in text
    assert "提交招标公告" in text


def test_a_rule_that_rests_on_knowledge_says_so(client):
    unsure = next(rule for rule in ALL.values() if rule.status == "knowledge")

    assert "尚未对照原文" in client.get(f"/rules/{unsure.id}/").content.decode()


def test_an_unknown_rule_is_a_404(client):
    assert client.get("/rules/XYZ-99/").status_code == 404


def test_the_index_counts_every_rule_once(client):
    text = client.get("/rules/").content.decode()

    assert f"全部 {len(ALL)} 条" in text
    assert len(re.findall(r'class="gz-rule-id"', text)) == len(ALL)


def test_rules_are_found_by_words_and_domain(client):
    text = client.get("/rules/?q=公示期&domain=ENG").content.decode()

    assert 'href="/rules/ENG-38/"' in text
    assert 'href="/rules/GP-05/"' not in text


def test_htmx_gets_the_rows_alone(client):
    text = client.get("/rules/?domain=CMP", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in text
    assert 'href="/rules/CMP-04/"' in text


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda p: p.id)
def test_a_flow_chart_shows_every_state_and_every_act_that_changes_one(procedure):
    chart = flowchart.draw(procedure)

    words = "；".join(text.words for text in chart.texts)
    for state in procedure.states.values():
        assert state in words
    for verb, move in procedure.transitions.items():
        if move.target and {move.target} != set(move.source):
            assert move.title in words, verb


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda p: p.id)
def test_boxes_of_a_flow_chart_do_not_overlap(procedure):
    boxes = flowchart.draw(procedure).boxes

    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda p: p.id)
def test_every_procedure_has_its_page_with_every_act(client, procedure):
    text = client.get(f"/rules/procedures/{procedure.id}/").content.decode()

    for move in procedure.transitions.values():
        assert move.title in text


def test_the_numbers_of_the_oversight_page_come_from_the_register(client):
    text = client.get("/oversight/").content.decode()

    assert "不超过 30 个工作日" in text
    assert 'href="/rules/CMP-04/"' in text


def test_the_guide_shows_the_periods_a_notice_is_checked_for(client):
    text = client.get("/guide/").content.decode()

    assert "编制投标文件的时间（等标期）" in text
    assert "不少于 20 日" in text


def test_every_number_of_every_rule_has_a_name():
    for rule in ALL.values():
        for name in rule.values:
            assert rulepages.value_name(name)


def test_no_template_carries_an_inline_style_or_script():
    from tests import databases

    wrong = []
    for path in (databases.BASE / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|<script(?![^>]*(src=|json_script))", text):
            wrong.append(path.name)

    assert not wrong


def test_the_script_understands_every_command_that_the_verify_page_offers(client, settings, tmp_path):
    settings.ROOT_URLCONF = "platform_site.urls"
    ledger.sequence_once()  # the record begins, and with it the keys are published
    page = client.get("/verify/").content.decode()
    commands = [words.split()[2:] for words in re.findall(r"<code[^>]*>(python verify\.py [^<]*)</code>", page)]
    offline = [words for words in commands if words[0] != "mirror"]
    (tmp_path / "keys.json").write_bytes(client.get("/ledger/keys").content)

    assert len(offline) == 4
    for words in offline:
        done = subprocess.run(
            [sys.executable, Path(settings.BASE_DIR, "verify", "verify.py"), *words],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        # Understood as far as the files, which are not here.
        assert "No such file" in done.stdout + done.stderr, (words, done.stdout, done.stderr)
