"""The words of the public list: categories, what a reader looks for, periods, moments. Codes stand in addresses."""

CATEGORIES = {
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
MOMENTS = {"bid_deadline": "投标截止", "listing_from": "挂牌开始", "listing_until": "挂牌截止"}
SELLING = frozenset({"land", "mining", "equity"})


def stage_of(kind: str) -> str:
    """What a reader looks for when he looks for notices of this kind; an unknown kind is filed under other."""
    if kind in STAGES:
        return kind
    return next((stage for stage, (_, kinds) in STAGES.items() if kind in kinds), OTHER)
