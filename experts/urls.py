"""The draw desk, the pool and the way into it, an expert's own pages. Disclosure shows what is public of a draw."""

from django.urls import path

from experts.views import desk, entry, own

app_name = "experts"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/<uuid:draw_id>/", desk.draw_desk, name="draw-desk"),
    path("desk/<uuid:draw_id>/commit/", desk.commit, name="commit"),
    path("desk/<uuid:draw_id>/reveal/", desk.reveal, name="reveal"),
    path("desk/<uuid:draw_id>/recover/", desk.recover, name="recover"),
    path("desk/<uuid:draw_id>/run/", desk.run, name="run"),
    path("desk/<uuid:draw_id>/replace/", desk.replace, name="replace"),
    path("desk/<uuid:draw_id>/extend/", desk.extend, name="extend"),
    path("apply/", entry.apply, name="apply"),
    path("apply/<uuid:application_id>/withdraw/", entry.withdraw, name="withdraw"),
    path("pool/", entry.pool, name="pool"),
    path("pool/applications/<uuid:application_id>/", entry.application, name="application"),
    path("pool/<uuid:expert_id>/", entry.person, name="person"),
    path("mine/", own.mine, name="mine"),
    path("invitations/<uuid:invitation_id>/", own.invitation, name="invitation"),
]
