"""CRE: credit and sanctions (信用与惩戒). Ask `rule("CRE-02")` at the moment of judging."""

from datetime import date

from platform_site.rules import Rule, Value, register, rule

__all__ = ["RULES", "rule"]

LAW = date(2017, 12, 28)
REGULATION = date(2019, 3, 2)
PROCUREMENT_REGULATION = date(2015, 3, 1)
STATE_COUNCIL = "国办发〔2015〕63号"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "CRE-01",
            "串通投标、行贿谋取中标情节严重的，取消一定期限投标资格",
            "招标投标法 第五十三条；招标投标法实施条例 第六十七条",
            "prohibition",
            "block",
            "verified",
            {"min": Value(1, "yr", ">="), "max": Value(2, "yr", "<=")},
            since=REGULATION,
            note="中标无效，处中标项目金额5‰以上10‰以下罚款，对责任人员处罚款数额5%以上10%以下罚款；"
            "情节严重指行贿、3年内两次以上串通、造成损失30万元以上及其他；禁止期满3年内再犯的吊销营业执照。罚款由行政机关决定，平台不计算。",
        ),
        Rule(
            "CRE-02",
            "以他人名义投标、弄虚作假骗取中标情节严重的，取消一定期限投标资格",
            "招标投标法 第五十四条；招标投标法实施条例 第六十八条",
            "prohibition",
            "block",
            "verified",
            {"min": Value(1, "yr", ">="), "max": Value(3, "yr", "<=")},
            since=REGULATION,
            note="禁止期满3年内再犯的吊销营业执照。",
        ),
        Rule(
            "CRE-03",
            "中标人不履行合同义务情节严重的，取消一定期限投标资格",
            "招标投标法 第六十条",
            "prohibition",
            "block",
            "verified",
            {"min": Value(2, "yr", ">="), "max": Value(5, "yr", "<=")},
            since=LAW,
        ),
        Rule(
            "CRE-04",
            "代理机构泄密、串通情节严重的，禁止一定期限代理",
            "招标投标法 第五十条；政府采购法 第七十八条",
            "prohibition",
            "block",
            "verified",
            {
                "min": Value(1, "yr", ">="),
                "max": Value(2, "yr", "<="),
                "procurement_min": Value(1, "yr", ">="),
                "procurement_max": Value(3, "yr", "<="),
            },
            since=LAW,
            note="招标代理1年至2年，政府采购代理1年至3年。",
        ),
        Rule(
            "CRE-05",
            "政府采购供应商提供虚假材料、串通、行贿、拒签合同等的，列入不良行为记录名单并禁止参加",
            "政府采购法 第七十七条；政府采购法实施条例 第七十二条至第七十四条",
            "prohibition",
            "block",
            "verified",
            {"min": Value(1, "yr", ">="), "max": Value(3, "yr", "<=")},
            since=PROCUREMENT_REGULATION,
            note="捏造事实投诉的同样适用。",
        ),
        Rule(
            "CRE-06",
            "对招标投标违法行为的行政处理决定依法公告的期限",
            "招标投标法实施条例 第七十八条；国办发〔2017〕97号；"
            "公共资源交易平台管理暂行办法（2016年第39号令） 第二十一条；发改法规〔2008〕1531号",
            "maximum period",
            "warn",
            "knowledge",
            {
                "days": Value(7, "wd", "<=", status="verified-2nd"),
                "record": Value(20, "wd", "<="),
                "record_kept": Value(6, "mo", "=="),
            },
            since=REGULATION,
            note="应当公告已核对条例原文；7个工作日见二手资料；违法行为记录20个工作日内公告、公告期6个月（发改法规〔2008〕1531号）未经核对；"
            "39号令条号待核。",
        ),
        Rule(
            "CRE-07",
            "以统一社会信用代码归集信用记录并全国共享，守信激励、失信惩戒、市场禁入",
            f"{STATE_COUNCIL} 六（十一）、七（十四）",
            "duty",
            "block",
            "verified",
            note="严重失信的禁止参加。",
        ),
        Rule(
            "CRE-08",
            "信用修复按信用修复管理办法办理，禁止期限按起止日期逐次核对",
            "信用修复管理办法（自2026年4月1日起施行）",
            "duty",
            "config",
            "verified-2nd",
            since=date(2026, 4, 1),
            note="施行日期见二手资料，文号和内容待核。",
        ),
        Rule(
            "CRE-09",
            "行政处罚的追究时效，有社会影响的处罚决定公开，串通投标涉嫌犯罪的移送",
            "行政处罚法 第三十六条、第四十八条；刑法 第二百二十三条",
            "maximum period",
            "inform",
            "verified",
            {"years": Value(2, "yr", "<=")},
            note="自违法行为发生或者终了之日起。",
        ),
        Rule(
            "CRE-10",
            "需要延续行政许可有效期的，在届满三十日前提出申请",
            "行政许可法 第五十条",
            "minimum period",
            "inform",
            "knowledge",
            {"days": Value(30, "cd", ">=")},
            since=date(2004, 7, 1),
            note="法律、法规、规章另有规定的依照其规定，建筑业企业资质为三个月前（建筑业企业资质管理规定，未经核对）。"
            "平台自第三十日起在资质旁写明将于何日到期，只作提示，不影响办理。",
        ),
    ]
)
