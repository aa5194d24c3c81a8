"""Every write of sealing. Callers (trading, experts) hold the locks and write the ledger; chunk writes stand alone.

upload_begin / upload_append / upload_finish / upload_store      resumable ciphertexts
uploads_sweep                                                    those nobody came back for are gone
trustee_enrol / trustee_retire / publish_batch / assign_keyset / keyset_countersign / keyset_gaps / release_key
envelope_accept / envelope_retire / unlock
open_envelopes → ready / missing → record (or discard)
"""

from platform_site.sealing.services.envelopes import Accepted, envelope_accept, envelope_retire, unlock
from platform_site.sealing.services.opening import Opened, discard, missing, open_envelopes, ready, record
from platform_site.sealing.services.sweeping import ABANDONED_AFTER, uploads_sweep
from platform_site.sealing.services.trustees import (
    BATCH_CONTEXT,
    assign_keyset,
    keyset_countersign,
    keyset_gaps,
    publish_batch,
    release_key,
    trustee_batch,
    trustee_countersign,
    trustee_enrol,
    trustee_register,
    trustee_release,
    trustee_retire,
)
from platform_site.sealing.services.uploads import (
    MAX_CHUNK,
    upload_append,
    upload_begin,
    upload_finish,
    upload_progress,
    upload_store,
    upload_token,
)

__all__ = [
    "ABANDONED_AFTER",
    "BATCH_CONTEXT",
    "MAX_CHUNK",
    "Accepted",
    "Opened",
    "assign_keyset",
    "discard",
    "envelope_accept",
    "envelope_retire",
    "keyset_countersign",
    "keyset_gaps",
    "missing",
    "open_envelopes",
    "publish_batch",
    "ready",
    "record",
    "release_key",
    "trustee_batch",
    "trustee_countersign",
    "trustee_enrol",
    "trustee_register",
    "trustee_release",
    "trustee_retire",
    "unlock",
    "upload_append",
    "upload_begin",
    "upload_finish",
    "upload_progress",
    "upload_store",
    "upload_token",
    "uploads_sweep",
]
