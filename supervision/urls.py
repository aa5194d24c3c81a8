"""Supervision's pages: reading only."""

from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [path("", views.board, name="board")]
