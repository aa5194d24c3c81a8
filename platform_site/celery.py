"""Celery: wake-up calls only. A task carries no information beyond ids; the rows it finds carry all of it."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The schedule is composed here because only the roof knows every room. Seconds, machine time.
app.conf.beat_schedule = {
    "lots-due": {"task": "trading.tasks.tick", "schedule": 1, "options": {"expires": 5}},
    "openings-ready": {"task": "trading.tasks.disclose_ready", "schedule": 2, "options": {"expires": 5}},
    "bonds-due": {"task": "trading.tasks.bonds_due", "schedule": 5, "options": {"expires": 10}},
    "media-due": {"task": "trading.tasks.media_due", "schedule": 5, "options": {"expires": 10}},
    "papers-due": {"task": "trading.tasks.papers_due", "schedule": 2, "options": {"expires": 5}},
    "experts-invitations": {"task": "experts.tasks.invitations", "schedule": 30, "options": {"expires": 25}},
    "experts-pool-root": {"task": "experts.tasks.pool_root", "schedule": 300, "options": {"expires": 250}},
    "uploads-abandoned": {
        "task": "platform_site.sealing.tasks.abandoned_uploads",
        "schedule": 3600,
        "options": {"expires": 3000},
    },
    "witnesses": {"task": "platform_site.ledger.tasks.witnesses", "schedule": 10, "options": {"expires": 8}},
    "read-models": {"task": "disclosure.tasks.follow_record", "schedule": 2, "options": {"expires": 5}},
    "figures": {"task": "disclosure.tasks.reconcile_figures", "schedule": 120, "options": {"expires": 100}},
    "subscribers": {"task": "disclosure.tasks.tell_subscribers", "schedule": 60, "options": {"expires": 55}},
    "mail-due": {"task": "platform_site.messages.tasks.mail_due", "schedule": 15},
}


@signals.task_success.connect
def _ended_well(sender: Any = None, **_: Any) -> None:
    """The status page hears that a job of the schedule is alive."""
    from platform_site.web import heartbeats

    if sender is not None and (name := heartbeats.name_of(sender.name)):
        heartbeats.beat(name)
