"""How each procedure's notice is drafted: steps, fields, words, what a lot starts from. Data."""

from typing import Any

from trading.kernel.adjusting import CLAIMS
from trading.kernel.drafts import Draft, Share, Span, Step
from trading.rulebooks.guards import evaluation
from trading.rulebooks.vocabulary import CATEGORIES, DEPOSITS

# What a new lot starts from; every figure is the initiator's to change.
ENGINEERING_FIRST: dict[str, Any] = {
    "outage_clause": True,
    "bond_forms": ["guarantee", "transfer"],
    "deposits": [*DEPOSITS],
    "committee": {"members": 5, "experts": 4, "specialties": []},
    "candidates": 3,
    "consortium_allowed": False,
    "trim": False,
}
REVIEW = Step("review", "核对并发布")
MANDATE = ("mandate_scope", "mandate_signed")
PROJECT = ("approval_number", "approval_authority")
ENGINEERING = Draft(
    notice="招标公告",
    document="招标文件",
    agent="招标代理机构",
    offered="投标文件",
    registered=(
        "authority", "kind", "investment_code", *PROJECT, "funding", "plan", "funds_secured", "mandatory",
        "state_controlled",
    ),
    lot=("title", "estimate_cny", "ceiling_cny", "scope"),
    steps=(
        Step("project", "项目与审批", (
            "investment_code", "kind", *PROJECT, "approval_date", "authority", "funding", "funds_secured",
            "budget_funds_cny", "investment_cny", "mandatory", "state_controlled", *MANDATE,
        )),
        Step("scope", "标段与范围", (
            "title", "scope", "period_days", "period_text", "estimate_cny", "ceiling_cny", "base_prices", "floor_cny",
        )),
        Step("method", "资格与评标办法", (
            "qualification", "consortium_allowed", "ratings", "method", "candidates", "criteria", "adjustments",
            "kind_of_formula", "factor", "factors", "above", "below", "trim", "reviews", "members", "experts",
            "specialties",
        )),
        Step("times", "时间安排", (
            "notice_at", "documents_from", "documents_until", "bid_deadline", "validity_days", "unlock_minutes",
            "bond_cny", "performance_bond_share", "bond_forms", "deposits",
        )),
        Step("files", "文件与清单", ("standard_document", "media", "outage_clause")),
        REVIEW,
    ),
    places=(
        ("factor.list", "factors"), ("factor.uncommitted", "trustees"), ("ENG-20", "qualification"),
        ("ENG-31", "criteria"), ("ENG-16", "deposits"), ("ELE-07", "trustees"), ("ENG-17", "base_prices"),
        ("ENG-02", "estimate_cny"), ("ENG-01", "mandatory"),
    ),
    first=tuple(ENGINEERING_FIRST.items()),
    media=("中国招标投标公共服务平台", "云泽省公共资源交易平台"),
    spans=(
        Span("documents_from", "bid_deadline", "ENG-10", "从文件开始发出起"),
        Span("documents_from", "documents_until", "ENG-07", "发售期", last_day_counts=True),
    ),
    shares=(Share("bond_cny", "ENG-15", "estimate_cny", "估算价", "上限"),),
    composed=evaluation.committee_composed,
    categories=CATEGORIES,
)  # fmt: skip

# -- 政府采购 ---------------------------------------------------------------------------------------------------------
PURCHASES = (("D01", "政府采购货物"), ("D02", "政府采购工程"), ("D03", "政府采购服务"))
BUYING = ("goods", "services", "works")
PREFERENCES = tuple(f"preference_{key}" for key in CLAIMS)
SCORED = [
    {"key": "technical", "title": "技术", "points": "50", "items": [
        {"key": "performance", "title": "性能和配置", "points": "30"},
        {"key": "service", "title": "实施和售后服务", "points": "20"},
    ]},
    {"key": "business", "title": "商务", "points": "20", "items": [
        {"key": "record", "title": "同类业绩", "points": "20"},
    ]},
    {"key": "price", "title": "报价", "points": "30", "items": []},
]  # fmt: skip


def _purchase_labels(notice: str, document: str, bid: str, group: str) -> tuple[tuple[str, str], ...]:
    return (
        ("kind", "采购内容"),
        ("approval_number", "政府采购计划编号"),
        ("approval_authority", "计划备案的财政部门"),
        ("authority", "采购监督管理部门"),
        ("title", "采购项目名称"),
        ("scope", "采购需求"),
        ("period_days", "履行期限"),
        ("period_text", "履行期限，公告中的写法"),
        ("ceiling_cny", "预算金额"),
        ("qualification", "供应商资格条件"),
        ("consortium_allowed", "接受联合体"),
        ("candidates", "推荐成交候选人"),
        ("criteria", "评审因素"),
        ("reviews", "资格和符合性审查项目"),
        ("members", f"{group}人数"),
        ("notice_at", f"{notice}发布时间"),
        ("documents_from", f"{document}开始提供"),
        ("documents_until", f"{document}停止提供"),
        ("bid_deadline", f"{bid}提交截止时间，同时开启"),
        ("validity_days", f"{bid}有效期"),
        ("bond_cny", "保证金"),
        ("bond_forms", "保证金形式"),
    )


PURCHASE_HELPS = (
    ("period_text", "例如：合同签订后30日内"),
    ("scope", "采购标的、数量、技术和服务要求"),
    ("validity_days", "从提交截止之日起计算"),
)
PURCHASE_PLACES = (
    ("GP-20", "criteria"), ("GP-21", "criteria"), ("price", "criteria"), ("ELE-07", "trustees"),
    ("GP-10", "ceiling_cny"), ("preference.unknown", "preference_small"),
    ("preference.not_goods", "preference_domestic"),
    ("preference.not_yet", "preference_domestic"),
)  # fmt: skip
BUYER = Step("project", "项目与预算", ("kind", "ceiling_cny", *PROJECT, "authority", "funding", *MANDATE))
NEED = Step("scope", "采购需求", ("title", "scope", "period_days", "period_text"))
PURCHASE_FILES = Step("files", "文件与密钥", ("outage_clause",))
GROUP = ("reviews", "members", "experts", "specialties")
ISSUED = ("notice_at", "documents_from", "documents_until", "bid_deadline")


def _first(members: int, document: str, points: str = "") -> tuple[tuple[str, object], ...]:
    reviews = [{"key": "responsive", "title": f"实质性响应{document}", "ground": 6}]
    if points:
        reviews.insert(0, {"key": "qualification", "title": "资格条件符合", "ground": 3})
    said: dict[str, Any] = {
        "outage_clause": True,
        "candidates": 3,
        "consortium_allowed": False,
        "reviews": reviews,
        "committee": {"members": members, "experts": members - 1, "specialties": []},
        # 87号令 第五十五条, 214号 第二十四条: the lowest price has all points, others their ratio to it.
        **(
            {"method": "scored", "criteria": SCORED, "price_formula": {"kind": "lowest_ratio", "full": points}}
            if points
            else {"method": "lowest", "criteria": []}
        ),
    }
    return tuple(said.items())


PURCHASE = Draft(
    notice="招标公告",
    document="招标文件",
    part="采购包",
    agent="采购代理机构",
    offered="投标文件",
    registered=("authority", "kind", *PROJECT, "funding"),
    lot=("title", "ceiling_cny", "scope"),
    steps=(
        BUYER, NEED,
        Step("method", "资格与评审", (
            "qualification", "consortium_allowed", *PREFERENCES, "candidates", "criteria", *GROUP,
        )),
        Step("times", "时间安排", (*ISSUED, "validity_days", "unlock_minutes", "bond_cny", "bond_forms")),
        PURCHASE_FILES, REVIEW,
    ),
    labels=_purchase_labels("招标公告", "招标文件", "投标文件", "评标委员会"),
    helps=PURCHASE_HELPS,
    places=PURCHASE_PLACES,
    first=_first(5, "招标文件", "30"),
    spans=(
        Span("documents_from", "bid_deadline", "GP-05", "从文件开始提供起"),
        Span("documents_from", "documents_until", "GP-06", "提供期限", "supply", last_day_counts=True),
    ),
    shares=(Share("bond_cny", "GP-11", "ceiling_cny", "预算金额", "上限"),),
    composed=evaluation.tender_committee_composed,
    kinds=BUYING,
    categories=PURCHASES,
)  # fmt: skip
CONSULTATION = Draft(
    notice="磋商公告",
    document="磋商文件",
    part="采购包",
    agent="采购代理机构",
    offered="响应文件",
    registered=("authority", "kind", *PROJECT, "funding"),
    lot=("title", "ceiling_cny", "scope"),
    steps=(
        BUYER, NEED,
        Step("method", "资格与评审", (
            "qualification", "consortium_allowed", *PREFERENCES, "candidates", "criteria", *GROUP,
        )),
        Step("times", "时间安排", (*ISSUED, "unlock_minutes")),
        PURCHASE_FILES, REVIEW,
    ),
    labels=_purchase_labels("磋商公告", "磋商文件", "首次响应文件", "磋商小组"),
    helps=PURCHASE_HELPS,
    places=PURCHASE_PLACES,
    first=_first(3, "磋商文件", "30"),
    spans=(
        Span("documents_from", "bid_deadline", "GP-28", "从文件开始发出起"),
        Span("documents_from", "documents_until", "GP-28", "发售期限", "supply", last_day_counts=True),
    ),
    composed=evaluation.inquiry_group_composed,
    kinds=BUYING,
    categories=PURCHASES,
)  # fmt: skip
INQUIRY = Draft(
    notice="询价公告",
    document="询价通知书",
    part="采购包",
    agent="采购代理机构",
    offered="响应文件",
    registered=("authority", "kind", *PROJECT, "funding"),
    lot=("title", "ceiling_cny", "scope"),
    steps=(
        BUYER, NEED,
        Step("method", "资格与评审", ("qualification", "consortium_allowed", *PREFERENCES, "candidates", *GROUP)),
        Step("times", "时间安排", ("notice_at", "documents_from", "bid_deadline", "unlock_minutes")),
        PURCHASE_FILES, REVIEW,
    ),
    labels=_purchase_labels("询价公告", "询价通知书", "响应文件", "询价小组"),
    helps=PURCHASE_HELPS,
    places=PURCHASE_PLACES,
    first=_first(3, "询价通知书"),
    spans=(Span("documents_from", "bid_deadline", "GP-27", "从通知书发出起"),),
    composed=evaluation.inquiry_group_composed,
    kinds=("goods",),  # 政府采购法 第三十二条: 货物规格、标准统一、现货货源充足且价格变化幅度小
    categories=PURCHASES[:1],
)  # fmt: skip

# -- 挂牌 -------------------------------------------------------------------------------------------------------------
LISTED_FIRST = (("outage_clause", True), ("call_minutes", 5), ("round_minutes", 5))
AUCTIONED = ("start_price_cny", "increment_cny", "bond_cny", "reserve", "call_minutes", "round_minutes")
LISTING_TIMES = Step("times", "时间安排", ("notice_at", "listing_from", "listing_until"))
LISTING_FILES = Step("files", "文件与公告", ("outage_clause",))


def _listing_labels(subject: str, scope: str) -> tuple[tuple[str, str], ...]:
    return (
        ("title", f"{subject}名称"),
        ("scope", scope),
        ("qualification", "竞买人资格条件"),
        ("approval_number", "出让方案批准文号"),
        ("approval_authority", "批准机关"),
        ("bond_cny", "竞买保证金"),
        ("notice_at", "出让公告发布时间"),
    )


LAND = Draft(
    notice="出让公告",
    document="出让文件",
    part="宗地",
    registered=(*PROJECT,),
    lot=("title", "scope"),
    steps=(
        Step("project", "项目与批准", (*PROJECT, "approval_date", "authority", *MANDATE)),
        Step("scope", "出让宗地", ("title", "scope", "qualification")),
        Step("price", "价格与竞价", AUCTIONED),
        LISTING_TIMES, LISTING_FILES, REVIEW,
    ),
    labels=_listing_labels("宗地", "宗地情况"),
    helps=(("scope", "位置、面积、用途、年限、规划指标"),),
    places=(("ELE-07", "trustees"), ("LND-04", "start_price_cny")),
    first=LISTED_FIRST,
    spans=(
        Span("notice_at", "listing_from", "LND-03", "公告"),
        Span("listing_from", "listing_until", "LND-05", "挂牌"),
    ),
    shares=(Share("bond_cny", "LND-06", "start_price_cny", "起始价", "下限"),),
    categories=(("B01", "国有建设用地使用权"),),
)  # fmt: skip
MINING = Draft(
    notice="出让公告",
    document="出让文件",
    part="矿业权",
    registered=(*PROJECT,),
    lot=("title", "scope"),
    steps=(
        Step("project", "项目与批准", (*PROJECT, "approval_date", "authority", *MANDATE)),
        Step("scope", "出让的矿业权", ("title", "scope", "qualification")),
        Step("price", "价格与竞价", AUCTIONED),
        LISTING_TIMES, LISTING_FILES, REVIEW,
    ),
    labels=_listing_labels("矿业权", "矿业权概况"),
    helps=(("scope", "矿种、位置、范围、面积、资源储量、出让年限"),),
    places=(("ELE-07", "trustees"), ("MIN-02", "start_price_cny")),
    first=LISTED_FIRST,
    spans=(
        Span("notice_at", "listing_from", "MIN-03", "公告"),
        Span("listing_from", "listing_until", "MIN-05", "挂牌"),
    ),
    categories=(("C01", "探矿权"), ("C02", "采矿权")),
)  # fmt: skip
# Whatever the trade catalogue declares: its classification codes are those of the rows in force.
CATALOGUED = Draft(
    notice="交易公告",
    document="交易文件",
    part="标的",
    registered=(*PROJECT,),
    lot=("title", "scope"),
    steps=(
        Step("project", "项目与批准", (*PROJECT, "approval_date", "authority", *MANDATE)),
        Step("scope", "交易标的", ("title", "scope", "qualification")),
        Step("price", "价格与竞价", AUCTIONED),
        LISTING_TIMES, LISTING_FILES, REVIEW,
    ),
    labels=tuple((name, words.replace("出让", "交易")) for name, words in _listing_labels("标的", "标的情况")),
    helps=(("scope", "位置、数量、期限、权属"),),
    places=(("ELE-07", "trustees"), ("PLT-20", "start_price_cny")),
    first=LISTED_FIRST,
    spans=(
        Span("notice_at", "listing_from", "PLT-18", "公告"),
        Span("listing_from", "listing_until", "PLT-19", "挂牌"),
    ),
)  # fmt: skip

# -- 产权转让 ---------------------------------------------------------------------------------------------------------
EQUITY = Draft(
    notice="信息披露公告",
    document="转让文件",
    part="标的",
    registered=(*PROJECT,),
    lot=("title", "scope"),
    steps=(
        Step("project", "项目与批准", (*PROJECT, "approval_date", "authority", *MANDATE)),
        Step("scope", "转让标的", ("title", "scope", "qualification")),
        Step("price", "价格与竞价", (
            "valuation_cny", "start_price_cny", "increment_cny", "bond_cny", "way", "bidding_minutes", "round_minutes",
            "priority_holders",
        )),
        Step("times", "时间安排", ("notice_at", "disclosure_until", "bidding_from")),
        LISTING_FILES, REVIEW,
    ),
    labels=(
        ("title", "转让标的名称"),
        ("scope", "标的企业和转让标的情况"),
        ("qualification", "受让方资格条件"),
        ("approval_number", "转让行为批准文号"),
        ("approval_authority", "批准单位"),
        ("authority", "国有资产监督管理机构"),
        ("start_price_cny", "转让底价"),
        ("bond_cny", "交易保证金"),
        ("notice_at", "信息披露起始时间"),
        ("round_minutes", "临近结束的报价顺延"),
    ),
    helps=(("qualification", "一般不得针对受让方设置资格条件，确需设置的不得有明确指向性"),),
    places=(("approval", "approval_number"), ("SOE-12", "way")),
    first=(("outage_clause", True), ("way", "multi_round"), ("bidding_minutes", 60), ("round_minutes", 5)),
    spans=(Span("notice_at", "disclosure_until", "SOE-04", "披露"),),
    shares=(Share("bond_cny", "SOE-14", "start_price_cny", "转让底价", "上限"),),
    categories=(("E01", "企业国有产权"),),
)  # fmt: skip
