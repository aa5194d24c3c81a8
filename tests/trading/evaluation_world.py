"""A lot whose bids are disclosed, its committee, and everything up to the award.

Rows up to the opening and members' marks are made directly; all else is a service call. `kept` makes a world once
for a module: every test of it starts from there and is rolled back to there.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from credit.models import Membership, Subject
from experts import services as experts
from experts.draw import Need
from experts.models import Draw
from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.models import User
from platform_site.sealing.models import Envelope
from tests.experts import world as pool
from trading.models import Bid, Committee, DocumentVersion, Lot, Opening, ReviewMark, ScoreMark, Tender
from trading.rulebooks import book_for
from trading.services import committees, evaluations, reports

NOON = datetime(2026, 12, 16, 4, tzinfo=clock.UTC)
TERMS = {
    "method": "composite",
    "criteria": [
        {
            "key": "technical",
            "title": "技术",
            "points": "40",
            "items": [
                {"key": "plan", "title": "施工组织设计", "points": "25"},
                {"key": "team", "title": "项目管理机构", "points": "15"},
            ],
        },
        {"key": "business", "title": "商务", "points": "20", "items": []},
        {"key": "price", "title": "报价", "points": "40", "items": []},
    ],
    "price_formula": {"kind": "mean_deviation", "full": "40", "factor": "1", "above": "1", "below": "0.5"},
    "trim": False,
    "reviews": [
        {"key": "signature", "title": "签字盖章", "ground": 1},
        {"key": "qualification", "title": "资格条件", "ground": 3},
    ],
    "committee": {"members": 5, "experts": 4, "specialties": ["A08"]},
    "candidates": 3,
    "performance_bond_share": "0.1",
}
PRICES = ("92000000.00", "90000000.00", "94000000.00", "95000000.00")


def made(row):
    """The row has its entry, as every state must."""
    ledger.append("world.made", subject=row, actor=CLOCK, facts={"state": row.state})
    return row


def subject(name: str, code: str, *kinds: str) -> Subject:
    """A registered subject."""
    return made(
        Subject.objects.create(
            code=code, name=name, kinds=list(kinds), registered_at=clock.now(), legal_person=f"{name}法人"
        )
    )


def member(of: Subject, name: str) -> Actor:
    """A person who acts for the subject."""
    user = User.objects.create_user(f"user-{uuid4().hex[:8]}", name=name)
    Membership.objects.create(user=user, subject=of, duty="handler", since=clock.now() - timedelta(days=1))
    return Actor("person", user.public_id, of.code)


@dataclass
class World:
    """Everybody and everything the tests of evaluation start from."""

    lot: Lot
    bids: list[Bid]
    subjects: dict[str, Subject]
    actors: dict[str, Actor]
    draw: Draw | None = None

    def seats(self) -> list[Actor]:
        """The members as actors, in the order of their labels."""
        found = committees.members_of(Committee.objects.get(lot=self.lot))
        return [Actor("person", m.user.public_id) for m in found]

    def user(self, name: str) -> User:
        """The person behind an actor."""
        return User.objects.get(public_id=self.actors[name].user_id)

    def again(self) -> "World":
        """The same world read anew, for the next test."""
        bids = {b.pk: b for b in Bid.objects.filter(lot=self.lot.pk).select_related("subject")}
        subjects = {name: Subject.objects.get(pk=found.pk) for name, found in self.subjects.items()}
        draw = self.draw and Draw.objects.get(pk=self.draw.pk)
        return World(self.now(), [bids[b.pk] for b in self.bids], subjects, self.actors, draw)

    def now(self) -> Lot:
        """The lot as it stands."""
        return Lot.objects.select_related("tender").get(pk=self.lot.pk)


def opened(*, procedure: str = "engineering.open", prices=PRICES, terms=None, ceiling: str = "100000000.00") -> World:
    """A lot with disclosed bids of these prices."""
    codes = ("A", "B", "C", "D", "E", "F")
    subjects = {
        "initiator": subject("泽安市水务局", pool.INITIATOR, "initiator"),
        "agency": subject("正衡招标代理", "91330000000000009G", "agency"),
        "authority": subject("泽安市水利局", "11330000000000008H", "authority"),
        "centre": subject("泽安市公共资源交易中心", pool.TRUSTEES["own_centre"], "centre"),
    }
    for n in range(len(prices)):
        subjects[f"bidder{n}"] = subject(f"投标人{codes[n]}公司", f"9133000000000001{n}{codes[n]}", "bidder")
    actors = {name: member(found, f"{name}的人") for name, found in subjects.items()}
    book = book_for(procedure, on=NOON.date())
    tender = Tender.objects.create(
        reference=f"A07-{uuid4().hex[:8]}",
        title="江北水厂",
        procedure=procedure,
        trade_category="A07",
        initiator=subjects["initiator"],
        agency=subjects["agency"],
        mandate={"digest": "0"},
        centre=subjects["centre"],
        authority=subjects["authority"],
        region_code="330100",
        book_edition=book.edition,
        registered_at=NOON,
    )
    lot = Lot(
        tender=tender,
        number=1,
        title="江北水厂施工一标段",
        state="opened",
        ceiling_cny=Decimal(ceiling),
        terms=terms or TERMS,
    )
    lot.record("opening_at", clock.now())
    lot.record("bid_deadline", clock.now())
    lot.save()
    made(lot)
    document = DocumentVersion.objects.create(lot=lot, number=1, digest="d" * 64, issued_at=NOON)
    bids = []
    for n, price in enumerate(prices):
        owner = subjects[f"bidder{n}"]
        envelope = Envelope.objects.create(
            lot_ref=lot.ledger_ref,
            subject_code=owner.code,
            purpose="bid",
            header={},
            header_sha256=uuid4().hex * 2,
            signature="",
            public_key="",
            wraps={},
            recipient=uuid4().hex,
            owner_recipient=uuid4().hex,
            arrived_at=clock.now(),
        )
        bids.append(
            Bid.objects.create(
                lot=lot,
                subject=owner,
                filed_by=User.objects.get(public_id=actors[f"bidder{n}"].user_id),
                state="opened",
                envelope=envelope,
                document=document,
                idempotency_key=uuid4(),
                arrived_at=clock.now() + timedelta(seconds=n),
                offer={"price_cny": price, "period_days": 520, "quality": "合格", "manager": f"经理{n}"},
            )
        )
    roll = [{"bid": str(b.id), "subject": b.subject.code, "name": b.subject.name} for b in bids]
    Opening.objects.create(lot=lot, started_at=clock.now(), disclosed_at=clock.now(), roll=roll)
    return World(lot, bids, subjects, actors)


def drawn(world: World, *, accept: bool = True, count: int = 4, pool_size: int = 9, **given) -> World:
    """Experts are drawn for the lot; by default all of them say yes."""
    pool.pool(pool_size)
    world.draw = pool.drawn(
        pool.trustees(),
        Need(("A08",), count),
        world.lot.ledger_ref,
        exclusions=committees.exclusions_of(world.now()),
        **given,
    )
    if accept:
        everybody_accepts(world)
    return world


def everybody_accepts(world: World) -> None:
    """Every invited expert says yes."""
    for invitation in world.draw.invitations.filter(state="invited"):
        experts.invitation_answer(invitation_id=invitation.id, accept=True, actor=pool.as_expert(invitation.expert))


def form(world: World, representatives=("initiator",)) -> Committee:
    """The committee sits: the drawn experts and one person of the initiator."""
    return committees.committee_form(
        lot_id=world.lot.pk,
        draw_id=world.draw.pk,
        actor=pool.OFFICER,
        representatives=[world.user(name).pk for name in representatives],
    )


def evaluating(**given) -> World:
    """A lot under evaluation."""
    world = drawn(opened(**given))
    form(world)
    evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])
    return world


POINTS = (
    # by bid, then by member: plan
    ("22.50", "22.00", "23.00", "21.75", "22.25"),
    ("20.00", "20.50", "21.00", "20.25", "20.00"),
    ("24.00", "23.50", "24.00", "23.75", "24.50"),
    ("18.00", "18.00", "18.00", "18.00", "18.00"),
)


def review(world: World, bid: int, *, failing=(), item: str = "qualification", reason: str = "业绩不足") -> None:
    """Every member has answered every review item of the bid; members numbered in `failing` fail `item`."""
    rows = [
        ReviewMark(
            member=member,
            bid=world.bids[bid],
            item=key,
            at=clock.now(),
            passed=not (n in failing and key == item),
            ground=3 if n in failing and key == item else None,
            reason=reason if n in failing and key == item else "",
        )
        for n, member in enumerate(committees.members_of(world.lot.committee))
        for key in ("signature", "qualification")
    ]
    ReviewMark.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["member", "bid", "item"],
        update_fields=["passed", "ground", "reason"],
    )


def score(world: World, bid: int) -> None:
    """Every member has scored the bid."""
    ScoreMark.objects.bulk_create(
        ScoreMark(member=member, bid=world.bids[bid], item=item, points=Decimal(points), at=clock.now())
        for n, member in enumerate(committees.members_of(world.lot.committee))
        for item, points in (("plan", POINTS[bid][n]), ("team", "12.00"), ("business", "15.50"))
    )


def reprice(world: World, *prices: str) -> World:
    """The bids have other prices."""
    for bid, price in zip(world.bids, prices, strict=True):
        bid.offer = {**bid.offer, "price_cny": price}
        bid.save()
    return world


def assess(world: World) -> World:
    """Every bid reviewed and scored by everybody."""
    for n in range(len(world.bids)):
        review(world, n)
        score(world, n)
    return world


def signed(world: World):
    """The report is drafted and signed by every member."""
    report = reports.report_draft(lot_id=world.lot.pk, actor=world.seats()[0])
    for actor in world.seats():
        reports.report_sign(lot_id=world.lot.pk, digest=report.digest, actor=actor)
    return report


def report(world: World) -> World:
    """Assessed, signed and submitted."""
    signed(assess(world))
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])
    return world


@contextlib.contextmanager
def kept(blocker, make):
    """Within: the world `make` made, in a transaction that is rolled back at the end."""
    with blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)
