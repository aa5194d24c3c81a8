"""The sources' words for categories and kinds of notice, in ours."""

import re

from disclosure import categories
from disclosure.listwords import OTHER

# What a source calls the business -> our category. What is none of ours is `other`.
_CATEGORIES = (
    (re.compile(r"工程|房建|市政|水利|交通"), "engineering"),
    (re.compile(r"政府采购"), "procurement"),
    (re.compile(r"矿业权|探矿|采矿"), "mining"),
    (re.compile(r"土地|国有建设用地"), "land"),
    (re.compile(r"产权|国有资产|股权"), "equity"),
)
# What a title says of itself beats what shelf the source put it on. The last words of a title weigh most.
_TITLES = (
    (re.compile(r"流标|废标|(?:采购|招标|询价|磋商|谈判)?失败公[告示]|(?:招标|采购)失败"), "failure"),
    (re.compile(r"终止|中止|取消公告|撤销公告|暂停公告"), "termination"),
    (re.compile(r"更正|变更|修改通知|补充公告|延期公告|异常公告"), "amendment"),
    (re.compile(r"澄清|答疑"), "clarification"),
    (re.compile(r"候选人"), "candidates"),
    (re.compile(r"验收|履约"), "acceptance"),
    (re.compile(r"合同(?:公[告示])?$|合同公[告示]|合同备案"), "contract"),
    (re.compile(r"中标|成交|结果公[告示]|结果$|中选"), "award"),
    (re.compile(r"资格预审"), "prequalification"),
    (
        re.compile(r"采购意向|招标计划|采购计划|预公告|需求(?:公示|论证)|征求意见|招标文件公示|论证|调研|意向公[告示]"),
        "plan",
    ),
)
# A source's own shelf -> our kind.
_SHELVES = {
    "采购/资审公告": "tender",
    "招标/资审公告": "tender",
    "交易公告": "tender",
    "招标/资审文件澄清": "clarification",
    "更正事项": "amendment",
    "中标公告": "award",
    "交易结果公示": "award",
    "成交公示": "award",
    "采购合同": "contract",
    "招标计划": "plan",
    "招标公告": "tender",
    "中标候选人公示": "candidates",
    "中标结果公示": "award",
    "招标": "tender",
    "竞谈": "tender",
    "询价": "tender",
    "竞价": "tender",
    "单一": "tender",
    "邀标": "tender",
    "成交": "award",
    "中标": "award",
    "合同": "contract",
    "验收": "acceptance",
    "变更": "amendment",
    "结果变更": "amendment",
    "废标": "failure",
    "流标": "failure",
    "预告": "plan",
    "需求公示": "plan",
    "论证意见": "plan",
    "竞争性磋商公告": "tender",
    "竞争性谈判公告": "tender",
    "公开招标公告": "tender",
    "邀请招标公告": "tender",
    "询价公告": "tender",
    "单一来源公告": "tender",
    "更正公告": "amendment",
    "废标流标公告": "failure",
    "成交公告": "award",
}
_BRACKETS = re.compile(r"^(?:\s*[\[【][^\]】]{1,30}[\]】])+")
# Words at a title's end that name the notice itself; those in the middle belong to the project (合同能源管理项目…).
_TAIL = 26


def category_of(words: str) -> str:
    """Our category for what a source calls the business, of law or declared in the catalogue; `other` where it is none
    of ours."""
    by_law = next((category for pattern, category in _CATEGORIES if pattern.search(words)), "")
    return by_law or categories.declared_in(words) or OTHER


def kind_of(shelf: str, title: str) -> tuple[str, str]:
    """(kind, confidence): what the notice is, from the source's shelf and its title.

    A change, a failure or an end that the title names wins over the shelf: sources shelve a 变更公告 under 招标公告.
    """
    shelved = _SHELVES.get(shelf.strip(), "")
    tail = _BRACKETS.sub("", title)[-_TAIL:]
    titled = next((kind for pattern, kind in _TITLES if pattern.search(tail)), "")
    if titled in {"failure", "termination", "amendment", "clarification"} and titled != shelved:
        # A failed tender's shelf is often its second tender; only the title can know.
        return titled, "derived"
    if shelved in {"award", ""} and titled:
        return titled, "stated" if titled == shelved else "derived"
    if shelved:
        return shelved, "stated"
    return "other", "derived"
