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
