"""Is everything alive, and since when: each job says that it ended well, and nothing of what it found to do.

How much waits in a queue is never asked: before an opening it would tell that somebody filed, paid or asked (ENG-21).
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection

from platform_site import clock
from platform_site.web.models import Heartbeat

# Job of the schedule (platform_site.celery) -> what people call it.
TITLES = {
    "lots-due": "到时办理（公告、开标、竞价）",
    "openings-ready": "公布开标内容",
    "bonds-due": "保证金退还",
    "papers-due": "制作文书",
    "media-due": "指定媒介发布",
    "experts-invitations": "邀请专家",
    "experts-pool-root": "专家库每日摘要",
    "uploads-abandoned": "清理未完成的上传",
    "witnesses": "见证人核签",
    "read-models": "公开页面更新",
    "figures": "核对公布的统计数",
    "subscribers": "订阅通知",
    "mail-due": "发送邮件",
}
# A beat is written at most this often: jobs run every second.
WRITTEN_EVERY = 5.0
# So many of its own intervals, and at least this long, a job may be silent before it counts as late, as stopped.
LATE, STOPPED = 3, 10
LEAST = timedelta(seconds=30)
_written: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Job:
    """One job of the schedule.

    Attributes:
        every: how often it runs.
        at, since: when it last ended well, and since when without a gap; None before the first time.
        age: how long ago that was.
    """

    name: str
    title: str
    every: timedelta
    at: datetime | None
    since: datetime | None
    age: timedelta | None

    @property
    def state(self) -> str:
        """running | late | stopped | waiting (it has not run yet)."""
        if self.age is None:
            return "waiting"
        if self.age > max(self.every * STOPPED, LEAST * 4):
            return "stopped"
        return "late" if self.age > max(self.every * LATE, LEAST) else "running"


def beat(name: str) -> None:
    """The job ended well just now. At most one statement in five seconds a process."""
    if time.monotonic() - _written.get(name, -WRITTEN_EVERY) < WRITTEN_EVERY:
        return
    _written[name] = time.monotonic()
    now = clock.machine()
    gap = max(_every(name) * STOPPED, LEAST * 4)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO web_heartbeat (name, at, since) VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET"
            " since = CASE WHEN web_heartbeat.at < %s THEN excluded.at ELSE web_heartbeat.since END, at = excluded.at",
            [name, now, now, now - gap],
        )


def forget_written() -> None:
    """The next beat is written however soon it comes: for tests, whose clocks are their own."""
    _written.clear()


def jobs() -> list[Job]:
    """Every job of the schedule in the schedule's order. One query."""
    held = {row.name: row for row in Heartbeat.objects.all()}
    now, found = clock.machine(), []
    for name in current_app.conf.beat_schedule:
        row = held.get(name)
        age = max(now - row.at, timedelta(0)) if row else None
        title = TITLES.get(name, name)
        found.append(Job(name, title, _every(name), row and row.at, row and row.since, age))
    return found


def name_of(task: str) -> str:
    """The schedule's name of a task; "" for one that is not in it."""
    return next((name for name, entry in current_app.conf.beat_schedule.items() if entry["task"] == task), "")


def _every(name: str) -> timedelta:
    schedule = current_app.conf.beat_schedule[name]["schedule"]
    return schedule if isinstance(schedule, timedelta) else timedelta(seconds=float(schedule))
