"""工程建设项目公开招标 that fails: all bids rejected, tendered anew, failed a second time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import marks, reports, retenders

VARIANTS = {
    "all_rejected": "评标委员会否决全部投标，招标失败",
    "re_tendered": "投标人不足三个失败后重新招标，第二次完成",
    "failed_twice": "重新招标后投标人仍不足三个，经批准不再招标",
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    lot = yield from happy.announced(stage, cast, "happy", draft)
    if variant == "all_rejected":
        yield from happy.bidding(stage, cast, lot, "happy")
        yield from happy.opened(stage, cast, lot)
        yield from all_rejected(stage, cast, lot)
        return
    yield from happy.bidding(stage, cast, lot, "too_few")
    again = yield from tendered_again(stage, cast, lot)
    if variant == "failed_twice":
        yield from failed_again(stage, cast, again)
        return
    yield from happy.bidding(stage, cast, again, "happy")
    yield from happy.opened(stage, cast, again)
    yield from happy.evaluated(stage, cast, again)
    yield from happy.awarded(stage, cast, again, "happy")
    yield from happy.finished(stage, cast, again)


def all_rejected(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """No bid answers the document: nothing to rank, the committee rejects all of them with their grounds."""
    yield from happy.seated(stage, cast, lot)
    lot = Lot.objects.get(pk=lot.pk)
    members, offered = happy.members_of(lot), happy.offered_to(cast, lot)
    speaker = Actor("person", members[0].user.public_id)
    reason = "四份投标文件均未响应反冲洗设备的实质性要求，依法否决全部投标。"

    def reject() -> Any:
        return reports.bids_reject_all(lot_id=lot.pk, reason=reason, actor=speaker)

    yield Step("评标委员会", "未经评审即否决全部投标", reject, refused="marks.missing")
    for member in members:
        actor = Actor("person", member.user.public_id)
        yield Step(member.label, "响应性审查", lambda m=actor: refuse_all(lot, offered, m))
    yield Step("评标委员会", "否决全部投标", reject, state="failed")
    stage.later(hours=1)
    yield from happy.archived(cast, lot)


def refuse_all(lot: Lot, offered: list[Any], member: Actor) -> None:
    """One member finds every bid unresponsive."""
    for bid in offered:
        answers = {item["key"]: marks.Answer(passed=True) for item in lot.terms["reviews"]}
        answers["responsive"] = marks.Answer(passed=False, reason="反冲洗设备的性能参数低于招标文件要求。")
        marks.sheet_mark(lot_id=lot.pk, bid_id=bid.id, answers=answers, actor=member)


def tendered_again(stage: Stage, cast: Cast, lot: Lot) -> Any:
    """The failed lot is registered anew, linked to the first, and announced. Returns the new lot."""
    agent = cast["agency"].actor
    stage.later(hours=1)
    yield Step(
        "招标代理机构",
        "第一次失败即不再招标",
        lambda: retenders.tender_forgo(lot_id=lot.pk, reason="投标人不足。", approval="", actor=agent),
        refused="retender.first_failure",
    )
    again = yield Step(
        "招标代理机构",
        "重新招标",
        lambda: retenders.retender_register(lot_id=lot.pk, actor=agent),
        state="retendered",
    )
    yield Step(
        "招标代理机构",
        "再次登记重新招标",
        lambda: retenders.retender_register(lot_id=lot.pk, actor=agent),
        refused="retender.done",
    )
    yield from happy.archived(cast, lot)
    return (yield from happy.drafted(stage, cast, again))


def failed_again(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """One bidder only: the second failure; going without a tender takes the approving body's consent."""
    agent = cast["agency"].actor
    yield from happy.taken(stage, cast, lot, happy.PRESENT[:1])
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=2))
    yield Step("投标人", "加密递交投标文件", lambda: happy.file(cast, lot, "bidder1"))
    yield from happy.closed(stage, lot)
    stage.later(hours=1)
    reason = "两次公开招标投标人均少于三个。"
    yield Step(
        "招标代理机构",
        "未经批准不再招标",
        lambda: retenders.tender_forgo(lot_id=lot.pk, reason=reason, approval="", actor=agent),
        refused="fact.missing",
    )
    stage.later(days=5)
    yield Step(
        "招标代理机构",
        "经批准不再进行招标",
        lambda: retenders.tender_forgo(lot_id=lot.pk, reason=reason, approval="泽发改审批〔2026〕201号", actor=agent),
        state="forgone",
    )
    yield from happy.archived(cast, lot)
