"""Two worlds from one database: the same script of everybody, once with a rival in it and once without.

A world is a clone of the life at `bidding`. Its legal and its wall clock are the script's, so that whatever is still
different was caused by the rival, or is random. What is random is masked (`masked`), each kind with its reason.
"""

import contextlib
import io
import json
import logging
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.middleware import csrf
from django.test import Client
from django.utils import cache
from django_otp.plugins.otp_totp import models as otp_models

from disclosure import projecting
from disclosure.services import subscriptions
from platform_site import clock, ledger
from platform_site.clock import services as clock_services
from platform_site.ledger import publishing
from platform_site.messages import services as messages
from platform_site.messages.models import Message
from platform_site.sealing.models import KeySet
from platform_site.sealing.seal import Context, PlainFile, seal
from platform_site.web import heartbeats, streams
from tests.security.lives import Life
from tests.security.routes import TABLE
from tests.security.things import Things
from tests.security.walk import Route, routes
from trading import tasks as trading_tasks
from trading.bank_standin import LIES, StandIn, lie
from trading.models import Bond, BondInstitution, Enquiry, Lot
from trading.rehearsal import casting, sealed
from trading.rehearsal.engineering_consortium import said_by
from trading.services import ticks
from trading.services.documents import current_version
from trading.services.trustees import key_set_proposed

# username of everybody who looks; "" is the anonymous public. `bidder1` is the other bidder, `bidder5` a stranger.
OBSERVERS = (
    "", "citizen", "initiator", "agency", "operator", "draw_officer", "supervisor", "foreign", "auditor",
    "maintainer", "pool_supervisor", "bidder1", "bidder5", "expert1",
)  # fmt: skip
RIVALS = ("bidder2", "bidder4")
MEMBER = "bidder5"  # of the first rival's consortium, without a word of it before the opening
# Those who stand nearest to the lot, one of each kind.
NEAR = ("", "initiator", "agency", "operator", "supervisor", "bidder1", "bidder5")
# Pages that show a lot, for the glances on the way.
QUICK = frozenset(
    {
        "disclosure:home", "disclosure:trade", "disclosure:calendar", "messages:inbox", "trading:desk", "trading:lot",
        "trading:enquiries", "trading:results", "trading:bid", "trading:opening", "trading:evaluation",
        "experts:desk", "supervision:board", "sealing:lot",
    }
)  # fmt: skip
# The public's pages, which ask nobody who he is, and those of one's own person: few read them for all.
STATIC = ("disclosure:", "ledger:", "sealing:", "web:", "accounts:", "credit:", "demo")
READERS = ("", "agency", "bidder5")
VERBS = ("trading:", "experts:", "sealing:")
WALL = datetime(2026, 11, 1, tzinfo=UTC)

# Why two runs of the very same script differ. Whatever is found is numbered in the order of its appearance, so that
# the same thing said twice must be said twice in the other world too.
BASE64 = "[A-Za-z0-9+/_-]"
PATHS = "work|trades|experts|subjects|sealing|messages|ledger|supervision"  # addresses look like base64 and are none
RANDOM = {
    "uuid": (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ids made in the run are UUIDv4"),
    "hex": (r"[0-9a-f]{64}", "hashes, roots and commitments of leaves that hold such ids"),
    "short": (r"(?<=gz-hash\">)[0-9a-f]{8,32}|[0-9a-f]{4}…[0-9a-f]{4}", "such hashes as pages shorten them"),
    "root": (r"(?<=\">)[A-Za-z0-9+/]{12}(?=…)", "the record's root, shortened"),
    "print": (r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", "fingerprints of keys and sets made in the run"),
    "etag": (r"(?<=ETag: \")[0-9a-f]{32}", "a digest over content that holds such ids"),
    "written": (r"\d{4}-\d\d-\d\dT[\d:]{8}Z(?=</dcterms)", "a spreadsheet says when it was written, by the wall clock"),
    "panel": (r"(?<=data-panel=\")[0-9a-f]{16}|(?<=X-Panel: )[0-9a-f]{16}", "a digest over ids of one's own bid"),
    "expiry": (r"(?<=Expires: ).* GMT", "the wall clock again: it goes on with every page that is looked at"),
    "ticket": (r"ticket=[\w:.-]+", "a stream's ticket carries a wall clock nobody can freeze"),
    "signed": (rf"(?<!{BASE64})(?!/(?:{PATHS})/){BASE64}{{43,}}={{0,2}}", "signatures and base64 of hashes"),
    "account": (r"(?<=gz-mono text-break\">)\d{20}", "the account a bond is paid to is random"),
    "asker": (r"询问人 [A-Z2-9]{4}", "a lot's pseudonym is random"),
    "skew": (r"\"clock_skew_ms\": [\d.]+", "health measures the wall clock, which stands still here"),
    "skewed": (r"[\d.]+(?= 毫秒)", "the same on the operator's page"),
    "swept": (r"older than [\d:. +-]+", "django-axes says how far back it swept, by the wall clock"),
}
RANDOMS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, (pattern, _) in RANDOM.items()))
# Bytes that are hashes and nothing else: only their number is compared.
BINARY = re.compile(r"^(?:/ledger/)?(?:tile/\d+/|sealed/)")


@lru_cache(maxsize=4096)
def masked(text: str) -> str:
    """The text with everything random replaced by its kind and the number of its first appearance."""
    seen: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"<{found.lastgroup} {len(seen)}>")

    return RANDOMS.sub(name, text)


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: status, headers, content, and every SQL statement it took."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    queries: tuple[str, ...]

    def like(self, other: "Seen") -> bool:
        """Whether nobody could tell the two apart. Masking is slow, so it is asked last."""
        if (self.status, self.queries) != (other.status, other.queries):
            return False
        same = self.headers == other.headers or [masked(f"{k}: {v}") for k, v in self.headers] == [
            masked(f"{k}: {v}") for k, v in other.headers
        ]
        return same and (self.content == other.content or self.text == other.text)

    @property
    def text(self) -> str:
        """The content as it is compared."""
        return compared(self.url, self.content)


@dataclass
class World:
    """One run of the script.

    Attributes:
        seen: (moment of the script, observer, request) -> answer.
        logs, mails, streams, inboxes: what was said, in order, by everybody but to the rivals.
        files: (moment of the script, path) -> content of the record's public files.
    """

    life: Life
    rivals: tuple[str, ...]
    asks: bool
    observers: tuple[str, ...]
    home: Path
    full: bool = True
    now: datetime = WALL
    wall: datetime = WALL
    seen: dict[tuple[str, str, str], Seen] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    inboxes: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    # -- the script's tools ------------------------------------------------------------------------------------------

    @property
    def lot(self) -> Lot:
        """The lot as it stands."""
        return Lot.objects.select_related("tender").get()

    def url(self, tail: str) -> str:
        """An address below the lot's workbench."""
        return f"/work/lots/{self.lot.reference}/{tail}"

    def client(self, username: str) -> Client:
        """The browser of one person, signed in since the beginning."""
        if username not in self.clients:
            client = self.clients[username] = Client(raise_request_exception=False)
            if username:
                client.force_login(self.life.cast[username].user)
        return self.clients[username]

    def everybody_signs_in(self) -> None:
        """Who looks and who acts is signed in before anything happens, the same people in every world."""
        with self.turn():
            for who in sorted({*OBSERVERS, *RIVALS}):
                self.client(who)

    @contextlib.contextmanager
    def turn(self, after: timedelta = timedelta()) -> Iterator[None]:
        """A slot of the script: legal time moves on, and the wall clock by one second, whether anybody acts or not."""
        self.now += after
        self.wall += timedelta(seconds=10)
        with clock.at(self.now):
            yield

    def post(self, who: str, tail: str, data: Any = None, *, expect: int = 302, **extra: Any) -> Any:
        """`who` posts below the lot."""
        answer = self.client(who).post(self.url(tail), data, **extra)
        assert answer.status_code == expect, (who, tail, answer.status_code, answer.content.decode()[:2000])
        return answer

    def file(self, who: str, price: str, *, expect: int = 201) -> None:
        """`who` seals in the browser, uploads in chunks and files; a standing bid is replaced.

        The first rival bids for a consortium, whose member looks on: he learns of it at the opening, like everybody.
        """
        lot, person = self.lot, self.life.cast[who]
        keyset = KeySet.objects.get(hash=lot.key_set_hash).document
        said, outside = sealed.offer(person, price, days=lot.period_days), None
        files = [PlainFile("技术标.txt", f"{person.code} 技术标".encode(), "text/plain")]
        if who == RIVALS[0]:
            said["consortium"] = sealed.together(said_by(self.life.cast, who, (MEMBER,)))
            files.append(PlainFile("共同投标协议.txt", sealed.AGREEMENT, "text/plain"))
            outside = {"members": [self.life.cast[MEMBER].code], "agreement": said["consortium"]["agreement"]}
        made = seal(
            said,
            files,
            keyset=keyset,
            key=self.life.cast.keys[person.code],
            context=Context(lot.ledger_ref, current_version(lot).digest, consortium=outside),
            created=clock.now(),
        )
        standing = lot.bids.standing().filter(subject__code=person.code).first()
        said = {
            "header": made.header.decode(),
            "signature": made.signature,
            "wraps": {"owner": b64(made.wraps["owner"]), "trustees": [b64(one) for one in made.wraps["trustees"]]},
            "uploads": [self.upload(who, bytes(part)) for part in made.parts],
            "key": str(uuid4()),
            "subject": person.code,
            "standing": str(standing.pk) if standing else "",
        }
        self.post(who, "bid/file/send/", json.dumps(said), expect=expect, content_type="application/json")

    def pay(self, who: str, *, lies: bool = False) -> None:
        """`who` declares a bond and the bank confirms it at the public door; with lies, also what is not so."""
        self.post(who, "bid/bond/", {"form": "gold"}, expect=409)
        bank = BondInstitution.objects.get(kind="bank")
        self.post(who, "bid/bond/", {"form": "transfer", "institution": str(bank.pk), "payer_account": "6222000"})
        bond = (
            Bond.objects.standing().select_related("lot__tender", "subject").get(subject__code=self.life.cast[who].code)
        )
        one = StandIn()
        message = one.credit(bond)
        self.call_back(message)
        if lies:
            self.call_back(message)
            for how in LIES:
                self.call_back(lie(one, message, how), expect=403 if how == "signature" else 200)

    def call_back(self, message: Any, *, expect: int = 200) -> None:
        """An institution's message comes in; it has no session."""
        said = {
            "institution": str(message["institution_id"]),
            "body": message["body"],
            "signature": message["signature"],
        }
        answer = Client().post("/work/bonds/callback/", json.dumps(said), content_type="application/json")
        assert answer.status_code == expect, answer.content

    def begin(self, who: str, content: bytes) -> Any:
        """An upload stands open, and may never be more."""
        digest = sha256(content)
        return self.post(
            who, f"bid/file/uploads/?for={self.life.cast[who].code}",
            json.dumps({"key": digest, "size": len(content), "sha256": digest}),
            expect=201, content_type="application/json",
        ).json()  # fmt: skip

    def upload(self, who: str, content: bytes) -> str:
        """One ciphertext goes through the chunk door; its id."""
        digest, begun = sha256(content), self.begin(who, content)
        address, token = f"/sealing/uploads/{begun['id']}/", {"Upload-Token": begun["token"]}
        sent = self.client(who).patch(
            address, content, content_type="application/octet-stream",
            headers={**token, "Upload-Offset": "0", "Upload-SHA256": digest},
        )  # fmt: skip
        done = self.client(who).post(f"{address}finish/", headers=token)
        assert (sent.status_code, done.status_code) == (200, 200), (sent.content, done.content)
        return begun["id"]

    def replace_a_trustee(self) -> None:
        """The notary has lost its key: the agency proposes another set, it is countersigned and announced."""
        cast = self.life.cast
        fresh = casting.add_trustee(cast, "notary", cast.subjects["notary"], stock=5)
        kept = [str(row.pk) for row in casting.trustees_of(cast) if row.role != "notary"]
        self.post("agency", "trustees/", {"trustees": [*kept, str(fresh.pk)], "k": "3"})
        casting.countersign(cast, key_set_proposed(self.lot).pk)
        del cast.trustees[str(fresh.pk)]  # the life goes on without it
        self.post("agency", "trustees/publish/", {"ground": "lost", "reason": "设备损坏。", "bid_deadline": ""})

    # -- what everybody sees -----------------------------------------------------------------------------------------

    def settle(self, moment: str) -> None:
        """The record is numbered, closed and published and mails go out, at the portal's own fixed pace."""
        with self.turn():
            ledger.sequence_once()
            projecting.catch_up()
            subscriptions.tell_all()
            publishing.publish()
            heartbeats.forget_written()
            heartbeats.beat("lots-due")
            messages.send_due()
            ticks.tick()
            trading_tasks.bonds_due()
            trading_tasks.media_due()
        for path, content in published():
            self.files[moment, path] = content

    def glance(self, moment: str) -> None:
        """Those nearest to the lot open the pages that show it."""
        with self.turn():
            things = Things(self.life.cast)
        for who in self.observers if not self.full else filter(NEAR.__contains__, self.observers):
            for route in routes():
                if route.name in QUICK:
                    self.look(moment, who, "GET", route, things)

    def observe(self, moment: str) -> None:
        """Everybody opens every page; those nearest also try every verb of the trade with an empty form.

        A method that an address does not take at all is a 405 whoever is there, so it is not asked.
        """
        with self.turn():
            things = Things(self.life.cast)
        for who in self.observers:
            for route in routes():
                row = TABLE[route.name]
                if (who in READERS or not route.name.startswith(STATIC)) and not row.deed:
                    self.look(moment, who, "GET", route, things)
                if who in NEAR and route.name.startswith(VERBS) and row.takes_forms:
                    self.look(moment, who, "POST", route, things)

    def look(self, moment: str, who: str, method: str, route: Route, things: Things) -> None:
        """One request, undone again."""
        client, url, queries = self.client(who), things.url(route), []

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            queries.append(re.sub(r"\"s\d+_x\d+\"", "savepoint", sql))
            return execute(sql, params, many, context)

        cookies = client.cookies.output()
        with self.turn(), transaction.atomic():
            with connection.execute_wrapper(counted):
                answer = client.generic(method, url, content_type="application/x-www-form-urlencoded")
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        if client.cookies.output() != cookies:
            client.cookies.clear()
            client.cookies.load(cookies.replace("Set-Cookie: ", ""))
        headers = tuple(sorted(answer.headers.items()))
        if route.name.endswith("-proof"):
            # An entry's place in its sealed batch is random, and a proof as long as the place has digits.
            headers = tuple(one for one in headers if one[0] != "Content-Length")
        key = (moment, who or "anonymous", f"{method} {masked(url)} ({route.name})")
        self.seen[key] = Seen(url, answer.status_code, headers, content, tuple(queries))


def compared(url: str, content: bytes) -> str:
    """Content as it is compared: text with the random masked, hashes by their length, a spreadsheet by its members."""
    if BINARY.match(url):
        return f"{len(content)} bytes"
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(masked(f"{name} {packed.read(name).decode()}") for name in packed.namelist())
    return masked(content.decode(errors="replace"))


def published() -> list[tuple[str, str]]:
    """Every public file of the record: its path and content, masked; entry bundles leaf by leaf."""
    root, found = Path(settings.LEDGER_DIR), []
    for path in sorted(one for one in root.rglob("*") if one.is_file() and one.name != ".lock"):
        name, data = str(path.relative_to(root)), path.read_bytes()
        text = "\n".join(leaves(data)) if name.startswith("tile/entries/") else data
        found.append((masked(name), text if isinstance(text, str) else compared(name, text)))
    # Files named by their digest come in a random order.
    numbered = sorted(found)
    return [(f"{name} #{place}", content) for place, (name, content) in enumerate(numbered)]


def leaves(bundle: bytes) -> Iterator[str]:
    """The leaves of an entry bundle, masked one by one."""
    at = 0
    while at < len(bundle):
        (length,) = struct.unpack(">H", bundle[at : at + 2])
        yield masked(bundle[at + 2 : at + 2 + length].decode())
        at += 2 + length


def said(one: mail.EmailMessage) -> str:
    """A mail as it is compared: to whom, headers of ours, subject, body."""
    return masked("\n".join([*one.to, one.subject, *(f"{k}: {v}" for k, v in one.extra_headers.items()), one.body]))


def b64(data: bytes) -> str:
    """Base64 as JSON carries it."""
    import base64

    return base64.b64encode(data).decode()


def sha256(data: bytes) -> str:
    """Hex digest."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


class Listener(logging.Handler):
    """Every log line of every logger, as it would be written."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(level=logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(masked(f"{record.levelname} {record.name} {record.getMessage()}"))


@contextlib.contextmanager
def running(world: World) -> Iterator[None]:
    """Within: the world's database, folders, wall clock; its logs, mails and streams are caught."""
    listener, mail.outbox = Listener(world.logs), []
    root = logging.getLogger()
    with contextlib.ExitStack() as stack:
        moment = stack.enter_context(world.life.cloned("bidding", world.home))
        world.now = moment.now
        stack.enter_context(mock.patch.object(clock, "machine", side_effect=lambda: world.wall))
        # The database's wall clock runs on; a node so far off would refuse every filing.
        stack.enter_context(mock.patch.object(clock_services, "drift", timedelta))
        # When a page expires is told by the wall clock too.
        stack.enter_context(mock.patch.object(cache, "time", mock.Mock(time=lambda: world.wall.timestamp())))
        # A new second factor's secret is random.
        stack.enter_context(mock.patch.object(otp_models, "random_hex", return_value="ab" * 20))
        # Tokens against forged forms are the same everywhere, or no two pages would ever be.
        for name in ("_get_new_csrf_string", "_mask_cipher_secret"):
            stack.enter_context(mock.patch.object(csrf, name, return_value="t" * 32))
        stack.enter_context(mock.patch.object(streams, "_send", lambda *said: world.streams.append(" ".join(said))))
        root.addHandler(listener)
        stack.callback(root.removeHandler, listener)
        yield
        own = {world.life.cast[name].user.email for name in RIVALS}
        world.mails += [said(one) for one in mail.outbox if not own & set(one.to)]
        for who in filter(None, world.observers):
            rows = Message.objects.filter(user=world.life.cast[who].user).order_by("created_at", "title")
            world.inboxes[who] = [(masked(m.title), masked(m.body), masked(m.url)) for m in rows]


def live(
    life: Life,
    home: Path,
    *,
    rivals: tuple[str, ...] = (),
    asks: bool = False,
    observers: tuple[str, ...] = OBSERVERS,
    full: bool = True,
) -> World:
    """The world from two hours after the notice to one second before the deadline.

    Args:
        full: every page is opened in the last minute; else only those that show the lot, all the way.
    """
    world = World(life, rivals, asks, observers, home, full=full)
    with running(world):
        play(world)
    return world


def play(world: World) -> None:
    """The script. Where a rival would act there is a turn in both worlds, empty in one of them.

    Pages are looked at where what they could show is most: who downloaded still has when somebody asks, and who filed
    first still stands in the last minute.
    """
    deadline = world.lot.recorded["bid_deadline"]
    world.everybody_signs_in()
    hour, day = timedelta(hours=1), timedelta(days=1)

    with world.turn(2 * hour):
        world.post("bidder1", "bid/obtain/")
    with world.turn(hour):
        for rival in world.rivals:
            world.post(rival, "bid/ask/", {"question": "尚未获取文件时的询问"}, expect=403)
            world.post(rival, "bid/obtain/")
    world.settle("downloaded")

    with world.turn(day):
        world.post("bidder1", "bid/ask/", {"question": "反冲洗设备的材质要求是否包括同等性能的其他材料？"})
    with world.turn(hour):
        for rival in world.rivals if world.asks else ():
            world.post(rival, "bid/ask/", {"question": "问" * 5001}, expect=409)
            world.post(rival, "bid/ask/", {"question": "地勘报告能否提供电子版？"})
    world.settle("asked")
    world.glance("asked")
    with world.turn(hour):
        asked = Enquiry.objects.get(subject__code=world.life.cast["bidder1"].code)
        world.post("agency", "enquiries/", {f"answer-{asked.pk}": "包括。以性能参数为准。", "text": ""})
    with world.turn(hour):
        world.post("agency", "amend/", {"summary": "调整反冲洗设备参数，其余不变。"})

    world.now = deadline - 2 * day
    with world.turn():
        world.pay("bidder1")
        world.file("bidder1", "170000000")
    with world.turn(hour):
        for rival in world.rivals:
            world.pay(rival, lies=True)
            world.post(rival, "bid/file/send/", "{}", expect=409, content_type="application/json")
            world.file(rival, "167000000")
    world.settle("filed")
    with world.turn(hour):
        world.file("bidder1", "169000000")
    with world.turn(hour):
        for rival in world.rivals:
            world.file(rival, "166000000")
            world.post(rival, "bid/withdraw/")
    world.settle("withdrawn")
    world.glance("withdrawn")
    with world.turn(hour):
        world.replace_a_trustee()
    world.settle("replaced")
    world.glance("replaced")
    with world.turn(hour):
        for rival in world.rivals:
            world.file(rival, "165000000")
            world.begin(rival, b"never sent")

    world.now = deadline - timedelta(minutes=1)
    world.settle("last minute")
    if world.full:
        world.observe("last minute")
    world.now = deadline - timedelta(seconds=1)
    world.settle("last second")
    world.glance("last second")
