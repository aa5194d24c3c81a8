"""工程建设项目公开招标 with an interruption before the opening: each way ends like the happy one or stops for good."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from credit import selectors as credit
from credit.services.keys import key_revoke
from credit.services.memberships import invitation_accept, invitation_make, membership_end
from platform_site.accounts.actors import Actor
from platform_site.sealing.keyfiles import BidderKey
from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal import offices, sealed
from trading.rehearsal.casting import add_key, person
from trading.rehearsal.people import MANAGERS, Cast, Person
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import awards, challenges, closings, corrections, documents, enquiries, postponements
from trading.services.acts import moment_of

VARIANTS = {
    "terminated": "项目资金未能落实，终止招标，说明费用和保证金如何退还",
    "postponed": "修改招标文件不足十五日，截止时间顺延；其后延期开标",
    "held_and_released": "文件异议和监督部门的指令先后暂停招标，各时点顺延",
    "corrected": "公告和公示有误，另发更正公告，公示期重新计算",
    "lost_key": "投标人的密钥遗失，换发密钥后重新递交",
    "departed": "投标人的经办人离职，由他人接办",
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    way = WAYS[variant]
    lot = yield from happy.announced(stage, cast, "happy", draft)
    yield from way(stage, cast, lot)
    if variant == "terminated":
        return
    yield from happy.opened(stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    if variant == "corrected":
        yield from published_wrongly(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def terminated(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Nothing is said of the refund: refused. Then the tender ends, the envelopes go back sealed."""
    agent = cast["agency"].actor
    yield from happy.taken(stage, cast, lot)
    yield from happy.filed(stage, cast, lot)
    reason = "项目资金来源发生变化，资金不能落实。"
    yield Step(
        "招标代理机构",
        "未说明退还办法即终止招标",
        lambda: closings.lot_terminate(lot_id=lot.pk, reason=reason, refund="", actor=agent),
        refused="fact.missing",
    )
    yield Step(
        "招标代理机构",
        "终止招标",
        lambda: closings.lot_terminate(
            lot_id=lot.pk,
            reason=reason,
            refund="招标文件未收取费用；投标保证金及银行同期存款利息于五日内原路退还，保函退回原件。",
            actor=agent,
        ),
        state="terminated",
    )
    yield Step("投标人", "终止后递交投标文件", lambda: happy.file(cast, lot, "bidder4"), refused="state.wrong")
    stage.later(hours=1)
    yield from happy.archived(cast, lot)


def postponed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """An amendment ten days before the deadline moves it; then the opening itself is put off, announced in time."""
    agent = cast["agency"].actor
    yield from happy.taken(stage, cast, lot)
    planned = Lot.objects.get(pk=lot.pk).recorded["bid_deadline"]
    stage.to(planned - timedelta(days=10))
    amend: dict[str, Any] = {"lot_id": lot.pk, "summary": "滤池结构图作修改，工程量清单相应调整。", "actor": agent}
    yield Step(
        "招标代理机构",
        "截止前十日修改招标文件",
        lambda: enquiries.amendment_issue(**amend),
        refused="period.too_short",
    )
    yield Step("招标代理机构", "修改招标文件并顺延截止时间", lambda: enquiries.amendment_issue(**amend, extend=True))
    yield from happy.filed(stage, cast, lot)
    moved = Lot.objects.get(pk=lot.pk).recorded["bid_deadline"]
    reason = "开标场所临时检修。"
    yield Step(
        "招标代理机构",
        "将开标提前",
        lambda: postponements.lot_postpone(
            lot_id=lot.pk, bid_deadline=moved - timedelta(days=1), reason=reason, actor=agent
        ),
        refused="deadline.earlier",
    )
    yield Step(
        "招标代理机构",
        "延期开标",
        lambda: postponements.lot_postpone(
            lot_id=lot.pk, bid_deadline=moved + timedelta(days=3), reason=reason, actor=agent
        ),
        state="postponed",
    )
    stage.to(moved)
    yield Step("投标人", "在原定截止时间之后替换投标文件", lambda: happy.file(cast, lot, "bidder2", "0.905"))
    yield from happy.closed(stage, lot)
    yield Step(
        "招标代理机构",
        "截止以后延期开标",
        lambda: postponements.lot_postpone(
            lot_id=lot.pk, bid_deadline=moved + timedelta(days=9), reason=reason, actor=agent
        ),
        refused="state.wrong",
    )


def held(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """An objection to the document, then the authority's order: the deadline waits and moves by the days held."""
    agent, authority = cast["agency"].actor, cast["supervisor"].actor
    yield from happy.taken(stage, cast, lot)
    challenge = yield Step(
        "潜在投标人",
        "对招标文件提出异议",
        lambda: challenges.challenge_file(
            lot_id=lot.pk,
            kind="document",
            title="对反冲洗设备参数的异议",
            text="参数只有一家产品可以满足，请修改。",
            actor=cast["bidder3"].actor,
        ),
        state="document_objected",
    )
    stage.later(days=2)
    yield Step(
        "招标代理机构",
        "答复异议",
        lambda: challenges.challenge_answer(
            challenge_id=challenge.id, reply="三家以上的产品可以满足，名单附后。", upheld=False, actor=agent
        ),
    )
    due = moment_of(Lot.objects.get(pk=lot.pk), "bid_deadline")
    stage.to(due - timedelta(days=2))
    for username in happy.PRESENT:
        yield Step("投标人", "加密递交投标文件", lambda who=username: happy.file(cast, lot, who))
    yield Step(
        "其他部门的监督人员",
        "越权发出指令",
        lambda: offices.ask(
            "order_issue", lot_id=lot.pk, kind="suspend", number="某号", text="暂停。", actor=cast["operator"].actor
        ),
        refused=DENIED,
    )
    order = yield Step(
        "行政监督部门",
        "责令暂停招标投标活动",
        lambda: offices.ask(
            "order_issue",
            lot_id=lot.pk,
            kind="suspend",
            number="泽水监〔2026〕7号",
            text="收到投诉，调查期间暂停本标段的招标投标活动。",
            actor=authority,
        ),
        state="held",
    )
    stage.to(due + timedelta(hours=2))
    yield Step("投标人", "暂停期间替换投标文件", lambda: happy.file(cast, lot, "bidder2", "0.905"))
    stage.later(days=1)
    yield Step(
        "行政监督部门",
        "解除暂停",
        lambda: offices.ask("order_lift", order_id=order.id, reason="经查，投诉缺乏事实根据。", actor=authority),
        state="released",
    )
    yield Step(
        "行政监督部门",
        "重复解除",
        lambda: offices.ask("order_lift", order_id=order.id, reason="重复。", actor=authority),
        refused="order.lifted",
    )
    yield from happy.closed(stage, lot)


def announced_wrongly(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """A slip in the published notice is corrected by a notice of its own; words that are not there cannot be."""
    yield from happy.taken(stage, cast, lot)
    wrong = lot.notices.get(kind="tender")
    yield correction(cast, lot, wrong, "财政资金和自筹", "财政资金", refused="correction.not_there")
    yield correction(cast, lot, wrong, lot.tender.funding or lot.title, "市级财政资金六成，企业自筹四成")
    yield from happy.filed(stage, cast, lot)
    yield from happy.closed(stage, lot)


def published_wrongly(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """A manager's name in the published candidates was wrong: corrected, and the publicity starts anew."""
    lot = Lot.objects.get(pk=lot.pk)
    old = moment_of(lot, "publicity_ends")
    # Shortly before it ends: a day earlier a weekend could let both periods end with the same working day.
    stage.to(old - timedelta(hours=2))
    wrong = lot.notices.get(kind="candidates")
    yield correction(cast, lot, wrong, MANAGERS["bidder2"], "郭承智")
    stage.to(old)
    yield Step(
        "招标代理机构",
        "原公示期满时定标",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=cast["agency"].actor),
        refused="clock.too_early",
    )


def correction(cast: Cast, lot: Lot, wrong: Any, before: str, after: str, *, refused: str = "") -> Step:
    """The agency corrects words of a notice."""
    return Step(
        "招标代理机构",
        "更正公告",
        lambda: corrections.notice_correct(
            lot_id=lot.pk,
            notice_id=wrong.pk,
            before=before,
            after=after,
            reason="排版错误。",
            actor=cast["agency"].actor,
        ),
        refused=refused,
        state="" if refused else f"corrected_{wrong.kind}",
    )


def lost_key(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The key of a filed bid is lost before the deadline: revoked, a new one registered, the bid filed again."""
    yield from happy.taken(stage, cast, lot)
    yield from happy.filed(stage, cast, lot)
    loser = cast["bidder2"]
    old = cast.keys[loser.code]
    registered = credit.active_key(loser.code)
    yield Step(
        "投标人",
        "密钥遗失，吊销",
        lambda: key_revoke(key_id=str(registered.pk), actor=loser.actor, reason="存放密钥的电脑遗失"),
    )
    yield Step("投标人", "没有密钥时递交投标文件", lambda: happy.file(cast, lot, "bidder2"), refused="key.missing")
    yield Step("投标人", "登记新的密钥", lambda: add_key(cast, loser), state="new_key")
    yield Step(
        "拾得旧密钥的人", "用旧密钥递交投标文件", lambda: with_key(cast, lot, loser, old), refused="envelope.refused"
    )
    yield Step("投标人", "用新的密钥重新加密递交", lambda: happy.file(cast, lot, "bidder2", "0.905"), state="refiled")
    yield from happy.closed(stage, lot)


def with_key(cast: Cast, lot: Lot, bidder: Person, key: BidderKey) -> Any:
    """A filing sealed and signed with `key` in the bidder's name."""
    mine = cast.keys[bidder.code]
    cast.keys[bidder.code] = key
    try:
        return sealed.file(cast, Lot.objects.get(pk=lot.pk), bidder, sealed.offer(bidder, happy.price(lot, "0.70")))
    finally:
        cast.keys[bidder.code] = mine


def departed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """A clerk who took the document leaves; what he tries afterwards is nobody's; another files for the bidder."""
    chief = cast["bidder2"]
    clerk = yield from joined(cast, chief, f"clerk-{lot.pk}", "简行舟")
    yield Step(
        "投标人的经办人",
        "获取招标文件",
        lambda: documents.documents_obtain(lot_id=lot.pk, actor=acting(clerk), user_id=clerk.pk),
    )
    yield from happy.taken(stage, cast, lot)
    yield Step(
        "投标人的经办人",
        "经办人为他人授权",
        lambda: invitation_make(subject_code=chief.code, note="同事", duty="handler", actor=acting(clerk)),
        refused=DENIED,
    )
    yield Step(
        "投标人的管理人",
        "唯一的管理人离任",
        lambda: membership_end(subject_code=chief.code, user=chief.user, duty="manager", actor=chief.actor),
        refused="membership.last_manager",
    )
    yield Step(
        "投标人的管理人",
        "经办人离职，终止授权",
        lambda: membership_end(subject_code=chief.code, user=clerk.user, duty="handler", actor=chief.actor),
        state="left",
    )
    yield Step(
        "离职的经办人",
        "离职后提出询问",
        lambda: enquiries.enquiry_ask(lot_id=lot.pk, text="能否延期？", actor=acting(clerk)),
        refused=DENIED,
    )
    heir = yield from joined(cast, chief, f"heir-{lot.pk}", "苏既白")
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=2))
    for username in happy.PRESENT:
        if username != "bidder2":
            yield Step("投标人", "加密递交投标文件", lambda who=username: happy.file(cast, lot, who))
    offered = sealed.offer(chief, happy.price(lot, "0.90"), days=lot.period_days)
    yield Step(
        "接办的经办人",
        "加密递交投标文件",
        lambda: sealed.file(cast, Lot.objects.get(pk=lot.pk), heir, offered),
        state="heir_filed",
    )
    yield from happy.closed(stage, lot)


def joined(cast: Cast, chief: Person, username: str, name: str) -> Any:
    """Somebody new acts for the chief's subject by an invitation. Returns the person."""
    invited = person(username, name)
    invited.code = chief.code
    made = yield Step(
        "投标人的管理人",
        "邀请经办人",
        lambda: invitation_make(subject_code=chief.code, note=name, duty="handler", actor=chief.actor),
    )
    yield Step(
        "受邀的经办人",
        "接受授权",
        lambda: invitation_accept(token=made[1], actor=Actor("person", invited.user.public_id)),
    )
    return invited


def acting(somebody: Person) -> Actor:
    """The actor as the sign-in makes it: for the subject only while a membership stands."""
    code = somebody.code if credit.may_act_for(somebody.user, somebody.code) else ""
    return Actor("person", somebody.user.public_id, code, frozenset(), somebody.address)


WAYS = {
    "terminated": terminated,
    "postponed": postponed,
    "held_and_released": held,
    "corrected": announced_wrongly,
    "lost_key": lost_key,
    "departed": departed,
}
