"""The addresses of the public face."""

from django.urls import include, path

urlpatterns = [
    path("", include("disclosure.urls")),
    path("", include("platform_site.web.urls")),
    path("", include("platform_site.accounts.urls")),
    path("", include("platform_site.messages.urls")),
    path("ledger/", include("platform_site.ledger.urls")),
    path("subjects/", include("credit.urls")),
]
