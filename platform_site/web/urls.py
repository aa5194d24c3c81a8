"""Served by every face."""

from django.urls import path

from platform_site.web import views

app_name = "web"
urlpatterns = [
    path("taste/", views.taste, name="taste"),
    path("csp-report/", views.csp_report, name="csp-report"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.live, name="live"),
    path("readyz", views.ready, name="ready"),
    path("health/", views.ready, name="health"),
]
