"""工程建设项目公开招标 in which somebody who holds a part of it is replaced between the notice and the opening."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from platform_site.sealing.models import KeySet
from trading.models import Lot
from trading.rehearsal import bonds_played, sealed
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.casting import add_trader, add_trustee, countersign, trustees_of
from trading.rehearsal.people import Cast, invented_code
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import mandates, openings, postponements, trustees
from trading.services.trustees import key_set_proposed

VARIANTS = {
    "agency_changed": "投标期间终止委托，更换招标代理机构；原代理机构不再办理，新的接着办理到归档",
    "trustee_replaced": "受托人的密钥遗失，更换密钥集；更换以前、以后递交和替换的投标文件全部开启",
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    # Trustees and agencies come and go in here only: others play with the same cast.
    cast = replace(cast, trustees=dict(cast.trustees), people=dict(cast.people), subjects=dict(cast.subjects))
    lot = yield from happy.announced(stage, cast, "happy", draft)
    yield from WAYS[variant](stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def trustee_replaced(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The notary loses its key file two days before the deadline. The first set still opens: three are left."""
    agent = cast["agency"].actor
    yield from happy.taken(stage, cast, lot)
    stage.to(Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] - timedelta(days=2))
    for username in happy.PRESENT:
        yield from bonds_played.bonded(cast, lot, username)
    for username in ("bidder1", "bidder2"):
        yield Step("投标人", "加密递交投标文件", lambda who=username: happy.file(cast, lot, who))
    rows = trustees_of(cast)
    propose: dict[str, Any] = {"lot_id": lot.pk, "k": 3, "actor": agent}
    yield Step(
        "招标代理机构",
        "受托人没有变动而另立密钥集",
        lambda: trustees.trustees_propose(**propose, trustees=rows),
        refused="trustees.nobody_gone",
    )
    old = next(row for row in rows if row.role == "notary")
    kept = [row for row in rows if row.pk != old.pk]
    yield Step(
        "招标代理机构",
        "招标人与平台合计达到解密人数",
        lambda: trustees.trustees_propose(**{**propose, "k": 2}, trustees=kept),
        refused="trustees.insiders_reach_k",
    )
    fresh = yield Step(
        "受托人",
        "密钥遗失，重新登记公钥",
        lambda: add_trustee(cast, "notary", cast.subjects["notary"], stock=10),
    )
    yield Step(
        "投标人",
        "越权约定受托人",
        lambda: trustees.trustees_propose(**{**propose, "actor": cast["bidder1"].actor}, trustees=[*kept, fresh]),
        refused=DENIED,
    )
    yield Step(
        "招标代理机构",
        "约定接替的受托人",
        lambda: trustees.trustees_propose(**propose, trustees=[*kept, fresh]),
        state="trustees_proposed",
    )
    change: dict[str, Any] = {"lot_id": lot.pk, "reason": "存放密钥的设备损坏。", "actor": agent}
    yield Step(
        "招标代理机构",
        "会签不足时公告更换",
        lambda: trustees.trustees_replace(**change, ground="lost"),
        refused="trustees.not_countersigned",
    )
    proposed = key_set_proposed(Lot.objects.get(pk=lot.pk))
    assert proposed is not None
    yield Step("受托人", "会签新的密钥集", lambda: countersign(cast, proposed.pk))
    yield Step(
        "招标代理机构",
        "密钥可能泄露而不顺延截止时间",
        lambda: trustees.trustees_replace(**change, ground="exposed"),
        refused="period.too_short",
    )
    yield Step(
        "招标代理机构",
        "公告更换受托人",
        lambda: trustees.trustees_replace(**change, ground="lost"),
        state="trustees_replaced",
    )
    for username in ("bidder3", "bidder4"):
        yield Step("投标人", "用新的密钥集加密递交", lambda who=username: happy.file(cast, lot, who))
    yield Step("投标人", "用新的密钥集替换投标文件", lambda: happy.file(cast, lot, "bidder2", "0.905"))
    yield from happy.closed(stage, lot)
    yield from opened(cast, lot, proposed, without=str(old.pk))


def opened(cast: Cast, lot: Lot, second: KeySet, *, without: str) -> Script:
    """Nobody but two bidders comes. What is left of the first set opens what was sealed to it, the second the rest."""
    for username in ("bidder3", "bidder2"):
        yield Step("投标人", "解密投标文件", lambda who=username: sealed.unlock(cast, lot, cast[who]))
    members = [one["trustee"] for one in KeySet.objects.get(pk=lot.ledger_ref).document["members"]]
    for trustee_id in members:
        if trustee_id != without:
            yield Step("受托人", "交出原密钥集的密钥", lambda t=trustee_id: happy.release(cast, lot, t))
    operator = cast["operator"].actor
    yield Step(
        "交易中心",
        "新密钥集的密钥未到齐时公布",
        lambda: openings.bids_disclose(lot_id=lot.pk, actor=operator),
        refused="opening.waiting",
    )
    for member in second.document["members"][:3]:
        yield Step(
            "受托人",
            "交出新密钥集的密钥",
            lambda t=member["trustee"]: happy.release(cast, lot, t, second.pk),
        )
    yield Step(
        "交易中心",
        "公布全部投标文件",
        lambda: openings.bids_disclose(lot_id=lot.pk, actor=operator),
        state="opened",
    )


def agency_changed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The initiator parts with its agency while bids come in; the next one goes on with what was drafted."""
    old, chief = cast["agency"].actor, cast["initiator"].actor
    name = "云泽信衡招标代理有限公司"
    yield Step(
        "另一家代理机构",
        "主体登记",
        lambda: add_trader(cast, NEXT, "陆明川", invented_code(name, "91"), name, ("agency",)),
    )
    heir = cast[NEXT].actor
    until = (stage.now + timedelta(days=180)).date()
    said: dict[str, Any] = {
        "lot_id": lot.pk,
        "code": cast[NEXT].code,
        "scope": "招标代理全过程",
        "until": until,
        "reason": "原代理机构的项目负责人离职。",
    }
    yield from happy.taken(stage, cast, lot)
    yield Step(
        "招标人",
        "委托没有终止即更换",
        lambda: mandates.agency_appoint(**said, actor=chief),
        refused="mandate.in_force",
    )
    yield Step(
        "招标人",
        "终止招标代理委托",
        lambda: mandates.mandate_end(lot_id=lot.pk, reason="项目负责人离职。", actor=chief),
    )
    yield Step(
        "招标代理机构",
        "自行指定接替的代理机构",
        lambda: mandates.agency_appoint(**said, actor=heir),
        refused=DENIED,
    )
    yield Step(
        "招标人",
        "委托没有登记为代理机构的单位",
        lambda: mandates.agency_appoint(**{**said, "code": cast["bidder5"].code}, actor=chief),
        refused="agency.unfit",
    )
    yield Step(
        "招标人", "更换招标代理机构", lambda: mandates.agency_appoint(**said, actor=chief), state="agency_changed"
    )
    due = Lot.objects.get(pk=lot.pk).recorded["bid_deadline"] + timedelta(days=1)

    def postpone(actor: Any) -> Any:
        return postponements.lot_postpone(lot_id=lot.pk, bid_deadline=due, reason="交接需要时间。", actor=actor)

    yield Step("原招标代理机构", "更换以后延期开标", lambda: postpone(old), refused="mandate.replaced")
    yield Step("新的招标代理机构", "延期开标", lambda: postpone(heir))
    cast.people["agency"] = cast[NEXT]
    yield from happy.filed(stage, cast, lot)
    yield from happy.closed(stage, lot)
    yield from happy.opened(stage, cast, lot)


NEXT = "next_agency"
WAYS = {"trustee_replaced": trustee_replaced, "agency_changed": agency_changed}
