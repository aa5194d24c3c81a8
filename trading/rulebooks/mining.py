"""矿业权出让. So far the listing (挂牌) under 矿产资源法 of 2025-07-01 and 矿业权出让交易规则.

No contract before the result has been public for its days; the law names no day by which it must be signed.
"""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure
from trading.rulebooks import drafts, listed
from trading.rulebooks.guards import bidding, document, reserve, result
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import moments

MOMENTS = moments(
    *listed.SET_MOMENTS,
    Moment("publicity_ends", "成交结果公示期满", after="award_at", rule="MIN-06", pauses=True),
)
LAW = listed.Law(
    notice="MIN-02", sign_up="MIN-02", period="MIN-05", offers="MIN-09", ending="MIN-10", deal="MIN-06",
    contract="MIN-07", reserve="MIN-09",
    draft=(
        document.mining_notice_whole, document.mining_notice_period, document.mining_listing_period,
        reserve.mining_reserve_guarded,
    ),
    offered=bidding.mining_offer, stated=reserve.mining_reserve_stated, openable=reserve.mining_reserve_openable,
    reached=(reserve.mining_reserve_settled, reserve.mining_reserve_reached),
    missed=(reserve.mining_reserve_settled, reserve.mining_reserve_missed),
    contracted=result.mining_contract_equals_deal,
)  # fmt: skip
LISTING = Procedure(
    "mining.listing", "挂牌出让", "mining", "ascending", "出让人", listed.STATES, MOMENTS,
    listed.transitions(LAW, contract_from="publicity_ends"), listed.STAGES, draft=drafts.MINING,
)  # fmt: skip
BOOK = Book("mining", "矿业权出让", date(2025, 7, 1), ALL, {LISTING.id: LISTING})
