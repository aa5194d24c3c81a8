"""Sealing's public addresses."""

from django.urls import path

from platform_site.sealing import views

app_name = "sealing"
urlpatterns = [
    path("uploads/<uuid:upload_id>/", views.upload, name="upload"),
    path("uploads/<uuid:upload_id>/finish/", views.upload_finish, name="upload-finish"),
    path("tool/", views.tool, name="tool"),
    path("tool/<str:sha256>.html", views.tool, name="tool-named"),
    path("trustees/<uuid:trustee_id>/", views.trustee, name="trustee"),
    path("trustees/<uuid:trustee_id>/keys/", views.batch, name="trustee-keys"),
    # A lot's reference may hold slashes, so verbs come first.
    path("countersign/<path:lot_ref>/", views.countersign, name="countersign"),
    path("release/<path:lot_ref>/", views.release, name="release"),
    path("lots/<path:lot_ref>/", views.lot, name="lot"),
]
