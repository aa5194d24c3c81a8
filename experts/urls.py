"""Draws in public, the draw desk, an expert's own pages."""

from django.urls import path

from experts.views import desk, own, public

app_name = "experts"
urlpatterns = [
    path("draws/", public.draw_index, name="draws"),
    path("draws/<uuid:draw_id>/", public.draw_detail, name="draw"),
    path("draws/<uuid:draw_id>/certificate.json", public.certificate, name="certificate"),
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
