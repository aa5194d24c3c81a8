"""国有建设用地使用权出让. So far the listing (挂牌) under 国土资源部39号令 of 2007-11-01."""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure
from trading.rulebooks import drafts, listed
from trading.rulebooks.guards import bidding, document, reserve, result
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import moments

MOMENTS = moments(
    *listed.SET_MOMENTS,
    Moment("contract_due", "签订出让合同期限", after="award_at", rule="LND-11", sense="most"),
    Moment("refund_due", "退还竞买保证金期限", after="closed_at", rule="LND-12", value="refund", sense="most"),
)
LAW = listed.Law(
    notice="LND-03", sign_up="LND-06", period="LND-05", offers="LND-09", ending="LND-10", deal="LND-11",
    contract="LND-11", reserve="LND-04",
    draft=(
        document.land_prices_decided, document.land_notice_period, document.listing_period, document.land_deposit,
        reserve.reserve_guarded,
    ),
    offered=bidding.offer_high_enough, stated=reserve.reserve_stated, openable=reserve.reserve_openable,
    reached=(reserve.reserve_settled, reserve.reserve_reached),
    missed=(reserve.reserve_settled, reserve.reserve_missed),
    contracted=result.land_contract_equals_deal,
)  # fmt: skip
LISTING = Procedure(
    "land.listing", "挂牌出让", "land", "ascending", "出让人", listed.STATES, MOMENTS,
    listed.transitions(LAW, contract_by="contract_due"), listed.STAGES, draft=drafts.LAND,
)  # fmt: skip
BOOK = Book("land", "国有建设用地使用权出让", date(2007, 11, 1), ALL, {LISTING.id: LISTING})
