"""The inbox."""

from django.urls import path

from platform_site.messages import views

app_name = "messages"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read-all/", views.read_all, name="read-all"),
    path("messages/<uuid:message_id>/", views.read, name="read"),
]
