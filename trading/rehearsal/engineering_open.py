"""工程建设项目公开招标, from registration to archive, and its unhappy ways."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from experts import nonces
from experts.draw import commitment, new_nonce
from experts.services import draws, invitations
from platform_site import ledger, workdays
from platform_site.accounts.actors import Actor
from platform_site.sealing.models import KeySet
from trading.kernel.factors import need_of
from trading.kernel.time import same_hour
from trading.models import Lot
from trading.rehearsal import bonds_played, sealed
from trading.rehearsal.casting import countersign, released, trustees_of
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage, Step
from trading.services import (
    archives,
    awards,
    bids,
    challenges,
    closings,
    committees,
    documents,
    enquiries,
    evaluations,
    factors,
    marks,
    openings,
    papers,
    reports,
    tenders,
)
from trading.services.acts import moment_of

TERMS: dict[str, Any] = {
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
        {
            "key": "business",
            "title": "商务",
            "points": "20",
            "items": [{"key": "record", "title": "类似工程业绩", "points": "20"}],
        },
        {"key": "price", "title": "报价", "points": "40", "items": []},
    ],
    "price_formula": {"kind": "mean_deviation", "full": "40", "factor": "1", "above": "1", "below": "0.5"},
    "trim": False,
    "reviews": [
        {"key": "signature", "title": "签字盖章齐全", "ground": 1},
        {"key": "qualification", "title": "资格条件符合", "ground": 3},
        {"key": "responsive", "title": "实质性响应招标文件", "ground": 6},
    ],
    "committee": {"members": 5, "experts": 4, "specialties": ["A08"]},
    "candidates": 3,
    "bond_cny": "800000.00",
    "bond_forms": ["guarantee", "transfer"],
    "deposits": ["bid", "performance", "quality", "wage"],
    "validity_days": 90,
    "performance_bond_share": "0.10",
    "media": ["中国招标投标公共服务平台"],
    "standard_document": True,
    "consortium_allowed": True,
    "outage_clause": True,
}
LOT: dict[str, Any] = {
    "title": "泽安市江北水厂二期工程施工一标段",
    "scope": "新建日处理10万立方米净水厂的土建、工艺设备安装、自动化与厂区管网；不含取水头部。",
    "qualification": "市政公用工程施工总承包壹级及以上；项目经理为市政公用工程一级注册建造师。",
    "period_text": "540日历天",
    "period_days": 540,
    "estimate_cny": Decimal("186420000.00"),
    "ceiling_cny": Decimal("186420000.00"),
}
TENDER: dict[str, Any] = {
    "trade_category": "A07",
    "title": "泽安市江北水厂二期工程",
    "region_code": "990100",
    "region_name": "泽安市",
    "investment_code": "2605-990103-46-01-204417",
    "funding": "财政资金和企业自筹",
    "approval": {"number": "泽发改审批〔2026〕118号", "authority": "泽安市发展和改革委员会", "date": "2026-02-10"},
    "funds_secured": True,
}
FEN = Decimal("0.01")
SHARES = {"bidder1": "0.92", "bidder2": "0.90", "bidder3": "0.94", "bidder4": "0.95"}

PRESENT = ("bidder1", "bidder2", "bidder3", "bidder4")

VARIANTS = {
    "happy": "正常完成，一名投标人未到场解密，由受托人代为解密",
    "too_few": "截止时只有两名投标人，招标失败",
    "objection": "公示期内有一件异议，答复后定标",
    "late_bid": "截止后递交被拒绝，撤回和替换",
    "short_period": "等标期不足，公告被拒绝后改正",
    "bond_late": "一家的保证金在截止以后到账，原路退还，评标时被否决",
    "bond_forfeited": "中标人不订立合同，保证金不予退还；没有法定事由的不得扣留",
}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The whole life. `draft` replaces the invented project by one read out of a real notice.

    Raises:
        KeyError: no such variant.
    """
    assert variant in VARIANTS
    lot = yield from announced(stage, cast, variant, draft)
    yield from bidding(stage, cast, lot, variant)
    if variant == "too_few":
        yield from failed(stage, cast, lot)
        return
    yield from opened(stage, cast, lot)
    yield from evaluated(stage, cast, lot)
    yield from awarded(stage, cast, lot, variant)
    if variant == "bond_forfeited":
        stage.later(days=5)
        yield from bonds_played.forfeited(cast, lot)
    yield from finished(stage, cast, lot)


def announced(stage: Stage, cast: Cast, variant: str, draft: Mapping[str, Any] | None) -> Any:
    """From registration to the published notice. Returns the lot."""
    agent = cast["agency"]
    given = {"tender": TENDER, "lots": [{**LOT, "terms": TERMS}], **(draft or {})}
    mandate = {
        "digest": "0" * 64,
        "signed_at": stage.now.isoformat(),
        "scope": "招标代理全过程",
        **given.get("mandate", {}),
    }
    tender = yield Step(
        "招标代理机构",
        "进场登记",
        lambda: tenders.tender_register(
            procedure="engineering.open",
            initiator=cast.subjects["initiator"],
            agency=cast.subjects["agency"],
            centre=cast.subjects["centre"],
            authority=cast.subjects["authority"],
            actor=agent.actor,
            lots=given["lots"],
            mandate=mandate,
            source=given.get("source"),
            **given["tender"],
        ),
        state="registered",
    )
    return (yield from drafted(stage, cast, tender.lots.get(number=1), variant))


def drafted(stage: Stage, cast: Cast, lot: Lot, variant: str = "happy") -> Any:
    """From a registered draft to the published notice. Returns the lot."""
    agent = cast["agency"]
    publish = stage.at(stage.now + timedelta(days=1), 9)
    moments = {"notice_at": publish, "documents_from": publish, **lawful_moments(publish)}
    if variant == "short_period":
        moments["bid_deadline"] = publish + timedelta(days=13)
    yield Step(
        "招标代理机构", "编制招标公告", lambda: tenders.lot_shape(lot_id=lot.pk, actor=agent.actor, moments=moments)
    )
    yield Step(
        "招标人",
        "约定受托人，四人中三人可解密",
        lambda: tenders.key_set_assign(lot_id=lot.pk, trustees=trustees_of(cast), k=3, actor=cast["initiator"].actor),
    )
    yield Step("受托人", "会签密钥集", lambda: countersign(cast, lot.ledger_ref))
    if factors.factor_asked(lot):
        yield from factor_bound(cast, lot)
    if variant == "short_period":
        refused = yield Step("招标代理机构", "提交招标公告", lambda: schedule(cast, lot), refused="period.too_short")
        remedy = refused.violations[0].remedy["value"]
        yield Step(
            "招标代理机构",
            "改为最近的合法截止时间",
            lambda: tenders.lot_shape(lot_id=lot.pk, actor=agent.actor, moments={"bid_deadline": remedy}),
        )
    yield Step("招标代理机构", "提交招标公告", lambda: schedule(cast, lot), state="scheduled")
    stage.to(publish)
    yield Step("服务器时钟", "到点发布招标公告", lambda: None, state="bidding")
    return Lot.objects.get(pk=lot.pk)


def factor_bound(cast: Cast, lot: Lot) -> Script:
    """Both sides are bound to their nonces for the draw of the factor, which lie with the lot's trustees."""
    for who, role, actor in (
        ("招标人代表", "initiator", cast["initiator"].actor),
        ("见证人", "witness", cast["supervisor"].actor),
    ):
        yield Step(who, "提交抽取系数的随机数承诺", lambda r=role, a=actor: commit(lot, r, a))


def commit(lot: Lot, role: str, actor: Actor) -> Any:
    """What the browser does: a nonce nobody keeps, its commitment, its sealed copy."""
    nonce, keyset = new_nonce(), KeySet.objects.get(pk=lot.ledger_ref).document
    return factors.factor_commit(
        lot_id=lot.pk,
        commitment=commitment(need_of(lot.ledger_ref), role, nonce),
        sealed_nonce=nonces.seal_nonce(nonce, keyset),
        actor=actor,
    )


def lawful_moments(publish: datetime) -> dict[str, datetime]:
    """The end of issue and a deadline two days beyond the shortest lawful one, on working days."""
    until = same_hour(workdays.midnight(workdays.add_days(workdays.day_of(publish), 8, "cd")), publish.replace(hour=17))
    earliest = workdays.earliest_after(publish, 20, "cd") + timedelta(days=2)
    return {"documents_until": until, "bid_deadline": same_hour(earliest, publish.replace(hour=9, minute=30))}


def schedule(cast: Cast, lot: Lot) -> Any:
    """The agency submits the notice with one document file."""
    import io

    stored = documents.file_store("招标文件.txt", io.BytesIO(f"招标文件 {lot.title}".encode()), "text/plain")
    return tenders.notice_schedule(lot_id=lot.pk, actor=cast["agency"].actor, files=[stored])


def price(lot: Lot, share: str) -> str:
    """A share of the maximum price (or of a million where the notice states none), to the yuan."""
    return str(((lot.ceiling_cny or lot.estimate_cny or Decimal(1_000_000)) * Decimal(share)).quantize(Decimal(1)))


def file(cast: Cast, lot: Lot, username: str, share: str = "") -> Any:
    """The bidder seals and files an offer of its share of the maximum price."""
    bidder = cast[username]
    said = sealed.offer(bidder, price(lot, share or SHARES[username]), days=lot.period_days)
    return sealed.file(cast, Lot.objects.get(pk=lot.pk), bidder, said)


def bidding(stage: Stage, cast: Cast, lot: Lot, variant: str) -> Script:
    """Documents, one question and its answer, one amendment, filings."""
    present = PRESENT[:2] if variant == "too_few" else PRESENT
    yield from taken(stage, cast, lot, present)
    yield from filed(stage, cast, lot, present, unpaid=("bidder4",) if variant == "bond_late" else ())
    if variant == "late_bid":
        yield Step("投标人", "撤回投标文件", lambda: bids.bid_withdraw(lot_id=lot.pk, actor=cast["bidder4"].actor))
    yield from closed(stage, lot)
    if variant == "bond_late":
        yield from bonds_played.too_late(cast, lot, "bidder4")
    if variant == "late_bid":
        yield Step("投标人", "截止后递交投标文件", lambda: file(cast, lot, "bidder4"), refused="state.wrong")


def taken(stage: Stage, cast: Cast, lot: Lot, present: Sequence[str] = PRESENT) -> Script:
    """Documents, one question and its answer, one amendment."""
    for username in present:
        yield Step(
            "潜在投标人",
            "获取招标文件",
            lambda who=cast[username]: documents.documents_obtain(lot_id=lot.pk, actor=who.actor, user_id=who.pk),
        )
    stage.later(days=1)
    asked = yield Step(
        "潜在投标人",
        "提出询问",
        lambda: enquiries.enquiry_ask(
            lot_id=lot.pk, text="反冲洗设备的材质要求是否包括同等性能的其他材料？", actor=cast["bidder1"].actor
        ),
    )
    stage.later(hours=6)
    yield Step(
        "招标代理机构",
        "发出澄清",
        lambda: enquiries.clarification_issue(
            lot_id=lot.pk, answers={asked.id: "包括。以性能参数为准。"}, actor=cast["agency"].actor
        ),
    )
    stage.later(days=1)
    yield Step(
        "招标代理机构",
        "修改招标文件",
        lambda: enquiries.amendment_issue(
            lot_id=lot.pk, summary="调整反冲洗设备参数，其余不变。", actor=cast["agency"].actor
        ),
        state="amended",
    )


def filed(
    stage: Stage, cast: Cast, lot: Lot, present: Sequence[str] = PRESENT, *, unpaid: Sequence[str] = ()
) -> Script:
    """Two days before the deadline everybody has a bond (`unpaid` only declare one) and files, the first replaces."""
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=2))
    for username in present:
        yield from bonds_played.bonded(cast, lot, username, late=username in unpaid)
        yield Step("投标人", "加密递交投标文件", lambda who=username: file(cast, lot, who), state=f"filed_{username}")
    yield Step("投标人", "替换投标文件", lambda: file(cast, lot, "bidder1", "0.915"))


def closed(stage: Stage, lot: Lot) -> Script:
    """The deadline comes, counted through holds."""
    stage.to(moment_of(Lot.objects.get(pk=lot.pk), "bid_deadline"))
    yield Step("服务器时钟", "投标截止", lambda: None, state="deadline")


def failed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Fewer than three: returned unopened, failure announced, archived."""
    stage.later(hours=1)
    yield from bonds_played.returned()
    yield from archived(cast, lot)


def opened(
    stage: Stage, cast: Cast, lot: Lot, *, trustees: int = 3, skip: int = 1, what: str = "公布全部投标文件"
) -> Script:
    """Every bidder but one unlocks; the last of the trustees release; everything is disclosed together.

    Args:
        what: the disclosure in the procedure's words.
    """
    present = [b.subject.code for b in lot.bids.standing().select_related("subject")]
    people = [p for p in cast.people.values() if p.code in present and p.username.startswith("bidder")]
    for bidder in people[:-1]:
        yield Step("投标人", "解密投标文件", lambda who=bidder: sealed.unlock(cast, lot, who))
    for trustee_id in list(cast.trustees)[skip:][:trustees]:
        yield Step("受托人", "交出本标段密钥", lambda t=trustee_id: release(cast, lot, t))
    if factors.factor_asked(lot):
        yield Step(
            "交易中心",
            "抽取评标基准价系数",
            lambda: factors.factor_draw(lot_id=lot.pk, actor=cast["operator"].actor),
            state="factor",
        )
    yield Step(
        "交易中心",
        what,
        lambda: openings.bids_disclose(lot_id=lot.pk, actor=cast["operator"].actor),
        state="opened",
    )


def release(cast: Cast, lot: Lot, trustee_id: str, set_ref: str = "") -> Any:
    """The trustee's agent gives the lot key away, signed: of the lot's first key set, unless another is named."""
    from platform_site.sealing.services.trustees import trustee_release

    ref = set_ref or lot.ledger_ref
    keyset = KeySet.objects.get(pk=ref)
    secret, signature = released(cast, ref, trustee_id)
    serial = next(m["serial"] for m in keyset.document["members"] if m["trustee"] == trustee_id)
    return trustee_release(lot_ref=ref, trustee_id=trustee_id, serial=serial, secret=secret, signature=signature)


def evaluated(stage: Stage, cast: Cast, lot: Lot, *, initiator: str = "initiator", host: str = "agency") -> Script:
    """The draw, the committee, reviews, scores, the signed report."""
    yield from seated(stage, cast, lot, initiator=initiator, host=host)
    yield from reported(cast, lot)


def seated(stage: Stage, cast: Cast, lot: Lot, *, initiator: str = "initiator", host: str = "agency") -> Script:
    """The draw, the committee, the start of the evaluation."""
    yield from drawn(cast, lot, initiator=initiator)
    yield Step(
        "招标代理机构",
        "开始评标",
        lambda: evaluations.evaluation_start(lot_id=lot.pk, actor=cast[host].actor),
        state="evaluating",
    )


def drawn(cast: Cast, lot: Lot, *, initiator: str = "initiator") -> Script:
    """The draw and the committee."""
    officer, chief, witness = cast["draw_officer"].actor, cast[initiator].actor, cast["supervisor"].actor
    draw = yield Step(
        "抽取经办人",
        "公布名单，准备抽取评标专家",
        lambda: committees.committee_draw_open(lot_id=lot.pk, actor=officer),
    )
    secrets = {"initiator": new_nonce(), "witness": new_nonce()}
    keyset = draws.keyset_of(draw)
    for role, actor, who in (("initiator", chief, "招标人代表"), ("witness", witness, "见证人")):
        yield Step(
            who,
            "提交随机数承诺",
            lambda r=role, a=actor: draws.nonce_commit(
                draw_id=draw.id,
                role=r,
                commitment=commitment(str(draw.id), r, secrets[r]),
                sealed_nonce=nonces.seal_nonce(secrets[r], keyset),
                actor=a,
            ),
        )
    for role, actor, who in (("initiator", chief, "招标人代表"), ("witness", witness, "见证人")):
        yield Step(
            who,
            "公布随机数",
            lambda r=role, a=actor: draws.nonce_reveal(draw_id=draw.id, role=r, nonce=secrets[r], actor=a),
        )
    draw = yield Step("抽取经办人", "抽取评标专家", lambda: draws.draw_run(draw_id=draw.id, actor=officer))
    for invitation in list(draw.invitations.select_related("expert__user")):
        invited = Actor("person", invitation.expert.user.public_id)
        yield Step(
            "受邀专家",
            "同意参加",
            lambda i=invitation, a=invited: invitations.invitation_answer(invitation_id=i.id, accept=True, actor=a),
        )
    yield Step(
        "抽取经办人",
        "组建评标委员会",
        lambda: committees.committee_form(
            lot_id=lot.pk, draw_id=draw.id, representatives=[cast[initiator].pk], actor=officer
        ),
        state="committee",
    )


Assess = Callable[[Lot, list[Any], Actor, int], None]


def offered_to(cast: Cast, lot: Lot) -> list[Any]:
    """The disclosed bids in the cast's order: all filed at one moment of the stage's clock, so it stands in for the
    order of arrival."""
    order = [person.code for person in cast.people.values()]
    offers = lot.bids.filter(state="opened").select_related("subject")
    return sorted(offers, key=lambda bid: order.index(bid.subject.code))


def members_of(lot: Lot) -> list[Any]:
    """The seats by label, with their people."""
    return list(lot.committee.members.select_related("user").order_by("label"))


def reported(cast: Cast, lot: Lot, *, by: Assess | None = None) -> Script:
    """Reviews, scores, the report signed by all and submitted. `by`: how a member assesses; `assess` unless said."""
    lot, by = Lot.objects.get(pk=lot.pk), by or assess
    members = members_of(lot)
    offered = offered_to(cast, lot)
    for number, member in enumerate(members):
        actor = Actor("person", member.user.public_id)
        yield Step(member.label, "响应性审查和评分", lambda m=actor, n=number: by(lot, offered, m, n))
    report = yield Step(
        "评标委员会",
        "形成评标报告",
        lambda: reports.report_draft(lot_id=lot.pk, actor=Actor("person", members[0].user.public_id)),
        state="scored",
    )
    for member in members:
        signer = Actor("person", member.user.public_id)
        yield Step(
            member.label,
            "签署评标报告",
            lambda m=signer: reports.report_sign(lot_id=lot.pk, digest=report.digest, actor=m),
        )
    yield Step(
        "评标委员会",
        "提交评标报告",
        lambda: reports.report_submit(lot_id=lot.pk, actor=Actor("person", members[0].user.public_id)),
        state="reported",
    )


def assess(lot: Lot, offered: list[Any], member: Actor, number: int) -> None:
    """One member passes every review item and scores every criterion; later bids and members a little lower."""
    without = bonds_played.missing(lot)
    for place, bid in enumerate(offered):
        bare = str(bid.id) in without
        answers = {item["key"]: marks.Answer(passed=True) for item in lot.terms["reviews"]}
        if bare:
            # No bond on the roll where the document asks for one: 没有对招标文件的实质性要求作出响应.
            answers |= {
                item["key"]: marks.Answer(passed=False, reason="开标名单上没有有效的投标保证金")
                for item in lot.terms["reviews"]
                if item["ground"] == 6
            }
        share = Decimal("0.92") - Decimal(place) * Decimal("0.03")
        points = {
            item["key"]: marks.Points(
                (Decimal(item["points"]) * share - Decimal(number) / 10).quantize(Decimal("0.01"))
            )
            for part in lot.terms["criteria"]
            for item in part["items"]
        }
        marks.sheet_mark(lot_id=lot.pk, bid_id=bid.id, answers=answers, points={} if bare else points, actor=member)


def published(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The candidates are public."""
    stage.later(hours=2)
    yield Step(
        "招标代理机构",
        "公示中标候选人",
        lambda: awards.candidates_publish(lot_id=lot.pk, actor=cast["agency"].actor),
        state="publicity",
    )


def won(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The publicity is over and the first-ranked has the award."""
    stage.to(moment_of(Lot.objects.get(pk=lot.pk), "publicity_ends"))
    yield Step(
        "招标代理机构",
        "发出中标通知书并告知所有未中标人",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=cast["agency"].actor),
        state="awarded",
    )


def awarded(stage: Stage, cast: Cast, lot: Lot, variant: str) -> Script:
    """Candidates' publicity, in one variant with an objection, then the award and the losers' letters in one act."""
    agent = cast["agency"].actor
    yield from published(stage, cast, lot)
    if variant == "objection":
        stage.later(days=1)
        challenge = yield Step(
            "投标人",
            "对评标结果提出异议",
            lambda: challenges.challenge_file(
                lot_id=lot.pk,
                kind="result",
                title="对第一候选人业绩证明的异议",
                text="请核实第一候选人项目经理的业绩证明。",
                actor=cast["bidder3"].actor,
            ),
            state="objected",
        )
        yield Step(
            "招标代理机构",
            "异议未答复时定标",
            lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=agent),
            refused="hold.standing",
        )
        stage.later(days=1)
        yield Step(
            "招标代理机构",
            "答复异议",
            lambda: challenges.challenge_answer(
                challenge_id=challenge.id, reply="经核实，业绩证明真实有效，异议不成立。", upheld=False, actor=agent
            ),
        )
    yield Step(
        "招标代理机构",
        "公示期未满时定标",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=agent),
        refused="clock.too_early",
    )
    yield from won(stage, cast, lot)


def finished(stage: Stage, cast: Cast, lot: Lot, *, initiator: str = "initiator") -> Script:
    """Contract equal to the bid, then the archive."""
    yield from signed(stage, cast, lot, initiator=initiator)
    stage.later(days=1)
    yield from archived(cast, lot)


def signed(
    stage: Stage, cast: Cast, lot: Lot, *, initiator: str = "initiator", terms: Mapping[str, Any] | None = None
) -> Script:
    """The contract equal to the bid, then what is owed because of it. `terms`: what it says beyond the bid."""
    stage.later(days=10)
    lot = Lot.objects.get(pk=lot.pk)
    said = lot.standing_award.bid.offer
    particulars = {
        "amount_cny": said["price_cny"],
        "period_days": said.get("period_days"),
        "quality": said["quality"],
        "subject": lot.title,
    }
    particulars = {name: value for name, value in {**particulars, **(terms or {})}.items() if value is not None}
    yield Step(
        "招标人",
        "订立书面合同",
        lambda: awards.contract_sign(lot_id=lot.pk, particulars=particulars, actor=cast[initiator].actor),
        state="contracted",
    )
    if "report_award" in lot.procedure.transitions:
        agent = cast["agency"].actor
        yield Step(
            "招标代理机构",
            "向监督部门提交书面报告",
            lambda: closings.award_reported(lot_id=lot.pk, actor=agent),
        )
        yield Step(
            "招标代理机构",
            "退还投标保证金及利息",
            lambda: closings.bonds_refunded(lot_id=lot.pk, actor=agent),
        )
        yield from bonds_played.returned()


def archived(cast: Cast, lot: Lot) -> Script:
    """The record is sealed into the tree, the papers are made, and the package with them."""
    ledger.sequence_once()
    unmade = papers.made_for(lot)
    ledger.sequence_once()
    yield Step(
        "交易中心",
        "归档",
        lambda: archives.archive_make(lot_id=lot.pk, actor=cast["operator"].actor, without_papers=unmade),
        state="archived",
    )
