"""MIN: mining rights (矿业权出让). Named `mining` because `min` is taken."""

from datetime import date

from platform_site.rules import Rule, Value, register

LAW = date(2025, 7, 1)  # 矿产资源法, revised 2024-11-08
TRADING_RULES = "矿业权出让交易规则（自然资规〔2023〕1号）"
SECOND_HAND = "条号待核；数字见依其制定的四川省规则。"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "MIN-01",
            "矿业权通过招标、拍卖、挂牌等竞争性方式在统一平台出让，法律规定可以协议的除外",
            "矿产资源法 第十七条",
            "duty",
            "block",
            "verified",
            since=LAW,
        ),
        Rule(
            "MIN-02",
            "出让前公告矿业权、规则、竞买条件，不得实行差别待遇",
            "矿产资源法 第十九条",
            "publicity",
            "block",
            "verified",
            since=LAW,
            note="公告内容齐全方可发布。",
        ),
        Rule(
            "MIN-03",
            "投标截止、拍卖日或者挂牌起始日前发布出让公告的时间",
            TRADING_RULES,
            "minimum period",
            "block",
            "verified-2nd",
            {"days": Value(20, "wd", ">=")},
            note=SECOND_HAND,
        ),
        Rule(
            "MIN-04",
            "招标、拍卖的参加人不少于三人，不足的停止并重新组织或者改用其他方式",
            TRADING_RULES,
            "quorum",
            "block",
            "verified-2nd",
            {"bidders": Value(3, "bidders", ">=")},
            note="按每宗矿业权计。" + SECOND_HAND,
        ),
        Rule(
            "MIN-05",
            "挂牌时间",
            TRADING_RULES,
            "minimum period",
            "block",
            "verified-2nd",
            {"days": Value(10, "wd", ">=")},
            note=SECOND_HAND,
        ),
        Rule(
            "MIN-06",
            "成交后公示结果的起始和公示期",
            TRADING_RULES,
            "minimum period",
            "block",
            "verified-2nd",
            {"start": Value(5, "wd", "<="), "days": Value(10, "wd", ">=")},
            note="公示期满前不得签订出让合同。" + SECOND_HAND,
        ),
        Rule(
            "MIN-07",
            "签订书面出让合同，矿业权自登记时设立；探矿权、采矿权期限",
            "矿产资源法 第二十条、第二十二条、第二十四条",
            "cap",
            "warn",
            "verified",
            {
                "exploration": Value(5, "yr", "<="),
                "renewals": Value(3, "times", "<="),
                "mining": Value(30, "yr", "<="),
            },
            since=LAW,
            note="探矿权每期5年，续期不超过三次；采矿权最长30年。",
        ),
        Rule(
            "MIN-08",
            "矿产资源法实施条例的适用",
            "矿产资源法实施条例（国令第839号）",
            "threshold",
            "config",
            "verified-2nd",
            note="2026年公布，存在见二手资料；条文和施行日期待装入。",
        ),
        Rule(
            "MIN-09",
            "最高报价未达到底价的不成交；报价一经作出不得撤回",
            f"{TRADING_RULES}；拍卖法 第三十六条、第五十条",
            "threshold",
            "block",
            "knowledge",
            note="本平台增列：规则手册没有单列矿业权的报价和底价。拍卖法已核对原文，交易规则未经核对。",
        ),
        Rule(
            "MIN-10",
            "挂牌期限届满询问是否继续竞价，继续的转入限时竞价；否则按报价和底价确定竞得人",
            TRADING_RULES,
            "sequence",
            "block",
            "knowledge",
            note="本平台增列：规则手册没有单列挂牌结束的顺序。条号待核，未经核对。",
        ),
    ]
)
