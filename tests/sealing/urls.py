"""Sealing alone, for tests of its own addresses."""

from django.urls import include, path

urlpatterns = [path("sealing/", include("platform_site.sealing.urls"))]
