"""Forming a committee, its room, its report, and the bidder's side of a question; joined into trading.urls."""

from django.urls import path

from trading.views import evaluation, evaluation_desk, evaluation_report, quotes

LOT = "lots/<str:reference>/<int:number>/"
ROOM = LOT + "evaluation/room/"

evaluation_patterns = [
    # desk
    path("committees/", evaluation_desk.committees_due, name="committees"),
    path(LOT + "evaluation/", evaluation_desk.evaluation, name="evaluation"),
    path(LOT + "evaluation/draw/", evaluation_desk.draw, name="evaluation-draw"),
    path(LOT + "evaluation/form/", evaluation_desk.form, name="evaluation-form"),
    path(LOT + "evaluation/start/", evaluation_desk.start, name="evaluation-start"),
    path(LOT + "evaluation/extend/", evaluation_desk.extend, name="evaluation-extend"),
    # room
    path("seats/", evaluation.seats, name="seats"),
    path(ROOM, evaluation.room, name="evaluation-room"),
    path(ROOM + "document/", evaluation.document, name="evaluation-document"),
    path(ROOM + "document/<uuid:file_id>/", evaluation.document_file, name="evaluation-document-file"),
    path(ROOM + "questions/", evaluation.questions, name="evaluation-questions"),
    path(ROOM + "time/", evaluation.time_ask, name="evaluation-time"),
    path(ROOM + "quotes/", quotes.call, name="evaluation-call"),
    path(ROOM + "<uuid:bid_id>/", evaluation.sheet, name="evaluation-sheet"),
    path(ROOM + "<uuid:bid_id>/review/<str:item>/", evaluation.review, name="evaluation-review"),
    path(ROOM + "<uuid:bid_id>/score/<str:item>/", evaluation.score, name="evaluation-score"),
    path(ROOM + "<uuid:bid_id>/files/<uuid:file_id>/", evaluation.bid_file, name="evaluation-file"),
    # report
    path(LOT + "evaluation/report/", evaluation_report.report, name="evaluation-report"),
    path(LOT + "evaluation/report/draft/", evaluation_report.draft, name="evaluation-draft"),
    path(LOT + "evaluation/report/sign/", evaluation_report.sign, name="evaluation-sign"),
    path(LOT + "evaluation/report/submit/", evaluation_report.submit, name="evaluation-submit"),
    path(LOT + "evaluation/report/reject/", evaluation_report.reject_all, name="evaluation-reject"),
    path(LOT + "evaluation/report/canonical.json", evaluation_report.canonical_text, name="evaluation-canonical"),
    # the bidder's side; the address stands in the messages of trading.services.evaluations
    path(LOT + "questions/", evaluation.own_questions, name="own-questions"),
    path(LOT + "questions/<uuid:question_id>/answer/", evaluation.answer, name="own-answer"),
]
