"""目录内其他类别 (林权, 排污权, whatever the catalogue declares): the listing of `listed`, under the row's document.

The book holds no number of its own. A project is registered under a row of the catalogue in force and keeps it: PLT-18
to PLT-20 then carry that row's days and cite its document (trading/kernel/catalogue.py).
"""

from dataclasses import replace
from datetime import date

from trading.kernel.procedure import Book, Procedure
from trading.rulebooks import drafts, listed
from trading.rulebooks.guards import catalogued
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import moments

LAW = listed.Law(
    notice="PLT-20", sign_up="PLT-20", period="PLT-19", offers="PLT-20", ending="PLT-20", deal="PLT-20",
    contract="PLT-20", reserve="PLT-20",
    draft=(
        catalogued.catalogued_notice_whole,
        catalogued.catalogued_notice_period,
        catalogued.catalogued_listing_period,
        catalogued.catalogued_reserve_guarded,
    ),
    offered=catalogued.catalogued_offer, stated=catalogued.catalogued_reserve_stated,
    openable=catalogued.catalogued_reserve_openable,
    reached=(catalogued.catalogued_reserve_settled, catalogued.catalogued_reserve_reached),
    missed=(catalogued.catalogued_reserve_settled, catalogued.catalogued_reserve_missed),
    contracted=catalogued.catalogued_contract_equals_deal,
)  # fmt: skip


def traded(words: str) -> str:
    """出让公告 is a grantor's word; here it is 交易公告."""
    return words.replace("出让", "交易")


LISTING = Procedure(
    "catalogued.listing", "挂牌交易", "catalogued", "ascending", "转让方",
    {state: traded(name) for state, name in listed.STATES.items()}, moments(*listed.SET_MOMENTS),
    {verb: replace(move, title=traded(move.title)) for verb, move in listed.transitions(LAW).items()},
    tuple((traded(title), states, moment) for title, states, moment in listed.STAGES),
    draft=drafts.CATALOGUED,
)  # fmt: skip
BOOK = Book("catalogued", "目录内其他交易", date(2015, 8, 10), ALL, {LISTING.id: LISTING})
