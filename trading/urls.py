"""Pages of this room, mounted at /work/. One list a family; views/<family>.py."""

from django.urls import path

from trading.bidding_urls import bidding_patterns
from trading.evaluation_urls import evaluation_patterns
from trading.views import (
    acts,
    cataloguing,
    challenges,
    desk,
    factor,
    hosted,
    letters,
    media,
    notices,
    outages,
    plans,
    register,
    reserve,
    results,
    trustees,
    venues,
    wizard,
)

app_name = "trading"
LOT = "lots/<str:reference>/<int:number>/"

urlpatterns = [
    # desk
    path("", desk.desk, name="desk"),
    path(LOT, desk.lot, name="lot"),
    path(LOT + "recall/", desk.recall, name="recall"),
    # register
    path("register/", register.register, name="register"),
    # designated media
    path("media/callback/", media.callback, name="media-callback"),
    # plans
    path("plans/", plans.plan_list, name="plans"),
    path("plans/new/", plans.plan_new, name="plan-new"),
    path("plans/<str:reference>/", plans.plan, name="plan"),
    # reserve price
    path(LOT + "reserve/", reserve.reserve, name="reserve"),
    path(LOT + "reserve/keys/", reserve.keys, name="reserve-keys"),
    path(LOT + "reserve/uploads/", reserve.upload_begin, name="reserve-uploads"),
    path(LOT + "reserve/send/", reserve.send, name="reserve-send"),
    path(LOT + "reserve/envelope/", reserve.envelope, name="reserve-envelope"),
    path(LOT + "reserve/unlock/", reserve.unlock, name="reserve-unlock"),
    path(LOT + "reserve/publish/", reserve.publish, name="reserve-publish"),
    # wizard
    path(LOT + "draft/", wizard.review, name="wizard-review"),
    path(LOT + "draft/field/<str:name>/", wizard.field, name="wizard-field"),
    path(LOT + "draft/files/upload/", wizard.files, name="wizard-files"),
    path(LOT + "draft/trustees/", wizard.key_set, name="wizard-trustees"),
    path(LOT + "draft/submit/", wizard.submit, name="wizard-submit"),
    path(LOT + "draft/<str:slug>/", wizard.wizard, name="wizard"),
    # the factor drawn at the opening
    path(LOT + "factor/", factor.factor, name="factor"),
    path(LOT + "factor/commit/", factor.commit, name="factor-commit"),
    # notices
    path(LOT + "files/<uuid:file_id>/", notices.file, name="file"),
    path(LOT + "notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path(LOT + "enquiries/", notices.enquiry_list, name="enquiries"),
    path(LOT + "amend/", notices.amend, name="amend"),
    # another key set after the notice
    path(LOT + "trustees/", trustees.index, name="trustees"),
    path(LOT + "trustees/publish/", trustees.publish, name="trustees-publish"),
    # challenges
    path(LOT + "challenges/", challenges.challenge_list, name="challenges"),
    path(LOT + "challenges/<uuid:challenge_id>/answer/", challenges.answer, name="challenge-answer"),
    # results
    path(LOT + "results/", results.results, name="results"),
    path(LOT + "results/candidates/", results.candidates, name="candidates"),
    path(LOT + "results/award/", results.award, name="award"),
    path(LOT + "results/report/", results.report, name="award-report"),
    path(LOT + "results/contract/", results.contract, name="contract"),
    path(LOT + "results/refund/", results.refund, name="refund"),
    path(LOT + "results/archive/", results.archive, name="archive"),
    path(LOT + "results/archive/download/", results.archive_download, name="archive-download"),
    path(LOT + "terminate/", results.terminate, name="terminate"),
    # acts with one form each, and the contract's performance
    path(LOT + "acts/<slug:verb>/", acts.act, name="act"),
    path(LOT + "performance/", acts.performance, name="performance"),
    # the centre's own
    path("centre/lots/", hosted.index, name="hosted"),
    path("centre/catalogue/", cataloguing.index, name="catalogue"),
    path("centre/venues/", venues.index, name="venues"),
    path("centre/venues/open/", venues.venue_open, name="venue-open"),
    path("centre/venues/<uuid:venue_key>/close/", venues.venue_close, name="venue-close"),
    path("centre/sessions/book/", venues.session_book, name="session-book"),
    path("centre/sessions/<uuid:session_id>/", venues.session, name="session"),
    path("centre/sessions/<uuid:session_id>/move/", venues.session_move, name="session-move"),
    path("centre/sessions/<uuid:session_id>/free/", venues.session_free, name="session-free"),
    path("centre/outages/", outages.index, name="outages"),
    path("centre/outages/<uuid:outage_id>/end/", outages.end, name="outage-end"),
    # letters
    path(LOT + "letters/<uuid:letter_id>/", letters.letter, name="letter"),
    path(LOT + "letters/<uuid:letter_id>.pdf", letters.letter_pdf, name="letter-pdf"),
    # texts for the file
    path(LOT + "instruments/<uuid:instrument_id>/", letters.instrument, name="instrument"),
    path(LOT + "instruments/<uuid:instrument_id>.pdf", letters.instrument_pdf, name="instrument-pdf"),
]

# A bidder's pages and the opening room: trading/bidding_urls.py.
urlpatterns += bidding_patterns

# Committee, its room, its report: trading/evaluation_urls.py.
urlpatterns += evaluation_patterns
