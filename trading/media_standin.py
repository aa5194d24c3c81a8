"""模拟指定媒介: a stand-in that publishes and acknowledges, in demo, rehearsal and tests. Never real.

`answer` acknowledges as media should; with another digest it says that other words stand there. Late, twice and never
are when and how often it is asked. Production refuses it.
"""

import hashlib
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings

from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.sealing import signing
from trading.models import MediaOutlet, MediaPost
from trading.services import media


class Acknowledgement(TypedDict):
    """What `media.acknowledged` takes."""

    outlet_id: UUID
    body: dict[str, str]
    signature: str


class StandIn:
    """One stand-in medium, by name."""

    def __init__(self, name: str) -> None:
        if settings.MODE == "production":
            raise RuntimeError("a stand-in publishes nothing in production")
        self.name = name

    @property
    def secret(self) -> bytes:
        """Its signing key: the installation's own, and none of a production."""
        return hashlib.sha256(f"media stand-in {self.name} {settings.SECRET_KEY}".encode()).digest()

    def register(self) -> MediaOutlet:
        """Its row stands."""
        return media.outlet_register(name=self.name, public_key=signing.public_key_of(self.secret), actor=CONSOLE)

    def say(self, outlet_id: UUID, **said: Any) -> Acknowledgement:
        """A signed message."""
        body = {"at": clock.now().isoformat(), **{name: str(value) for name, value in said.items()}}
        return {"outlet_id": outlet_id, "body": body, "signature": signing.sign(self.secret, media.CONTEXT, body)}

    def answer(self, post: MediaPost, *, digest: str = "") -> Acknowledgement:
        """The acknowledgement of one post; `digest` where other words stand there."""
        url = f"https://media.example/{post.notice_id}"
        return self.say(post.outlet_id, post=post.pk, digest=digest or post.notice.digest, url=url)


def answer_all() -> int:
    """Every post that waits at a stand-in is acknowledged as it was given. How many."""
    done = 0
    for post in MediaPost.objects.filter(state="sent").select_related("outlet", "notice")[: media.AT_ONCE]:
        medium = StandIn(post.outlet.name)
        if signing.public_key_of(medium.secret) == post.outlet.public_key:
            media.acknowledged(**medium.answer(post))
            done += 1
    return done
