"""EXP: the expert pool (评标评审专家). Ask `rule("EXP-04")` at the moment of judging."""

from datetime import date
from fractions import Fraction

from platform_site.rules import Rule, Value, register, rule

__all__ = ["RULES", "rule"]

REGULATION = date(2019, 3, 2)
EXPERTS_ORDER = "评标专家和评标专家库管理办法（2024年第26号令）"
EXPERTS_SINCE = date(2025, 1, 1)
PROCUREMENT_EXPERTS = "政府采购评审专家管理办法（财库〔2016〕198号）"
STATE_COUNCIL = "国办发〔2015〕63号"
CHONGQING = "重庆市招标投标条例"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "EXP-01",
            "评标专家入库条件：从事相关领域工作满八年并具有高级职称或者同等专业水平",
            f"招标投标法 第三十七条；{EXPERTS_ORDER}；{PROCUREMENT_EXPERTS}",
            "threshold",
            "block",
            "knowledge",
            {
                "years": Value(8, "yr", ">=", status="verified"),
                "procurement_age": Value(70, "yr", "<"),
                "procurement_record": Value(3, "yr", ">="),
            },
            note="八年已核对法律原文；政府采购评审专家不满70周岁、三年内无不良记录未经核对；2024年26号令条号待核。",
        ),
        Rule(
            "EXP-02",
            "国家实行统一的评标专家专业分类标准和管理办法，省级人民政府和国务院有关部门组建综合评标专家库",
            "招标投标法实施条例 第四十五条",
            "duty",
            "block",
            "verified",
            since=REGULATION,
            note="分类标准之外的代码不得使用。",
        ),
        Rule(
            "EXP-03",
            "评标专家随机抽取，任何单位和个人不得指定或者变相指定",
            f"招标投标法实施条例 第四十六条、第四十七条、第七十条；{STATE_COUNCIL} 四（八）",
            "prohibition",
            "block",
            "verified",
            since=REGULATION,
            note="特殊招标项目可以直接确定；人工指定的企图预警。",
        ),
        Rule(
            "EXP-04",
            "抽取专家的时间",
            f"{CHONGQING} 第三十条；{PROCUREMENT_EXPERTS}",
            "maximum period",
            "block",
            "knowledge",
            {
                "hours": Value(24, "h", "<=", status="verified"),
                "procurement": Value(2, "wd", "<="),
            },
            note="24小时是重庆市地方规定，已核对原文，按地区设定；政府采购两个工作日未经核对。",
        ),
        Rule(
            "EXP-05",
            "招标人代表在评标委员会中的人数",
            f"招标投标法 第三十七条；{CHONGQING} 第三十条",
            "composition",
            "block",
            "verified",
            {"share": Value(Fraction(1, 3), "/1", "<="), "chongqing": Value(2, "members", "<=")},
            note="不超过三分之一；重庆市另限两人并须书面授权，招标人与投标人有利害关系的不得派代表。",
        ),
        Rule(
            "EXP-06",
            "库技术维护、使用抽取、运行监督三端分离",
            "渝府办发〔2016〕35号 五（四）",
            "composition",
            "block",
            "verified",
            note="重庆市规定；同一人不得兼任。",
        ),
        Rule(
            "EXP-07",
            "专家名单、评审情况、候选人推荐情况保密；不得私下接触投标人、收受财物、征询招标人意向",
            "招标投标法 第四十四条；招标投标法实施条例 第四十九条",
            "prohibition",
            "block",
            "verified",
            since=REGULATION,
            note="泄露的阻止，接触线索预警。",
        ),
        Rule(
            "EXP-08",
            "专家库采集生物特征信息核验身份，支持远程异地评标评审",
            f"{EXPERTS_ORDER} 第七条、第二十一条；{STATE_COUNCIL} 四（八）",
            "duty",
            "warn",
            "verified-2nd",
            since=EXPERTS_SINCE,
            note="门禁、轨迹等防请托措施；26号令见二手资料，63号文已核对原文。",
        ),
        Rule(
            "EXP-09",
            "专家一项目一考核、年度考核，年度不合格的清退",
            f"{EXPERTS_ORDER}；{CHONGQING} 第五十二条",
            "duty",
            "warn",
            "knowledge",
            {
                "per_project": Value(1, "times", ">="),
                "per_year": Value(1, "times", ">=", status="verified"),
            },
            since=EXPERTS_SINCE,
            note="年度考核和清退是重庆市地方规定，已核对原文；26号令条号待核。",
        ),
        Rule(
            "EXP-10",
            "专家违规的禁止参加评标、取消资格",
            "招标投标法实施条例 第七十一条、第七十二条；招标投标法 第五十六条；政府采购法实施条例 第七十五条",
            "duty",
            "block",
            "verified",
            since=REGULATION,
            note="应当回避不回避、擅离职守、不按标准评审、私下接触、不否决应否决的、诱导澄清的，一定期限内禁止或者取消资格；"
            "收受财物的取消资格并处3000元以上5万元以下罚款，不得再参加。政府采购：警告并处2000元以上2万元以下罚款；"
            "影响结果、不回避、受贿的处2万元以上5万元以下罚款并禁止参加；意见无效，不得获取劳务报酬。罚款由行政机关决定，平台不计算。",
        ),
        Rule(
            "EXP-11",
            "专家黑名单和退出机制，信用记录共享，一次入库跨区域互认",
            f"{STATE_COUNCIL} 七（十四）；湖政办发〔2017〕20号 三（六）",
            "duty",
            "block",
            "verified",
            note="列入黑名单的不得抽取。",
        ),
        Rule(
            "EXP-12",
            "专家聘期、续聘间隔、专家库最少人数、终身负责",
            EXPERTS_ORDER,
            "duty",
            "config",
            "knowledge",
            since=EXPERTS_SINCE,
            note="条号和数字待核，由库管理单位设定。",
        ),
    ]
)
