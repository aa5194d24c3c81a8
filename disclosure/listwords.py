"""The words of the public list: categories, what a reader looks for, periods, moments. Codes stand in addresses."""

# The categories of the law's own books; all others are rows of the trade catalogue (disclosure/categories.py).
BY_LAW = {
    "engineering": "工程建设",
    "procurement": "政府采购",
    "land": "土地使用权",
    "mining": "矿业权",
    "equity": "国有产权",
}
# What history that names no category is filed under.
OTHER = "other"
# what a reader looks for -> (words, kinds of notice)
STAGES = {
    "plan": ("招标计划", ("plan", "plan_change", "plan_cancel")),
    "tender": ("招标、采购公告", ("tender", "prequalification", "listing", "inquiry")),
    "change": (
        "变更与澄清",
        ("clarification", "amendment", "correction", "postponement", "trustees", "outage", "agency"),
    ),
    "opening": ("开标记录", ("opening",)),
    "result": ("候选人与结果", ("candidates", "award", "result", "deal", "redo", "cancellation", "set_aside")),
    "contract": ("合同与履约", ("contract", "contract_change", "milestone", "acceptance", "payment", "settlement")),
    "end": ("失败与终止", ("failure", "termination", "suspension", "forgone")),
    "objection": ("异议答复", ("objection",)),
    "other": ("其他公告", ("other",)),
}
STAGE_NAMES = {key: name for key, (name, _) in STAGES.items()}
SOURCES = {"own": "本平台", "history": "导入的历史公告"}
PERIODS = {"90": "近三个月", "365": "近一年", "all": "全部年份"}
DEFAULT_PERIOD = "90"
MOMENTS = {
    "bid_deadline": "投标截止",
    "listing_from": "挂牌开始",
    "listing_until": "挂牌截止",
    "disclosure_until": "信息披露期满",
}
# Books of sales; where a project stands in the trade catalogue, its row says which it is.
SELLING = frozenset({"land", "mining", "equity", "catalogued"})


def stage_of(kind: str) -> str:
    """What a reader looks for when he looks for notices of this kind; an unknown kind is filed under other."""
    if kind in STAGES:
        return kind
    return next((stage for stage, (_, kinds) in STAGES.items() if kind in kinds), OTHER)


# How the public page of a trade speaks, by book, or by procedure where it speaks otherwise. `notice` "": the title of
# the procedure and 公告; `asked`: what the amount beside an announcement is; `floor`: what a sale starts from; `files`:
# said of the documents; rules are ids, "" where the book has none.
TRADE_WORDS: dict[str, dict[str, str]] = {
    "engineering": {
        "bidder": "投标人", "opening": "开标", "result": "评标结果", "objection": "异议", "notice": "招标公告",
        "ceiling": "最高投标限价", "period": "工期", "asked": "最高限价", "floor": "", "files": "获取文件不需要报名",
        "objection_rule": "ENG-12", "bond_rule": "ENG-15",
    },
    "procurement": {
        "bidder": "供应商", "opening": "开启", "result": "评审结果", "objection": "质疑", "notice": "",
        "ceiling": "预算金额", "period": "履行期限", "asked": "预算", "floor": "", "files": "",
        "objection_rule": "GP-39", "bond_rule": "",
    },
    "procurement.open": {
        "bidder": "投标人", "opening": "开标", "result": "评标结果", "objection": "质疑", "notice": "",
        "ceiling": "预算金额", "period": "履行期限", "asked": "预算", "floor": "", "files": "",
        "objection_rule": "GP-39", "bond_rule": "",
    },
    "land": {
        "bidder": "竞买人", "opening": "报价", "result": "成交结果", "objection": "异议", "notice": "出让公告",
        "ceiling": "最高限价", "period": "履行期限", "asked": "起始价", "floor": "起始价", "files": "",
        "objection_rule": "", "bond_rule": "",
    },
    "mining": {
        "bidder": "竞买人", "opening": "报价", "result": "成交结果", "objection": "异议", "notice": "出让公告",
        "ceiling": "最高限价", "period": "履行期限", "asked": "起始价", "floor": "起始价", "files": "",
        "objection_rule": "", "bond_rule": "",
    },
    "equity": {
        "bidder": "意向受让方", "opening": "报价", "result": "成交结果", "objection": "异议", "notice": "信息披露公告",
        "ceiling": "转让底价", "period": "履行期限", "asked": "转让底价", "floor": "转让底价", "files": "",
        "objection_rule": "", "bond_rule": "",
    },
    "catalogued": {
        "bidder": "竞买人", "opening": "报价", "result": "成交结果", "objection": "异议", "notice": "交易公告",
        "ceiling": "最高限价", "period": "履行期限", "asked": "起始价", "floor": "起始价", "files": "",
        "objection_rule": "", "bond_rule": "",
    },
}  # fmt: skip
