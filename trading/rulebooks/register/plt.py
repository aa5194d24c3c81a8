"""PLT: duties of the platform itself (平台)."""

from datetime import date

from platform_site.rules import Rule, Value, register

STATE_COUNCIL = "国办发〔2015〕63号"
PLATFORM_ORDER = "公共资源交易平台管理暂行办法（2016年第39号令）"
JIANGSU = "苏政办发〔2017〕82号"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "PLT-01",
            "工程建设项目招标投标、土地使用权和矿业权出让、国有产权交易、政府采购四类进入平台",
            f"{STATE_COUNCIL} 三（三）；{PLATFORM_ORDER} 第八条",
            "duty",
            "warn",
            "verified",
            note="民间投资的非必须招标项目自主决定。2016年39号令未经核对。",
        ),
        Rule(
            "PLT-02",
            "平台不得取代集中采购机构、强制代理或者拍卖服务、行使审批备案等行政权力、强制非公共项目进场",
            f"{STATE_COUNCIL} 六（十二）；{PLATFORM_ORDER} 第十八条",
            "prohibition",
            "block",
            "verified",
            note="由设计保证：没有这样的功能和权限。2016年39号令未经核对。",
        ),
        Rule(
            "PLT-03",
            "不得以登记、设立分支机构、资格验证、许可、强制担保等限制外地企业进入",
            f"{STATE_COUNCIL} 六（十二）",
            "prohibition",
            "block",
            "verified",
        ),
        Rule(
            "PLT-04",
            "交易场所不得与行政监督部门存在隶属关系，不得以营利为目的；服务、管理、监督分立",
            f"招标投标法实施条例 第五条；{STATE_COUNCIL} 七（十三）",
            "composition",
            "block",
            "verified",
            since=date(2019, 3, 2),
            note="同一人不得兼任。",
        ),
        Rule(
            "PLT-05",
            "监督系统不得与交易系统由同一主体建设运营，不得具备交易功能",
            f"{JIANGSU} 二（二）2",
            "prohibition",
            "block",
            "verified",
            note="江苏省规定；监督系统的进程和数据库登录各自独立，由部署和授权表保证。",
        ),
        Rule(
            "PLT-06",
            "公开公告、资格审查结果、成交、履约、变更信息；审批信息、处罚信息的公开期限",
            f"{STATE_COUNCIL} 六（十一）；国办发〔2017〕97号",
            "publicity",
            "warn",
            "verified-2nd",
            {"approval": Value(20, "wd", "<="), "penalty": Value(7, "wd", "<=")},
            note="五类信息已核对63号文原文；日数见二手资料。",
        ),
        Rule(
            "PLT-07",
            "市场主体一次登记，不得重复登记、备案、验证共享信息",
            f"{STATE_COUNCIL} 六（十一）",
            "prohibition",
            "block",
            "verified",
        ),
        Rule(
            "PLT-08",
            "记录交易过程、操作时间、网络地址和人员，作为证据",
            f"{JIANGSU} 二（五）1",
            "duty",
            "block",
            "verified",
            note="江苏省规定；不留痕的行为不得生效。",
        ),
        Rule(
            "PLT-09",
            "实时公布运营机构及负责人、检测认证标识、接口规范、数据交换状况、免费和收费服务及标准",
            f"{JIANGSU} 二（五）1",
            "publicity",
            "warn",
            "verified",
            note="江苏省规定。",
        ),
        Rule(
            "PLT-10",
            "向符合规范的交易系统、监督系统免费开放接口，数字证书互认",
            f"{STATE_COUNCIL} 四（六）；{JIANGSU} 二（一）、二（三）",
            "prohibition",
            "warn",
            "verified",
        ),
        Rule(
            "PLT-11",
            "监督部门公布职责、依据、事项清单、程序、时限；投诉受理和结果；电话；社会和第三方评价平台",
            f"{JIANGSU} 二（二）2、二（五）1；{STATE_COUNCIL} 六（十二）、七（十四）",
            "publicity",
            "warn",
            "verified",
        ),
        Rule(
            "PLT-12",
            "对交易全过程和关键环节实时监督、自动预警",
            "渝府办发〔2016〕35号 二（四）",
            "duty",
            "warn",
            "verified",
            note="重庆市规定。",
        ),
        Rule(
            "PLT-13",
            "交易目录和规则清单公开，未列入清单的规则不得作为监督依据",
            "赣府厅发〔2015〕78号 五（十三）；宁政办发〔2016〕35号 四（一）2；藏政办发〔2016〕10号 四（二）",
            "prohibition",
            "block",
            "verified",
            note="江西、宁夏、西藏规定。",
        ),
        Rule(
            "PLT-14",
            "收费体现公共服务性质，公布目录；不得收取目录以外的费用、保证金",
            f"{STATE_COUNCIL} 六（十二）；优化营商环境条例 第二十五条",
            "prohibition",
            "block",
            "verified",
        ),
        Rule(
            "PLT-15",
            "交易档案保存期限",
            "DA/T 103-2024；发改法规〔2025〕1358号；重庆市招标投标条例 第三十八条；"
            "拍卖法 第五十四条；档案法 第三十七条",
            "minimum period",
            "block",
            "verified-2nd",
            {
                "long": Value(30, "yr", ">="),
                "short": Value(10, "yr", ">="),
                "platform": Value(3, "yr", ">="),
                "tenderer": Value(15, "yr", ">="),
                "chongqing": Value(15, "yr", ">=", status="verified"),
                "auction": Value(5, "yr", ">=", status="verified"),
            },
            since=date(2025, 2, 1),
            note="DA/T 103-2024自2025年2月1日起：永久、30年、10年，平台留存不少于3年；"
            "招标人不少于15年（招标人主体责任履行指引）；"
            "此两项见二手资料，其余已核对原文。期内不得删除。",
        ),
        Rule(
            "PLT-16",
            "开标前不得泄露投标保证金缴纳情况",
            "重庆市招标投标条例 第十六条、第四十二条",
            "prohibition",
            "block",
            "verified",
            note="重庆市地方性法规；开标前任何人不得读取。",
        ),
        Rule(
            "PLT-17",
            "不得装入排斥、限制外地经营者参加招标采购的规定；政策措施须经公平竞争审查",
            "公平竞争审查条例 第九条、第十八条",
            "prohibition",
            "block",
            "verified",
            since=date(2024, 8, 1),
            note="第九条指第三项；没有审查编号的地方规则不得装入。",
        ),
    ]
)
