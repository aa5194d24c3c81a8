"""What a subject traded, on its page and by role."""

from datetime import timedelta

import pytest

from disclosure import subjectdeals
from disclosure.models import ListedParty
from platform_site import clock
from trading.models import Award, Bid, Lot


@pytest.fixture(autouse=True)
def late(province):
    """The day after the last life stopped."""
    with clock.at(max(province.stopped.values()) + timedelta(hours=1)):
        yield


def test_a_subjects_page_shows_what_it_won_with_the_sum_of_the_rows(client):
    award = Award.objects.select_related("subject").latest("at")
    won = Award.objects.filter(subject=award.subject)

    html = client.get(f"/subjects/{award.subject.code}/").content.decode()
    [figures] = [one for one in subjectdeals.figures(award.subject.code) if one.role == "winner"]

    assert "参加的交易" in html
    assert award.lot.title in html
    assert (figures.deals, figures.amount) == (won.count(), sum(one.amount_cny for one in won))


def test_a_bid_before_the_opening_is_on_nobodys_page(client, province):
    reference = province["bidding"].split("/")[2]
    lot = Lot.objects.get(tender__reference=reference)

    for bid in Bid.objects.filter(lot=lot).select_related("subject"):
        for path in (f"/subjects/{bid.subject.code}/", f"/subjects/{bid.subject.code}/trades/?role=bidder"):
            assert province["bidding"] not in client.get(path).content.decode()


def test_the_list_turns_page_by_page_and_by_role(client, monkeypatch):
    monkeypatch.setattr(subjectdeals, "PER_PAGE", 1)
    code = ListedParty.objects.filter(role="initiator").values_list("code", flat=True).first()
    wanted = list(subjectdeals.parties(code).filter(role="initiator").values_list("pk", flat=True))

    seen, after = [], ""
    while True:
        rows, after = subjectdeals.page(code, "initiator", after)
        seen += [row.pk for row in rows]
        if not after:
            break

    assert seen == wanted
    assert len(seen) > 1


@pytest.mark.parametrize("query", ["role=nobody", "after=x", "after=99999999999999999999", "after=１", "role=%00"])
def test_a_strange_address_counts_as_not_asked(client, query):
    code = ListedParty.objects.values_list("code", flat=True).first()

    assert client.get(f"/subjects/{code}/trades/?{query}").status_code == 200


@pytest.mark.parametrize("code", ["nobody", "%00", "9" * 500, "<script>"])
def test_an_unknown_subject_has_no_trades(client, code):
    assert client.get(f"/subjects/{code}/trades/").status_code == 404


def test_a_subjects_pages_cost_a_known_number_of_queries(client, django_assert_max_num_queries):
    code = ListedParty.objects.filter(role="winner").values_list("code", flat=True).first()

    with django_assert_max_num_queries(9):
        client.get(f"/subjects/{code}/")
    with django_assert_max_num_queries(5):
        client.get(f"/subjects/{code}/trades/")
