"""Uploads nobody came back for are removed: the bytes of a browser that was closed, of a filing that was never sent.

Safe against a filing of the same moment. `envelope_accept` locks its uploads before it binds them; a row it holds is
passed over here, a row held here it cannot find any more, and the foreign key of `Part` would stop us in any case.
"""

from datetime import timedelta

from django.db import transaction

from platform_site import clock
from platform_site.failpoints import failpoint
from platform_site.sealing import storage
from platform_site.sealing.models import Part, Upload

# By the machine's clock, from the upload's beginning: bytes age on a disk, not in law. A filing page sends its parts
# and files them in one go, so a week leaves room for any broken line and any outage.
ABANDONED_AFTER = timedelta(days=7)
BATCH = 200


def uploads_sweep() -> int:
    """No upload older than ABANDONED_AFTER is left that no envelope refers to, nor its bytes. How many were removed.

    One short transaction a batch. What another sweep or a filing holds right now is left to the next round.
    """
    removed = 0
    while found := _sweep_batch():
        removed += found
    return removed


@transaction.atomic
def _sweep_batch() -> int:
    old = Upload.objects.filter(begun_at__lt=clock.machine() - ABANDONED_AFTER, part=None).order_by("begun_at")
    held = list(old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:BATCH])
    failpoint("sweep.rows_held")
    # A filing may have committed between the look and the lock: only what is unbound now, under the lock, may go.
    bound = set(Part.objects.filter(upload__in=held).values_list("upload_id", flat=True))
    doomed = [pk for pk in held if pk not in bound]
    Upload.objects.filter(pk__in=doomed).delete()
    # Bytes before the commit: broken off here, the rows come back and the next round finds them again.
    for pk in doomed:
        storage.ciphertext_path(pk).unlink(missing_ok=True)
    return len(doomed)
