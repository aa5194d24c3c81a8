"""The demo province: trades at every stage, deterministic, made by the same scripts as the rehearsals."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from credit.models import Subject
from credit.services.regions import regions_load
from platform_site import clock, ledger
from platform_site.accounts.models import User
from platform_site.ledger import keys
from trading.media_standin import StandIn, answer_all
from trading.rehearsal import engineering_factor, engineering_lots, engineering_prepared
from trading.rehearsal import engineering_open as open_tender
from trading.rehearsal.casting import add_applicant, assemble
from trading.rehearsal.credentials import qualified
from trading.rehearsal.furnishing import furnish, plan_sessions
from trading.rehearsal.people import Cast
from trading.rehearsal.procurement_consultation import first_deadline
from trading.rehearsal.repertoire import SCRIPTS
from trading.rehearsal.stage import Played, Stage, play
from trading.services import media, plans

REGIONS = (("990000", "云泽省"), ("990100", "泽安市"), ("990103", "江北区"), ("990200", "澜浦市"), ("990300", "石阜市"))
# username: (role, what one does with it)
ROLES = {
    "initiator": ("招标人经办", "约定受托人，公示候选人，定标，订立合同"),
    "agency": ("招标代理经办", "编制并提交招标公告，答复询问和异议"),
    "purchaser": ("采购人经办", "政府采购询价，从登记到归档"),
    "grantor": ("出让人经办", "土地使用权、矿业权挂牌出让"),
    "transferor": ("转让方经办", "国有产权转让"),
    "bidder1": ("投标人经办", "获取文件，加密递交，解密，提出异议"),
    "bidder2": ("投标人经办", "获取文件，加密递交，解密，提出异议"),
    "bidder3": ("投标人经办", "获取文件，加密递交，解密，提出异议"),
    "bidder4": ("投标人经办", "获取文件，加密递交，解密，提出异议"),
    "bidder5": ("投标人经办，尚未参加任何项目", "从获取文件开始"),
    "operator": ("交易中心经办", "公布全部投标文件，主持开标和评标，公布交易目录"),
    "draw_officer": ("专家抽取经办", "抽取评标专家，组建评标委员会"),
    "supervisor": ("行政监督", "见证抽取，查看监督工作台"),
    "maintainer": ("专家库维护", "审核入库申请，维护专家库"),
    "pool_supervisor": ("专家库监督", "核对专家库"),
    "applicant": ("申请入库的人", "提交、撤回入库申请"),
}
EXPERT = ("评标专家", "答复邀请，评审，评分，签署报告")


JUST_OPENED, NOW_QUOTING = -1, -2


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade of the province: what is played, from how many days ago, until which milestone ("" to the archive).

    JUST_OPENED days ago: such that its bids were opened on the last working day; NOW_QUOTING: such that its final
    quotes are due now.
    """

    procedure: str
    days_ago: int
    stop_at: str = ""
    variant: str = "happy"
    title: str = ""
    ceiling: str = ""
    category: str = "A07"
    scope: str = ""
    drawn: bool = False  # its benchmark factor is drawn at the opening
    own: Mapping[str, Any] | None = None  # what of the script's example is its own: title, scope; of a sale also money


LABS = {"title": "泽安市第三中学计算机教室设备采购", "scope": "学生机 168 台、教师机 3 台，含安装和培训。"}
BEDS = {"title": "泽安市第三中学学生公寓家具采购", "scope": "公寓床 420 套、储物柜 420 组。"}
PLANS = {"title": "泽安市第三中学校园网改造采购", "scope": "无线接入点 96 个、核心交换机 2 台，含布线和调试。"}
RETAIL_PLOT = {
    "title": "泽安市江北新区JB-2026-11号宗地",
    "scope": "商服用地，出让面积 8,216.3 平方米，年限 40 年。",
    "start": "32800000",
    "step": "300000",
}
WORKSHOP_PLOT = {
    "title": "泽安市临港产业园LG-2026-03号宗地",
    "scope": "工业用地，出让面积 46,902 平方米，年限 50 年。",
    "start": "19600000",
    "step": "200000",
    "region": ("990103", "江北区"),
    "centre": "county_centre",
}
GRANITE = {
    "title": "云泽省泽安市石门岭饰面用花岗岩",
    "scope": "矿区面积 0.2034 平方千米，可采储量 612 万立方米，出让年限 10 年。",
    "start": "41200000",
    "step": "400000",
}
BAMBOO = {
    "title": "泽安市国有翠屏林场毛竹林",
    "right": "经营权",
    "scope": "毛竹林 842 亩，经营年限 15 年。",
    "start": "1180000",
    "step": "20000",
    "region": ("990103", "江北区"),
    "centre": "county_centre",
}
SULPHUR = {
    "title": "云泽省2026年度政府储备二氧化硫",
    "scope": "二氧化硫 118 吨，有效期 5 年。",
    "start": "590000",
}


TRADES = (
    Trade(
        "engineering.open",
        88,
        "",
        "happy",
        "澜浦市滨江路雨污分流改造工程",
        "42680000",
        "A02",
        "雨水管 6.2 公里、污水管 5.8 公里及路面恢复。",
    ),
    Trade(
        "engineering.open",
        70,
        "",
        "too_few",
        "石阜市古城墙保护修缮工程",
        "9860000",
        "A01",
        "北段城墙 420 米加固、排水与夜景照明。",
    ),
    Trade(
        "engineering.open",
        61,
        "contracted",
        "objection",
        "泽安市第二人民医院门诊楼工程",
        "318500000",
        "A01",
        "门诊楼建筑、安装与室外配套，建筑面积 4.1 万平方米。",
    ),
    Trade(
        "engineering.open",
        27,
        "publicity",
        "happy",
        "泽安市江北水厂二期工程",
        "186420000",
        "A07",
        "新建日处理10万立方米净水厂的土建、工艺设备安装、自动化与厂区管网；不含取水头部。",
        drawn=True,
    ),
    Trade(
        "engineering.open",
        JUST_OPENED,
        "evaluating",
        "happy",
        "瑞江大道跨河桥新建工程",
        "128600000",
        "A03",
        "跨瑞江主桥 1 座，桥长 486 米，含两岸接线 1.2 公里。",
    ),
    Trade(
        "engineering.open",
        JUST_OPENED,
        "reported",
        "happy",
        "国道九一二线泽安段路面大修工程",
        "96400000",
        "A03",
        "路面铣刨重铺 31.6 公里，桥涵维修 14 座。",
    ),
    Trade(
        "engineering.open",
        23,
        "filed_bidder4",
        "happy",
        "泽安市江北区城南小学新建工程",
        "68200000",
        "A01",
        "教学楼、综合楼、运动场，建筑面积 1.9 万平方米。",
        drawn=True,
    ),
    Trade(
        "engineering.open",
        9,
        "amended",
        "two_lots",
        "澜浦市东湖片区雨污分流工程",
        "88000000",
        "A02",
        "新建雨水管 12.4 公里、污水管 9.8 公里及路面恢复。",
    ),
    Trade(
        "engineering.open",
        9,
        "amended",
        "happy",
        "丹崖河防洪堤加固工程",
        "57300000",
        "A07",
        "堤防加固 8.4 公里，穿堤建筑物 6 座。",
    ),
    Trade(
        "engineering.open",
        2,
        "bidding",
        "happy",
        "石阜市智慧交通信号改造工程",
        "21500000",
        "A02",
        "路口信号机 186 套、电子警察 92 套及中心平台。",
    ),
    Trade(
        "engineering.open",
        0,
        "registered",
        "happy",
        "泽安市图书馆新馆工程",
        "243000000",
        "A01",
        "图书馆新馆建筑、安装、室内装饰与智能化。",
    ),
    Trade("procurement.inquiry", 40, "", "happy"),
    Trade("procurement.open", 40, "awarded", "happy"),
    Trade("procurement.open", 12, "bidding", "happy", own=LABS),
    Trade("procurement.open", 27, "deadline", "too_few", own=BEDS),
    Trade("procurement.consultation", NOW_QUOTING, "quoting", "happy"),
    Trade("procurement.consultation", 6, "bidding", "happy", own=PLANS),
    Trade("land.listing", 60, "", "happy"),
    Trade("land.listing", 27, "offered", "happy", own=RETAIL_PLOT),
    Trade("land.listing", 6, "announced", "happy", own=WORKSHOP_PLOT),
    Trade("mining.listing", 90, "", "happy"),
    Trade("mining.listing", 40, "offered", "happy", own=GRANITE),
    Trade("equity.transfer", 70, "", "happy"),
    Trade("equity.transfer", 12, "announced", "happy"),
    Trade("catalogued.listing", 75, "awarded", "happy", own={"centre": "third_centre"}),
    Trade("catalogued.listing", 20, "offered", "happy", own=BAMBOO),
    Trade("catalogued.listing", 70, "contracted", "emission"),
    Trade("catalogued.listing", 4, "announced", "emission", own=SULPHUR),
)


def draft_of(trade: Trade) -> dict[str, Any] | None:
    """The invented project's facts for its script; None plays the script's own example."""
    if trade.own:
        return dict(trade.own)
    if not trade.title:
        return None
    ceiling = Decimal(trade.ceiling).quantize(Decimal("0.01"))
    lot = {
        **open_tender.LOT,
        "title": f"{trade.title}施工",
        "scope": trade.scope,
        "ceiling_cny": ceiling,
        "estimate_cny": ceiling,
    }
    said = engineering_factor.TERMS if trade.drawn else open_tender.TERMS
    terms = {**said, "bond_cny": str(min(ceiling / 100, Decimal(800_000)).quantize(Decimal("0.01")))}
    code, region = next(((c, n) for c, n in REGIONS if trade.title.startswith(n)), ("990100", "泽安市"))
    tender = {
        **open_tender.TENDER,
        "title": trade.title,
        "trade_category": trade.category,
        "region_code": code,
        "region_name": region,
    }
    if trade.variant in engineering_lots.VARIANTS:
        half = (ceiling / 2).quantize(Decimal("0.01"))
        second = {"title": f"{trade.title}施工二标段", "ceiling_cny": half, "estimate_cny": half}
        return {
            "tender": {**tender, "shared_document": True},
            "lots": [
                {**lot, "title": f"{trade.title}施工一标段", "terms": terms},
                {**lot, **second, "terms": {**terms, "bond_cny": engineering_lots.TOO_MUCH}},
            ],
        }
    return {"tender": tender, "lots": [{**lot, "terms": terms}]}


def populate(now: datetime, tell: Callable[[str], None], names: dict[str, str] | None = None) -> Cast:
    """The province lives: regions, people, keys, and every trade of TRADES at its stage, as of `now`.

    Args:
        names: other organisations to play a part, as `assemble` takes them.
    """
    regions_load(REGIONS)
    with clock.at(now - timedelta(days=120)):
        cast = assemble(names)
        rooms = furnish(cast)
    with clock.at(now - timedelta(days=2)):
        add_applicant(cast)
    accounts = []
    for username, someone in cast.people.items():
        (role, does), subject = ROLES.get(username, EXPERT), Subject.objects.filter(code=someone.code).first()
        User.objects.filter(username=username).update(demo_role=f"{role}，{subject.name}" if subject else role)
        accounts.append({"username": username, "role": role, "does": does})
    # Told on the terminal by whoever starts the portal (`platform_site.embedded.greeting`).
    write(Path(settings.LOCAL_DIR) / "accounts.json", json.dumps(accounts, ensure_ascii=False))
    store_keys(cast)
    for name in open_tender.TERMS["media"]:
        StandIn(name).register()
    planned = plan_some(now, cast)
    qualified(cast, now)
    for trade in TRADES:
        tell(f"{trade.procedure} {trade.title or ''} {trade.stop_at or 'archived'}")
        stage = Stage(begun(now, trade.days_ago))
        draft = draft_of(trade)
        if draft and trade.title in planned:
            draft["tender"]["plan"] = planned[trade.title]
        script = SCRIPTS[trade.procedure].script(stage, cast, trade.variant, draft=draft)
        play(stage, script, Played(trade.procedure, trade.variant), stop_at=trade.stop_at)
        with clock.at(stage.now):
            media.posts_send()
            answer_all()
        ledger.sequence_once()
    with clock.at(now):
        plan_sessions(cast, rooms)
    ledger.sequence_once()
    return cast


def plan_some(now: datetime, cast: Cast) -> dict[str, str]:
    """Two tender plans are public: one a project of the province follows, one that is still ahead. Title -> reference.

    The day is 45 days ago: longer than what a notice should come after its plan.
    """
    made, ahead = {}, clock.china(now + timedelta(days=40)).strftime("%Y-%m")
    with clock.at(now - timedelta(days=45)):
        for title, estimate, industry in (
            ("泽安市图书馆新馆工程", "243000000", "A01"),
            ("瑞江防洪堤加固工程", "86500000", "A07"),
        ):
            said = {
                **engineering_prepared.PLAN,
                "title": title,
                "scope": f"{title}的施工，具体内容以招标公告为准。",
                "estimate_cny": Decimal(estimate),
                "trade_category": industry,
                "notice_month": ahead,
            }
            plan = plans.plan_publish(initiator=cast.subjects["initiator"], said=said, actor=cast["initiator"].actor)
            made[title] = plan.reference
    return made


def begun(now: datetime, days_ago: int) -> datetime:
    """Eight in the morning of the day a trade begins."""
    today = clock.china(now).replace(hour=8, minute=0, second=0, microsecond=0)
    if days_ago == JUST_OPENED:
        # A deadline never falls on a rest day, so how long ago the notice was depends on the calendar.
        days_ago = next(
            days
            for days in range(20, 60)
            if open_tender.lawful_moments(today - timedelta(days=days - 1, hours=-1))["bid_deadline"] < today
        )
    if days_ago == NOW_QUOTING:
        # First responses, a day of talks, then two days for the final quotes.
        days_ago = next(
            days
            for days in range(13, 40)
            if first_deadline(today - timedelta(days=days - 1, hours=-1)) + timedelta(hours=36) <= now
        )
    return today - timedelta(days=days_ago)


def store_keys(cast: Cast) -> None:
    """The invented people's private keys lie in a folder of their own that only a demo reads."""
    folder = Path(settings.LOCAL_DIR) / "demo-keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for username, person in cast.people.items():
        if key := cast.keys.get(person.code):
            write(folder / f"{username}.json", key.dump())
    agents = []
    for number, (trustee_id, key) in enumerate(cast.trustees.items()):
        path = folder / f"trustee-{number}.json"
        write(path, key.dump())
        # The first trustee is the initiator: in the demo it stays at home, three others are enough.
        if number:
            arguments = [
                "--key",
                str(path),
                "--trustee",
                trustee_id,
                "--log-key",
                str(keys.log_signer().verifier),
                "--moved-clock",
            ]
            agents.append({"name": str(number), "arguments": arguments})
    write(Path(settings.LOCAL_DIR) / "agents.json", json.dumps(agents))


def write(path: Path, text: str) -> None:
    """The file holds `text`, readable by its owner only, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
