"""Witnesses are shown every checkpoint (C2SP tlog-witness): each signs only what follows from what it signed before.

A witness that refuses is the alarm the record is built for: either it lost its place, or we showed two histories.
"""

import base64
import logging
import urllib.error
import urllib.request
from dataclasses import dataclass

from django.conf import settings

from platform_site.ledger import publishing, services, tree
from platform_site.ledger.models import Checkpoint, Cosignature
from platform_site.ledger.notes import BadNote, Verifier

log = logging.getLogger(__name__)
SECONDS = 5
ANSWER_LIMIT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said: HTTP status (0: not reached) and words."""

    status: int
    words: str


def show_all() -> int:
    """Every witness with an address was shown the newest checkpoint; how many signed it. Files are published anew."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return 0
    signed = sum(show(Verifier.parse(key), url, newest) for key, url in settings.LEDGER_WITNESS_URLS.items())
    if signed:
        publishing.publish()
    return signed


def show(witness: Verifier, url: str, checkpoint: Checkpoint) -> bool:
    """The witness signed the checkpoint, now or before."""
    mine = Cosignature.objects.filter(witness=witness.name)
    if mine.filter(checkpoint=checkpoint).exists():
        return True
    last = mine.order_by("-checkpoint_id").values_list("checkpoint_id", flat=True).first() or 0
    answer = _post(url, request(last, checkpoint))
    if answer.status == 409 and (size := answer.words.strip()).isdecimal() and last != int(size) < checkpoint.size:
        # It signed something whose answer we lost; it says where it stands.
        answer = _post(url, request(int(size), checkpoint))
    if answer.status != 200:
        level = logging.INFO if answer.status == 0 else logging.ERROR
        log.log(level, "witness %s did not sign %s: %s %s", witness.name, checkpoint.size, answer.status, answer.words)
        return False
    try:
        services.cosign(checkpoint.note + answer.words)
    except BadNote as error:
        log.error("witness %s answered what is no signature of its own: %s", witness.name, error)
        return False
    return True


def request(old: int, checkpoint: Checkpoint) -> bytes:
    """The body of add-checkpoint: where the witness stands, the proof from there, the checkpoint."""
    steps = tree.consistency(old, checkpoint.size) if 0 < old < checkpoint.size else []
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in steps)]
    return ("\n".join(lines) + "\n\n" + checkpoint.note).encode()


def _post(url: str, body: bytes) -> Answer:
    asked = urllib.request.Request(url.rstrip("/") + "/add-checkpoint", data=body, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
            return Answer(answer.status, answer.read(ANSWER_LIMIT).decode())
    except urllib.error.HTTPError as no:
        return Answer(no.code, no.read(ANSWER_LIMIT).decode(errors="replace"))
    except (OSError, UnicodeDecodeError) as away:
        return Answer(0, str(away))
