"""The record's public addresses: C2SP tlog-tiles under /ledger/, and ours beside it."""

from django.urls import path, re_path

from platform_site.ledger import views

app_name = "ledger"
NUMBERED = r"(?P<number>(?:x\d{3}/)*\d{3})"
WIDTH = r"(?:\.p/(?P<width>[1-9]\d{0,2}))?"
urlpatterns = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    re_path(rf"^tile/(?P<level>\d|[1-5]\d|6[0-3]|entries)/{NUMBERED}{WIDTH}$", views.tile, name="tile"),
    re_path(rf"^sealed/{NUMBERED}$", views.sealed_batch, name="sealed-batch"),
    re_path(r"^facts/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})$", views.facts, name="facts"),
    path("cosign", views.cosign, name="cosign"),
    path("keys", views.public_keys, name="keys"),
    path("checkpoints/<int:size>", views.old_checkpoint, name="old-checkpoint"),
    path("consistency/<int:old>/<int:new>", views.consistency, name="consistency"),
    path("entries/<uuid:entry_id>", views.entry, name="entry"),
    path("entries/<uuid:entry_id>/proof", views.entry_proof, name="entry-proof"),
    path("receipts/<uuid:entry_id>/<str:entry_hash>", views.receipt_proof, name="receipt-proof"),
    path("verify.py", views.verify_script, name="verify-script"),
]
