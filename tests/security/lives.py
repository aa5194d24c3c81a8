"""One tender lives once a session; every milestone of it is kept, as a database and folders to clone or roll back."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.test import override_settings

from disclosure import projecting
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.services.duties import duty_grant
from platform_site.ledger import publishing
from tests import databases
from tests.stages import plain_papers
from trading.rehearsal import casting, engineering_factor, engineering_open, repertoire
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Played, Script, Stage, play

FOLDERS = {"MEDIA_ROOT": "files", "LEDGER_DIR": "ledger", "KEYS_DIR": "keys"}
# Between "amended" and the deadline nobody files here: the same lot as it fails.
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Moment:
    """The life at one milestone: a database nobody writes to, its folders, and the legal time at which it stands."""

    database: str
    folder: Path
    now: datetime


@dataclass
class Life:
    """A played tender. `moments` by milestone, in the order they were reached."""

    cluster: databases.Cluster
    home: Path
    cast: Cast
    moments: dict[str, Moment] = field(default_factory=dict)

    @contextlib.contextmanager
    def shown(self, milestone: str) -> Iterator[Moment]:
        """Within: the milestone itself stands behind the default connection. Roll back whatever you write."""
        moment = self.moments[milestone]
        with databases.behind_default(self.cluster, moment.database), folders(moment.folder), clock.at(moment.now):
            yield moment

    @contextlib.contextmanager
    def cloned(self, milestone: str, home: Path) -> Iterator[Moment]:
        """Within: a copy of the milestone of the caller's own, where commits are commits. Legal time is not frozen."""
        moment = self.moments[milestone]
        shutil.copytree(moment.folder, home, dirs_exist_ok=True)
        name = databases.clone(self.cluster, moment.database)
        try:
            with databases.behind_default(self.cluster, name), folders(home):
                yield Moment(name, home, moment.now)
        finally:
            databases.drop(self.cluster, name)

    def keep(self, milestone: str, now: datetime) -> None:
        """The database and folders now in use are kept under the milestone's name."""
        from django.conf import settings
        from django.db import connection

        if milestone in self.moments:
            return
        with clock.at(now):
            ledger.sequence_once()
            publishing.publish()
            projecting.catch_up()
        source = connection.settings_dict["NAME"]
        connection.close()
        folder = self.home / milestone
        for setting, name in FOLDERS.items():
            if (at := Path(getattr(settings, setting))).exists():
                shutil.copytree(at, folder / name)
        self.moments[milestone] = Moment(databases.clone(self.cluster, source), folder, now)

    def forget(self) -> None:
        """The kept databases are gone."""
        for moment in self.moments.values():
            databases.drop(self.cluster, moment.database)


@contextlib.contextmanager
def folders(home: Path) -> Iterator[None]:
    """Within, files, ledger and keys lie below `home`."""
    with override_settings(**{setting: home / name for setting, name in FOLDERS.items()}):
        yield


@contextlib.contextmanager
def lived(cluster: databases.Cluster, template: str, home: Path) -> Iterator[Life]:
    """Within: one engineering tender was lived from registration to archive, an objection on the way."""
    name = databases.clone(cluster, template)
    life: Life | None = None
    try:
        with databases.behind_default(cluster, name), folders(home / "live"):
            life = Life(cluster, home, company())
            stage, played = Stage(repertoire.START), Played("engineering.open", "objection")
            life.keep("assembled", stage.now)
            given = {"lots": [{**engineering_open.LOT, "terms": engineering_factor.TERMS}]}
            script = engineering_open.script(stage, life.cast, "objection", draft=given)

            def reached(milestone: str) -> None:
                life.keep(milestone, stage.now)
                if milestone == "opened":
                    beside(life.cast, stage.now)

            with plain_papers():
                play(stage, watched(script, reached), played)
            ledger.sequence_once()
            life.keep("ended", stage.now)
        fail(life)
        yield life
    finally:
        databases.drop(cluster, name)
        if life:
            life.forget()


def company() -> Cast:
    """The rehearsal's cast and the people it does without: auditors, another authority's supervisor, a bare person."""
    cast = repertoire.cast_for()
    with clock.at(repertoire.START):
        for username, name, duty in (("auditor", "段明远", "auditor"), ("foreign", "杜若飞", "supervisor")):
            someone = casting.person(username, name)
            duty_grant(user=someone.user, duty=duty, actor=CONSOLE)
            cast.people[username] = someone
        cast.people["citizen"] = casting.person("citizen", "白晓")
        qualified(cast)
    return cast


def qualified(cast: Cast) -> None:
    """A bidder has a qualification that was doubted and taken back, and one that stands."""
    from credit import services

    bidder, official = cast["bidder1"], cast["supervisor"].actor
    rows = [
        services.qualification_declare(
            subject_code=bidder.code,
            kind="水利水电工程施工总承包",
            grade="壹级",
            number=number,
            issuer="云泽省住房和城乡建设厅",
            valid_from=date(2024, 3, 1),
            valid_until=date(2029, 2, 28),
            actor=bidder.actor,
        )
        for number in ("D999000001", "D999000002")
    ]
    doubt = services.doubt_mark(qualification_id=rows[0].pk, reason="证书编号查询不到", actor=official)
    services.doubt_end(doubt_id=doubt.pk, reason="发证机关已经补录", actor=official)
    services.qualification_withdraw(qualification_id=rows[0].pk, reason="证书换发", actor=bidder.actor)


def beside(cast: Cast, now: datetime) -> None:
    """What a centre does beside the trade: a session is booked, an outage is over, a medium has answered.

    Nothing of it touches the lot, but its rows must say what the record says.
    """
    from trading.media_standin import StandIn
    from trading.models import Lot
    from trading.services import media, outages, sessions, venues

    operator, lot = cast["operator"].actor, Lot.objects.get()
    with clock.at(now):
        room = venues.venue_open(name="评标一室", kind="evaluation", place="五楼", seats=9, actor=operator)
        hour = timedelta(hours=1)
        sessions.session_book(
            lot_id=lot.pk, venue_id=room.pk, kind="evaluation", starts_at=now + hour, length=4 * hour, actor=operator
        )
        outages.outage_declare(
            starts_at=now - 50 * hour,
            ends_at=now - 48 * hour,
            failed="短信网关",
            evidence="供应商通报。",
            actor=operator,
        )
        outlet = StandIn(lot.terms["media"][0])
        outlet.register()
        for post in media.posts_send():
            media.acknowledged(**outlet.answer(post))


def watched(script: Script, reached: Callable[[str], None]) -> Script:
    """The script itself; `reached` is called once the step that reaches a milestone was done."""
    answer = None
    with contextlib.suppress(StopIteration):
        step = next(script)
        while True:
            answer = yield step
            if step.state:
                reached(step.state)
            step = script.send(answer)


def fail(life: Life) -> None:
    """The same lot where nobody filed until the deadline."""
    from trading.models import Lot

    with life.cloned("amended", life.home / "failing") as moment:
        stage = Stage(moment.now)
        stage.to(Lot.objects.get().recorded["bid_deadline"])
        assert Lot.objects.get().state == "failed"
        life.keep(FAILED, stage.now)
