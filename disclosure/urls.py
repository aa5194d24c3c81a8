"""Public pages at the root of the site."""

from django.urls import path

from disclosure.views import calendar, home, lists, papers, plans, rules, status, subjects, subscriptions, trades

app_name = "disclosure"
urlpatterns = [
    path("", home.home, name="home"),
    path("trades/", lists.trade_index, name="trades"),
    path("feeds/trades.atom", lists.feed, name="feed"),
    path("exports/trades.xlsx", lists.export, name="export"),
    path("history/<uuid:notice_id>/", lists.history, name="history"),
    path("subscriptions/", subscriptions.subscribe, name="subscribe"),
    path("subscriptions/<uuid:subscription_id>/end/", subscriptions.subscription_end, name="subscription-end"),
    path("subscriptions/leave/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("trades/<str:reference>/", trades.tender_detail, name="tender"),
    path("trades/<str:reference>/<int:number>/", trades.trade_detail, name="trade"),
    path("trades/<str:reference>/<int:number>/notices/<uuid:notice_id>/", trades.notice_detail, name="notice"),
    path("trades/<str:reference>/<int:number>/notices/<uuid:notice_id>.pdf", trades.notice_pdf, name="notice-pdf"),
    path("trades/<str:reference>/<int:number>/files/<uuid:file_id>/", trades.document_file, name="document"),
    path("trades/<str:reference>/<int:number>/factor.json", trades.factor, name="factor"),
    path("plans/<str:reference>/", plans.plan_detail, name="plan"),
    path("subjects/<str:code>/trades/", subjects.subject_trades, name="subject-trades"),
    path("calendar/", calendar.day_plan, name="calendar"),
    path("deals/", calendar.deal_index, name="deals"),
    path("rules/", rules.rule_index, name="rules"),
    path("rules/procedures/<str:procedure_id>/", rules.procedure_detail, name="procedure"),
    path("rules/<str:rule_id>/", rules.rule_detail, name="rule"),
    path("guide/", home.guide, name="guide"),
    path("oversight/", home.oversight, name="oversight"),
    path("accessibility/", home.accessibility, name="accessibility"),
    path("status/", status.status, name="status"),
    path("status/operations/", status.operations, name="operations"),
    path("metrics", status.metrics, name="metrics"),
    path("about/", home.about, name="about"),
    path("verify/", home.verify, name="verify"),
    path("verify/paper/", papers.paper_asked, name="verify-asked"),
    path("verify/file/", papers.paper_handed_in, name="verify-file"),
    path("verify/certificates/", papers.certificates, name="verify-certificates"),
    path("verify/<str:code>/", papers.paper_by_code, name="verify-paper"),
]
