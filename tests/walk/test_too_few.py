"""Two bids are not enough: nothing is opened, the failure is public, and both bidders are told."""

from pathlib import Path

import pytest

from tests.walk import announcing, bidding

pytestmark = pytest.mark.browser
FIELDS = {
    "region_name": "泽安市",
    "lots-0-estimate_cny": "59788891.21",
    "lots-0-ceiling_cny": "59788891.21",
    "lots-0-scope": "教学楼一栋、学生宿舍三栋。",
}
TITLE = "泽安市江北区老旧小区改造工程"


def test_fewer_than_three_bids_fail_the_tender_and_are_returned_unopened(walk, tmp_path: Path):
    fields = {**FIELDS, "title": TITLE, "lots-0-title": TITLE}
    announcing.registered_in_page(walk, by="agency", fields=fields, other=walk.subject("initiator"))
    publish, deadline = announcing.drafted(walk, "agency", tmp_path)
    announcing.published(walk, publish, TITLE)
    for who, price in (("bidder1", "51,000,000.00"), ("bidder2", "52,000,000.00")):
        bidding.sealed_and_filed(walk, who, tmp_path, price, days=400)

    walk.clock_reaches(deadline)

    visitor = walk[""].go(f"/trades/{walk.reference}/1/").until("招标失败")
    visitor.check()
    assert walk.subject("bidder1") not in visitor.text()
    assert "没有打开" in visitor.lot("opening/").text()
    for who in ("bidder1", "bidder2"):
        walk[who].go("/messages/").sees("招标失败，投标文件已原样退回")
