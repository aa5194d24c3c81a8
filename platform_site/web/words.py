"""Names on the screen for names in code: facts, units, senses. The law's words, one place."""

from decimal import Decimal
from fractions import Fraction

from platform_site.rules import Value

UNITS = {
    "cd": "日",
    "wd": "个工作日",
    "mo": "个月",
    "yr": "年",
    "h": "小时",
    "min": "分钟",
    "bids": "家",
    "bidders": "家",
    "suppliers": "家",
    "members": "人",
    "experts": "名",
    "candidates": "名",
    "users": "家",
    "times": "次",
    "quotes": "次",
    "prices": "个",
    "grounds": "种",
    "cny": "元",
}
SENSES = {">=": "不少于", "<=": "不超过", "==": "", "<": "低于", ">": "高于"}
STATUSES = {"verified": "已对照原文", "verified-2nd": "经二手资料核对", "knowledge": "待对照原文"}
EFFECTS = {
    "block": "不符合的不能办理",
    "warn": "可以办理，同时提示监督部门",
    "config": "由地区或者单位设定",
    "calc": "计算方法",
    "inform": "告知当事人",
}
# What the first cell of a day ruler says.
RULER_STARTS = {"等标期": "发", "招标文件发售期": "发", "出让公告": "告", "挂牌时间": "挂", "澄清修改至投标截止": "改"}
FACTS = {
    "number": "文号",
    "issued_on": "印发日期",
    "region_code": "地区代码",
    "rows": "目录各项",
    "key": "类别代号",
    "code": "交易分类代码",
    "procedures": "交易方式",
    "thresholds": "进场标准",
    "periods": "公告和挂牌日数",
    "treatment": "统计口径",
    "status": "核对情况",
    "initiator": "发起人的称谓",
    "name": "名称",
    "documents_from": "招标文件开始发出时间",
    "documents_until": "招标文件停止发出时间",
    "bid_deadline": "投标截止时间",
    "notice_at": "公告发布时间",
    "listing_from": "挂牌开始时间",
    "listing_until": "挂牌截止时间",
    "amended_at": "澄清修改发出时间",
    "validity_days": "投标有效期",
    "validity_until": "投标有效期届满日",
    "bond_cny": "投标保证金",
    "bond_forms": "保证金形式",
    "performance_bond_cny": "履约保证金",
    "performance_bond_share": "履约保证金比例",
    "retention_cny": "质量保证金",
    "institution": "银行或者担保机构",
    "payer_account": "基本账户账号",
    "guarantee_number": "保函编号",
    "forms": "形式",
    "ground": "事由",
    "grounds": "法定事由",
    "estimate_cny": "招标项目估算价",
    "ceiling_cny": "预算金额或者最高限价",
    "floor_cny": "最低投标限价",
    "start_price_cny": "起始价",
    "increment_cny": "增价幅度",
    "valuation_cny": "评估结果",
    "way": "竞价方式",
    "bidding_from": "网络竞价开始时间",
    "disclosure_until": "信息披露期满时间",
    "contract_cny": "合同价",
    "approval_number": "项目审批、核准或者备案文号",
    "approval_authority": "审批、核准或者备案机关",
    "funds_secured": "资金落实情况",
    "finding": "不适宜公开招标的认定",
    "media": "公告发布媒介",
    "standard_document": "标准文本",
    "method": "评标办法",
    "criteria": "评标标准",
    "mandate": "委托代理合同",
    "notice_month": "预计发布招标公告的月份",
    "region_name": "项目所在地",
    "key_set": "受托人与密钥",
    "consortium_agreement": "联合体协议",
    "reason": "原因",
    "since": "开始时间",
    "until": "截止时间",
    "act": "事项",
    "state": "当前状态",
    "have": "现有",
    "need": "应有",
    "amount": "金额",
    "cap": "上限",
    "floor": "下限",
    "base": "基数",
    "share": "比例",
    "price": "价款",
    "period": "工期或者履行期限",
    "quality": "质量",
    "subject": "标的",
    "bid": "投标保证金",
    "performance": "履约保证金",
    "wage": "农民工工资保证金",
    "cash": "现金",
    "members": "成员",
    "experts": "专家",
    "items": "事项",
    "hits": "文字",
    "title": "名称",
    "scope": "范围",
    "qualification": "资格条件",
    "period_text": "工期或者履行期限",
    "period_days": "工期或者履行期限（日）",
    "price_formula": "报价得分公式",
    "consortium_allowed": "是否接受联合体",
    "unlock_minutes": "解密时限（分钟）",
    "candidates": "中标候选人数量",
    "authority": "机关",
    "qualification_kind": "资质类别",
    "qualification_grade": "等级",
    "certificate_number": "证书编号",
    "issuer": "发证机关",
    "valid_from": "有效期起日",
    "rank": "排名",
}


def number(value: Value) -> str:
    """A rule's number: `不少于 20 日`, `不超过 2%`, `不少于 4,000,000 元`, `不少于 2/3`."""
    return f"{SENSES[value.sense]} {amount(value)}".lstrip()


def amount(value: Value) -> str:
    """How much, for a sentence that says itself whether it is the most or the least: `20 日`, `2%`, `5 个工作日`."""
    found = value.amount
    if value.unit.startswith("/1"):
        unit = " 每日" if value.unit.endswith("/d") else ""
        if isinstance(found, Fraction):
            return f"{found.numerator}/{found.denominator}{unit}"
        shown = f"{Decimal(found) * 100:f}"
        return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "%" + unit
    if value.unit == "rank":
        return f"第 {found} 名"
    return f"{found:,} {UNITS.get(value.unit, value.unit)}".rstrip()
