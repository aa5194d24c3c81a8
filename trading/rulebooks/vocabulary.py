"""The words a draft may use, each with the law's name for it: one list for forms, guards, intake and pages."""

# 招标内容. The thresholds and caps of the engineering book know these and no others.
KINDS = {
    "works": "施工",
    "goods": "货物",
    "survey": "勘察",
    "design": "设计",
    "survey_design": "勘察设计",
    "supervision": "监理",
    "services": "其他服务",
    "epc": "工程总承包",
}
# 交易分类代码 of engineering (rulebook §10.3).
CATEGORIES = (
    ("A01", "房屋建筑"),
    ("A02", "市政"),
    ("A03", "公路"),
    ("A04", "铁路"),
    ("A05", "民航"),
    ("A06", "水运"),
    ("A07", "水利"),
    ("A08", "能源"),
    ("A09", "邮电通信"),
    ("A10", "桥梁"),
    ("A11", "城市轨道"),
    ("A12", "矿产冶金"),
    ("A13", "信息网络"),
    ("A14", "工业制造"),
    ("A99", "其他"),
)
# 网络竞价 of 32号令 第二十二条 that this platform runs.
WAYS = {"multi_round": "网络竞价，多次报价"}
# 招标投标法实施条例 第二十六条, 20号令: in which forms a bid bond comes in; 现金 only from the bidder's basic account.
BOND_FORMS = {
    "guarantee": "银行保函、保险、担保",
    "transfer": "转账",
    "cheque": "银行支票、汇票",
    "cash": "现金",
    "commitment": "免缴承诺",
}
# 国办发〔2016〕49号: no deposit but these four.
DEPOSITS = {
    "bid": "投标保证金",
    "performance": "履约保证金",
    "quality": "质量保证金",
    "wage": "农民工工资保证金",
}
# 招标投标法实施条例 第三十五条、第七十四条: the only grounds on which a bid bond is kept. Key -> (words, article).
FORFEITS = {
    "revoked": ("投标截止后撤销投标文件", "招标投标法实施条例 第三十五条"),
    "no_contract": ("中标后无正当理由不与招标人订立合同", "招标投标法实施条例 第七十四条"),
    "conditions": ("签订合同时向招标人提出附加条件", "招标投标法实施条例 第七十四条"),
    "no_performance_bond": ("不按照招标文件要求提交履约保证金", "招标投标法实施条例 第七十四条"),
}
# Why a bond goes back. Key -> (words, rule whose article stands beside it).
RETURNS = {
    "contract": ("书面合同已签订", "ENG-45"),
    "withdrawn": ("投标截止前撤回投标文件", "ENG-23"),
    "terminated": ("招标终止", "ENG-19"),
    "failed": ("招标失败", "ENG-45"),
    "late": ("投标截止后到账", "ENG-16"),
    "payer": ("不是从投标人基本账户转出", "ENG-16"),
    "no_bid": ("没有递交投标文件", "ENG-45"),
    "surplus": ("退还开始以后又到账", "ENG-45"),
}
