"""CMP: complaints (异议、质疑、投诉、复议)."""

from datetime import date

from platform_site.rules import Rule, Value, register

REGULATION = date(2019, 3, 2)
PROCUREMENT_LAW = date(2014, 8, 31)
PROCUREMENT_REGULATION = date(2015, 3, 1)
QUERY_ORDER = "政府采购质疑和投诉办法（财政部令第94号）"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "CMP-01",
            "投标人或者其他利害关系人可以投诉，应当有明确的请求和必要的证明材料",
            "招标投标法 第六十五条；招标投标法实施条例 第六十条",
            "threshold",
            "block",
            "verified",
            since=REGULATION,
            note="材料不全的不予受理并告知。",
        ),
        Rule(
            "CMP-02",
            "招标投标投诉的期限，异议答复期间不计算在内",
            "招标投标法实施条例 第六十条",
            "maximum period",
            "block",
            "verified",
            {"days": Value(10, "cd", "<=")},
            since=REGULATION,
            note="自知道或者应当知道之日起；逾期的不受理并告知。",
        ),
        Rule(
            "CMP-03",
            "就招标文件、开标、评标结果投诉的，应当先提出异议",
            "招标投标法实施条例 第六十条",
            "sequence",
            "block",
            "verified",
            since=REGULATION,
            note="指条例第二十二条、第四十四条、第五十四条规定的事项。",
        ),
        Rule(
            "CMP-04",
            "决定是否受理、作出处理决定的期限",
            "招标投标法实施条例 第六十一条",
            "maximum period",
            "warn",
            "verified",
            {"accept": Value(3, "wd", "<="), "decide": Value(30, "wd", "<=")},
            since=REGULATION,
            note="检验、检测、鉴定、专家评审所需时间不计；先收到的部门处理；捏造事实的驳回。",
        ),
        Rule(
            "CMP-05",
            "必要时责令暂停招标投标活动；保守秘密",
            "招标投标法实施条例 第六十二条",
            "duty",
            "block",
            "verified",
            since=REGULATION,
            note="暂停期间后续环节停止。",
        ),
        Rule(
            "CMP-06",
            "政府采购投诉的期限，投诉事项不得超出质疑范围",
            f"政府采购法 第五十五条；政府采购法实施条例 第五十五条；{QUERY_ORDER} 第十七条",
            "maximum period",
            "block",
            "verified",
            {"days": Value(15, "wd", "<=")},
            since=PROCUREMENT_REGULATION,
            note="自答复期满之日起；逾期的不受理并告知。",
        ),
        Rule(
            "CMP-07",
            "政府采购投诉的审查、送达副本、处理决定的期限",
            f"政府采购法 第五十六条；{QUERY_ORDER} 第二十一条、第二十六条、第二十七条；政府采购法实施条例 第五十八条",
            "maximum period",
            "warn",
            "verified",
            {
                "review": Value(5, "wd", "<="),
                "copies": Value(8, "wd", "<="),
                "decide": Value(30, "wd", "<="),
            },
            since=PROCUREMENT_REGULATION,
            note="处理决定公告。",
        ),
        Rule(
            "CMP-08",
            "政府采购投诉处理期间暂停采购活动的时间",
            "政府采购法 第五十七条",
            "maximum period",
            "warn",
            "verified",
            {"days": Value(30, "cd", "<=")},
            since=PROCUREMENT_LAW,
            note="期满自动恢复并预警。",
        ),
        Rule(
            "CMP-09",
            "申请行政复议、作出复议决定的期限",
            "行政复议法 第二十条、第六十二条；政府采购法 第五十八条",
            "maximum period",
            "inform",
            "verified",
            {
                "apply": Value(60, "cd", "<="),
                "decide": Value(60, "cd", "<="),
                "extension": Value(30, "cd", "<="),
            },
            note="情况复杂的可以延长，最多30日。2023年修订文本。",
        ),
    ]
)
