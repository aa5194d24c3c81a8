"""工程建设项目公开招标 won by a consortium, while another's member also bids alone."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trading.models import Lot
from trading.rehearsal import bonds_played, sealed
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import awards, bids, contract_texts, joint_contracts

VARIANTS = {
    "consortium": "联合体中标，各方共同签订合同；另一联合体的成员又单独投标，相关投标均无效",
}
SPECIALITY = "市政公用工程施工总承包"
# Leader, members, share of the maximum price.
BIDS = (
    ("bidder1", ("bidder5",), "0.91"),
    ("bidder2", ("bidder3",), "0.90"),
    ("bidder3", (), "0.94"),
    ("bidder4", (), "0.95"),
)


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    terms = {**happy.TERMS, "ratings": [{"speciality": SPECIALITY, "level": "壹级"}]}
    given = {"lots": [{**happy.LOT, "terms": terms}], **(draft or {})}
    lot = yield from happy.announced(stage, cast, "happy", given)
    yield from filed(stage, cast, lot)
    yield from happy.opened(stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from joined(stage, cast, lot)
    stage.later(days=1)
    yield from happy.archived(cast, lot)


def said_by(cast: Cast, leader: str, members: tuple[str, ...], level: str = "壹级") -> list[dict[str, Any]]:
    """The agreement's parties: the leader builds, a member installs; both with a rating of the same speciality."""
    names = {subject.code: subject.name for subject in cast.subjects.values()}
    return [
        {
            "code": cast[who].code,
            "name": names.get(cast[who].code, who),
            "work": "土建施工" if who == leader else "工艺设备安装",
            "ratings": [{"speciality": SPECIALITY, "level": level}],
        }
        for who in (leader, *members)
    ]


def prepared(cast: Cast, lot: Lot, leader: str, members: tuple[str, ...], share: str, **more: Any) -> dict[str, Any]:
    """`bid_file`'s arguments for an offer of the leader together with `members`."""
    lot, bidder = Lot.objects.get(pk=lot.pk), cast[leader]
    offer = sealed.offer(bidder, happy.price(lot, share), days=lot.period_days)
    if members:
        offer["consortium"] = sealed.together(said_by(cast, leader, members))
    return sealed.prepare(cast, lot, bidder, offer, **more)


def filed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Four bids come in; nothing is said of whose member stands where before the opening."""
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=2))
    yield Step(
        "投标人",
        "联合体中有招标代理机构",
        lambda: bids.bid_file(**prepared(cast, lot, "bidder1", ("agency",), "0.91")),
        refused="bidder.agency",
    )
    for leader, members, share in BIDS:
        yield from bonds_played.bonded(cast, lot, leader)
        yield Step(
            "联合体牵头人" if members else "投标人",
            "加密递交投标文件",
            lambda who=leader, mates=members, part=share: bids.bid_file(**prepared(cast, lot, who, mates, part)),
            state=f"filed_{leader}",
        )
    yield from happy.closed(stage, lot)


def joined(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The text goes to both members of the winning consortium; the contract stands once both have signed it."""
    stage.later(days=10)
    lot, chief = Lot.objects.get(pk=lot.pk), cast["initiator"].actor
    said = lot.standing_award.bid.offer
    text = {
        "amount_cny": Decimal(said["price_cny"]),
        "period_days": said["period_days"],
        "quality": said["quality"],
        "subject": lot.title,
    }

    def sign() -> Any:
        return awards.contract_sign(lot_id=lot.pk, particulars=text, actor=chief)

    def join(who: str) -> Any:
        digest = joint_contracts.in_force(lot.standing_award).digest
        return contract_texts.contract_join(lot_id=lot.pk, digest=digest, actor=cast[who].actor)

    yield Step("招标人", "各方未签署即订立合同", sign, refused="contract.unjoined")
    yield Step(
        "招标人",
        "将合同文本送联合体各方签署",
        lambda: contract_texts.contract_offer(lot_id=lot.pk, particulars=text, actor=chief),
        state="text_sent",
    )
    yield Step("其他投标人", "签署合同", lambda: join("bidder4"), refused=DENIED)
    yield Step("联合体牵头人", "签署合同", lambda: join("bidder1"))
    yield Step("招标人", "成员尚未签署即订立合同", sign, refused="contract.unjoined")
    yield Step("联合体成员", "签署合同", lambda: join("bidder5"))
    yield Step("招标人", "订立书面合同", sign, state="contracted")
