"""One open tender from registration to an archive that verifies offline: pages only, each role in its own window."""

from pathlib import Path

import pytest

from tests.databases import BASE
from tests.walk import announcing, awarding, bidding, judging, opening
from tests.walk.seeding import NOTICES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BASE / "static" / "vendor" / "sealing.js").exists(), reason="needs the files of `make setup`"
    ),
]
RECORD = "5"
INVENTED = "泽安市第二中学宿舍楼新建工程"
FIELDS = {
    "region_name": "泽安市",
    "lots-0-estimate_cny": "59788891.21",
    "lots-0-ceiling_cny": "59788891.21",
    "lots-0-scope": "教学楼一栋、学生宿舍三栋。",
}
STANDING = {"bidder1": "54,800,000.00", "bidder2": "53,900,000.00", "bidder3": "56,200,000.00"}
HOST, WITNESS, AWAY = "initiator", "supervisor", "bidder3"
EXPERTS = 4


def registered(walk) -> str:
    """The project: a real notice's where the collected notices are at hand, else an invented one. Its title."""
    if NOTICES.is_file():
        return announcing.registered_from_notice(walk, NOTICES, RECORD, by=HOST)
    fields = {**FIELDS, "title": INVENTED, "lots-0-title": INVENTED}
    announcing.registered_in_page(walk, by=HOST, fields=fields)
    return INVENTED


def test_a_tender_is_walked_from_registration_to_an_archive_that_verifies_offline(walk, tmp_path: Path):
    names = {who: walk.subject(who) for who in STANDING}
    title = registered(walk)
    walk[HOST].go("/work/").follow_lot()
    publish, deadline = announcing.drafted(walk, HOST, tmp_path)
    announcing.published(walk, publish, title)

    bidding.documents_obtained(walk, title, list(names))
    bidding.asked_and_answered(walk, "bidder1", host=HOST)
    bidding.amended(walk, host=HOST, readers=["bidder2"])
    bidding.sealed_and_filed(walk, "bidder1", tmp_path, "55,000,000.00", days=500)
    bidding.sealed_and_filed(walk, "bidder1", tmp_path, STANDING["bidder1"], days=500)
    bidding.sealed_and_filed(walk, "bidder2", tmp_path, "54,000,000.00", days=510)
    bidding.withdrawn(walk, "bidder2")
    bidding.sealed_and_filed(walk, "bidder2", tmp_path, STANDING["bidder2"], days=510)
    bidding.sealed_and_filed(walk, "bidder3", tmp_path, STANDING["bidder3"], days=520)
    bidding.nothing_shows(walk, list(names.values()))
    assert bidding.deadline_of(walk) == deadline

    with opening.trustees_waiting(walk):
        opening.opening_starts(walk, deadline, list(names.values()))
        walk[WITNESS].lot("opening/")
        for who in names:
            if who != AWAY:
                opening.unlocked(walk, who)
    prices = {names[who]: price for who, price in STANDING.items()}
    opening.disclosed(walk, WITNESS, away=names[AWAY], prices=prices)

    desk = judging.draw_opened(walk)
    judging.nonces_committed(walk, HOST, WITNESS, desk)
    judging.nonces_revealed(walk, HOST, WITNESS, desk)
    judging.experts_drawn(walk, desk)
    experts = judging.invitations_accepted(walk, EXPERTS)
    judging.committee_formed(walk, "李闻溪")
    judging.evaluation_started(walk, HOST)
    judging.sheets_filled(walk, [*experts, HOST], list(names.values()))
    judging.report_signed(walk, [*experts, HOST])
    walk[WITNESS].go("/supervision/").sees(title)
    walk[WITNESS].check()

    awarding.candidates_published(walk, HOST, names["bidder1"])
    awarding.objected_and_answered(walk, "bidder3", host=HOST)
    awarding.publicity_over(walk, HOST)
    losers = {who: name for who, name in names.items() if who != "bidder1"}
    awarding.awarded(walk, HOST, winner=names["bidder1"], losers=losers)
    awarding.concluded(walk, HOST)
    package = awarding.archived(walk, HOST, tmp_path)
    said = awarding.verified_offline(awarding.script_downloaded(walk, tmp_path), package)

    assert "the draw comes out the same" in said
    assert "the evaluation comes out the same" in said
    assert "3 envelopes open again" in said
    visitor = walk[""].go(f"/trades/{walk.reference}/1/").until("已归档")
    visitor.sees("归档")
    assert visitor.page.locator("#evidence tbody tr, #evidence li").count() > 0
    visitor.check()
