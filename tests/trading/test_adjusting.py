"""经评审的最低投标价法: adjustments are published numbers, counted the same way by everybody."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused
from tests.trading.boundaries import ENG, day
from tests.trading.course_world import lived
from trading.fields import Adjustments
from trading.kernel import adjusting
from trading.kernel.procedure import Facts
from trading.kernel.scoring import scoring_items
from trading.models import Award
from trading.rehearsal.engineering_lowest import ADJUSTMENTS, TERMS
from trading.reportview import reading_of
from trading.rulebooks.guards.document import method_published
from trading.services import marks
from verify import scores

RULES = adjusting.adjustments_of(TERMS, 540)


@pytest.mark.parametrize(
    ("days", "counts", "amounts"),
    [
        (540, {}, ["0.00", "0.00", "0.00"]),
        (560, {}, ["2000000.00", "0.00", "0.00"]),
        (520, {"payment": 1}, ["-2000000.00", "500000.17", "0.00"]),
        (None, {"spares": 2}, ["0.00", "0.00", "500000.00"]),
        (999, {"payment": 9, "spares": 9}, ["6000000.00", "1500000.50", "1250000.00"]),
    ],
)
def test_each_adjustment_is_its_published_number_and_no_more_than_its_most(days, counts, amounts):
    steps = adjusting.steps_of(RULES, D("100000033.00"), days, counts)

    assert [str(step.amount) for step in steps] == amounts


@given(st.lists(st.integers(0, 5), min_size=3, max_size=9).filter(lambda counts: len(counts) % 2))
def test_what_more_than_half_counted_is_what_counts(counts):
    agreed = adjusting.middle(counts)

    assert sum(count <= agreed for count in counts) * 2 > len(counts)
    assert sum(count >= agreed for count in counts) * 2 > len(counts)


@pytest.mark.rule("ENG-31")
@pytest.mark.parametrize(
    "broken", [{"value": ""}, {"value": "0"}, {"value": "-1"}, {"value": "x"}, {"most": 0}, {"kind": "mood"}]
)
def test_an_adjustment_without_a_number_stops_the_notice(broken):
    values = {"method": "lowest", "criteria": TERMS["criteria"], "period_days": 540}

    def asked(rows):
        return method_published(Facts("registered", day(0), values={**values, "adjustments": rows}), ENG)

    assert asked(ADJUSTMENTS) is None
    assert asked([{**ADJUSTMENTS[2], **broken}]).code == "adjustment.vague"


@pytest.mark.rule("ENG-31")
def test_a_share_of_one_or_more_and_days_without_a_period_are_vague():
    assert adjusting.unquantified([{**ADJUSTMENTS[1], "value": "1"}], 540) == ["付款条件偏差"]
    assert adjusting.unquantified(ADJUSTMENTS, None) == ["工期"]


def test_members_count_only_what_is_counted_by_hand():
    assert list(scoring_items(TERMS)) == ["payment", "spares"]
    assert list(scoring_items({"contest": "sealed_lowest", "adjustments": ADJUSTMENTS})) == ["payment", "spares"]


def test_the_wizard_reads_a_line_each_and_writes_it_back():
    field = Adjustments()
    text = "工期 按日 100000 60\n付款条件偏差 按比例 0.5% 3\n备品备件缺项 按项 250000 5"

    rows = field.clean(text)

    assert [{**row, "key": ""} for row in rows] == [{**row, "key": ""} for row in ADJUSTMENTS]
    assert field.prepare_value(rows) == text


@pytest.mark.parametrize("line", ["工期 按日 多 60", "工期 按日 60", "工期 按心情 5 6", "工期 按日 5 6\n工期 按日 5 6"])
def test_a_line_that_cannot_be_read_is_said(line):
    with pytest.raises(ValidationError):
        Adjustments().clean(line)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("lowest"), "awarded", "lowest_evaluated") as scene:
        yield scene


class TestPlayed:
    """A report by this method, played."""

    @pytest.fixture
    def scene(self, made, db, at):
        at(made.stage.now)
        return made

    @pytest.mark.rule("ENG-31")
    def test_the_lowest_evaluated_price_is_first_and_the_award_is_at_the_price_offered(self, scene):
        ranking = scene.again().report.content["ranking"]

        assert [row["subject"] for row in ranking] == [
            scene.cast[who].code for who in ("bidder2", "bidder1", "bidder3")
        ]
        assert D(ranking[0]["evaluated_cny"]) == D(ranking[0]["price_cny"]) - 2_000_000 + 250_000
        assert Award.objects.get().amount_cny == D(ranking[0]["price_cny"])
        assert D(ranking[1]["price_cny"]) < D(ranking[0]["price_cny"])

    def test_anybody_computes_it_again_and_finds_what_was_changed(self, scene):
        content = scene.again().report.content
        public = {name: value for name, value in content.items() if name != "scores"}

        assert scores.check_scores(content) == scores.check_scores(public) == []
        step = next(one for bid in content["adjusted"] for one in bid["steps"] if D(one["amount"]))
        step["amount"] = "0.00"
        assert scores.check_scores(content)
        content = scene.again().report.content
        content["ranking"][0]["evaluated_cny"] = "1.00"
        assert scores.check_scores(content)

    def test_the_report_reads_as_arithmetic(self, scene):
        lot = scene.again()
        reading = reading_of(lot.report.content, lot.terms, full=True)

        for row in reading.adjusted:
            assert row.price + sum(amount for _, _, amount in row.steps) == row.evaluated
        assert not reading.scored

    @pytest.mark.rule("ENG-31")
    @pytest.mark.parametrize("points", ["1.5", "6"])
    def test_half_a_deviation_and_more_than_the_most_are_refused(self, scene, points):
        lot = scene.again()
        lot.state = "evaluating"
        lot.save()
        member = lot.committee.members.select_related("user").first()
        with pytest.raises(Refused, match=r"score\.range"):
            marks.bid_score(
                lot_id=lot.pk, bid_id=lot.bids.first().id, item="spares", points=D(points),
                actor=Actor("person", member.user.public_id),
            )  # fmt: skip
        lot.state = "awarded"  # an act has no entry here, and so no other state at the end of the test
        lot.save()
