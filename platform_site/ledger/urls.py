"""The record's public addresses."""

from django.urls import URLPattern

app_name = "ledger"
urlpatterns: list[URLPattern] = []
