"""The roof: composition only."""

from django.conf import settings
from django.urls import include, path

from platform_site.faces.routes import served

everything = [
    path("", include("disclosure.urls")),
    path("", include("platform_site.web.urls")),
    path("", include("platform_site.accounts.urls")),
    path("", include("platform_site.messages.urls")),
    path("ledger/", include("platform_site.ledger.urls")),
    path("sealing/", include("platform_site.sealing.urls")),
    path("subjects/", include("credit.urls")),
    path("work/", include("trading.urls")),
    path("demo/keys/", include("trading.demo_urls")),
    path("experts/", include("experts.urls")),
    path("supervision/", include("supervision.urls")),
]
urlpatterns = served(everything, settings.FACE)
