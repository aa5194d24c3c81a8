"""A bidder's pages and the opening room, joined into trading.urls."""

from django.urls import path

from trading.views import bidding, bonds, hall, opening, receipts

LOT = "lots/<str:reference>/<int:number>/"

bidding_patterns = [
    # bidding
    path("bids/", receipts.bids, name="bids"),
    path(LOT + "bid/", bidding.bid, name="bid"),
    path(LOT + "bid/obtain/", bidding.obtain, name="obtain"),
    path(LOT + "bid/documents/<uuid:file_id>/", bidding.document, name="bid-document"),
    path(LOT + "bid/ask/", bidding.ask, name="ask"),
    path(LOT + "bid/object/", bidding.object_document, name="object-document"),
    path(LOT + "bid/object-result/", bidding.object_result, name="object-result"),
    path(LOT + "bid/file/", bidding.filing, name="bid-file"),
    path(LOT + "bid/file/ticket.json", bidding.ticket, name="bid-ticket"),
    path(LOT + "bid/file/uploads/", bidding.upload_begin, name="bid-uploads"),
    path(LOT + "bid/file/send/", bidding.send, name="bid-send"),
    path(LOT + "bid/withdraw/", bidding.withdraw, name="bid-withdraw"),
    # bonds
    path(LOT + "bid/bond/", bonds.declare, name="bond-declare"),
    path(LOT + "bid/bond/pay/", bonds.pay, name="bond-pay"),
    path(LOT + "bonds/", bonds.bond_list, name="bonds"),
    path(LOT + "bonds/<uuid:bond_id>/forfeit/", bonds.forfeit, name="bond-forfeit"),
    path("bonds/callback/", bonds.callback, name="bond-callback"),
    # receipts
    path(LOT + "bid/receipts/<uuid:bid_id>/", receipts.receipt, name="receipt"),
    path(LOT + "bid/receipts/<uuid:bid_id>/promise.json", receipts.promise, name="receipt-promise"),
    path(LOT + "bid/receipts/<uuid:bid_id>/proof/", receipts.proof, name="receipt-proof"),
    path(LOT + "bid/receipts/<uuid:bid_id>/state/", receipts.state, name="receipt-state"),
    # live auction
    path(LOT + "part/", hall.own, name="part"),
    path(LOT + "part/sign-up/", hall.sign_up, name="sign-up"),
    path(LOT + "hall/", hall.hall, name="hall"),
    path(LOT + "hall/live/", hall.live, name="hall-live"),
    path(LOT + "hall/panel/", hall.panel, name="hall-panel"),
    path(LOT + "hall/offer/", hall.offer, name="hall-offer"),
    path(LOT + "hall/continue/", hall.go_on, name="hall-continue"),
    # opening
    path(LOT + "opening/", opening.room, name="opening"),
    path(LOT + "opening/live/", opening.live, name="opening-live"),
    path(LOT + "opening/panel/", opening.panel, name="opening-panel"),
    path(LOT + "opening/envelope/", opening.envelope, name="opening-envelope"),
    path(LOT + "opening/unlock/", opening.unlock, name="opening-unlock"),
    path(LOT + "opening/factor/", opening.factor, name="opening-factor"),
    path(LOT + "opening/disclose/", opening.disclose, name="opening-disclose"),
    path(LOT + "opening/remark/", opening.remark, name="opening-remark"),
    path(LOT + "opening/remark/<int:place>/answer/", opening.remark_answer, name="opening-answer"),
]
