"""Demo only: mounted at /demo/keys/."""

from django.urls import path

from trading.views import receipts

urlpatterns = [path("", receipts.demo_key, name="demo-key")]
