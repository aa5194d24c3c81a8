"""Writing into inboxes, and mailing what was written."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from platform_site import clock
from platform_site.accounts.models import User
from platform_site.failpoints import failpoint
from platform_site.ledger.selectors import checkpoint_line
from platform_site.messages.models import Message

log = logging.getLogger(__name__)
# A claim outlives any mail server's patience; after it the row is tried again under the same Message-ID.
CLAIM_LASTS = timedelta(minutes=10)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))


@transaction.atomic
def deliver(users: Iterable[User | int], *, dedupe: str, title: str, body: str, url: str = "") -> int:
    """Each of `users` finds the message once, however often this is called. Returns how many of them are told.

    Joins the caller's transaction: an act that is undone told nobody. Mails follow after the commit.

    Args:
        users: people or their primary keys; who is not active is left out.
        dedupe: what this is about, stable: `lot.opened:lot:T-…`.
        url: a path of this site.
    """
    keys = {user.pk if isinstance(user, User) else user for user in users}
    people = list(User.objects.filter(pk__in=keys, is_active=True).order_by("pk"))
    now, wall = clock.now(), clock.machine()
    rows = [
        Message(
            user=person,
            title=title,
            body=body,
            url=url,
            dedupe=dedupe,
            created_at=now,
            mail_state="waiting" if person.email else "none",
            mail_next_at=wall if person.email else None,
        )
        for person in people
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.mail_state == "waiting" for row in rows):
        transaction.on_commit(_wake)
    return len(rows)


def _wake() -> None:
    """A worker looks at once. Losing the call loses nothing: the beat looks too."""
    try:
        current_app.send_task("platform_site.messages.tasks.mail_due")
    except Exception:
        log.warning("no broker to wake; the beat will find the mails", exc_info=True)


@transaction.atomic
def read(*, message_id: UUID, user: User) -> Message:
    """The message counts as read.

    Raises:
        Message.DoesNotExist: it is not the person's; views show it as 404.
    """
    message = Message.objects.select_for_update().get(pk=message_id, user=user)
    if message.read_at is None:
        message.read_at = clock.now()
        message.save(update_fields=["read_at"])
    return message


def read_all(*, user: User) -> int:
    """Every message of the person counts as read. How many did not before."""
    return Message.objects.filter(user=user, read_at__isnull=True).update(read_at=clock.now())


def send_due(limit: int = 200) -> int:
    """Mails that are due were handed to the mail server, each claimed by one process. How many were.

    Claim, hand over, mark are three steps: no lock is held while a mail server thinks. A process that dies after the
    claim leaves it to lapse, and the mail is tried again. One that dies while handing over leaves a mail nobody can say
    was sent: it is never sent twice, for the inbox already holds the message and that is what counts in law.
    """
    sent = 0
    for _ in range(limit):
        message = _claim()
        if message is None:
            break
        failpoint("mail.claimed")
        Message.objects.filter(pk=message.pk).update(mail_state="handed", mail_next_at=None)
        try:
            _mail(message).send()
        except Exception:
            log.warning("mail %s was not accepted", message.pk, exc_info=True)
            _put_back(message)
            continue
        failpoint("mail.sent")
        Message.objects.filter(pk=message.pk, mail_state="handed").update(mail_state="sent")
        sent += 1
    return sent


@transaction.atomic
def _claim() -> Message | None:
    now = clock.machine()
    due = Message.objects.filter(mail_next_at__lte=now).filter(Q(mail_state="waiting") | Q(mail_state="sending"))
    due = due.select_related("user").select_for_update(of=("self",), skip_locked=True, no_key=True)
    message = due.order_by("mail_next_at").first()
    if message is not None:
        message.mail_state = "sending"
        message.mail_next_at = now + CLAIM_LASTS
        message.mail_tries += 1
        message.save(update_fields=["mail_state", "mail_next_at", "mail_tries"])
    return message


def _put_back(message: Message) -> None:
    if message.mail_tries > len(RETRY_AFTER):
        state, at = "failed", None
    else:
        state, at = "waiting", clock.machine() + RETRY_AFTER[message.mail_tries - 1]
    Message.objects.filter(pk=message.pk, mail_state="handed").update(mail_state=state, mail_next_at=at)


def _mail(message: Message) -> EmailMessage:
    lines = [message.body]
    if message.url:
        lines += ["", f"{settings.ORIGIN}{message.url}"]
    lines += ["", "--", settings.SITE_NAME]
    if settings.MODE != "production":
        lines.append("演练数据，不具效力")
    # Any old mail is a witness: the checkpoint in its footer must be on the log's history for ever.
    if line := checkpoint_line():
        lines.append(line)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    return EmailMessage(
        subject=message.title,
        body="\n".join(lines),
        to=[message.user.email],
        headers={"Message-ID": f"<{message.pk}@{host}>"},
    )
