"""The draw desk, an expert's own pages. What the public sees of a draw stands with disclosure."""

from django.urls import path

from experts.views import desk, own

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
    path("mine/", own.mine, name="mine"),
    path("invitations/<uuid:invitation_id>/", own.invitation, name="invitation"),
]
