"""Every field a draft may have: how it is typed and where its value is kept. Which procedure has which says its book.

A field's `home` says where `services.tenders.lot_shape` puts it: columns, terms, moments, tender, approval, mandate,
price_formula, committee or preferences.
"""

from copy import deepcopy
from decimal import Decimal
from typing import TypeVar

from django import forms

from credit.models import Subject
from trading import editors
from trading.fields import (
    Adjustments,
    ChinaTime,
    Choice,
    Choices,
    Day,
    Factors,
    Figure,
    Money,
    Percent,
    Ratings,
    Text,
    Words,
    Yes,
)
from trading.kernel.adjusting import DEDUCTIONS
from trading.kernel.drafts import Draft
from trading.rulebooks.vocabulary import BOND_FORMS, DEPOSITS, KINDS, WAYS

FORMULAS = (("mean_deviation", "以有效报价平均值为基准，按偏差扣分"), ("lowest_ratio", "最低有效报价比例法"))
F = TypeVar("F", bound=forms.Field)


def kept(field: F, home: str, *, suffix: str = "", half: bool = False) -> F:
    """The field, told where its value lives, what stands behind its input, and whether two share a line."""
    field.home, field.suffix, field.half = home, suffix, half  # type: ignore[attr-defined]
    return field


def authorities() -> list[tuple[str, str]]:
    """Active supervising authorities as choices, read whenever the form is drawn. One query."""
    rows = Subject.objects.filter(kinds__contains=["authority"], state="active").order_by("name")
    return [("", "请选择"), *rows.values_list("code", "name")[:300]]


def _money(label: str, home: str = "terms", help_text: str = "") -> Money:
    return kept(Money(label=label, help_text=help_text), home, suffix="元", half=True)


def _time(label: str, *, half: bool = True) -> ChinaTime:
    return kept(ChinaTime(label=label), "moments", half=half)


def _minutes(label: str, help_text: str, *, most: int = 120) -> Figure:
    return kept(Figure(label=label, least=1, most=most, help_text=help_text), "terms", suffix="分钟", half=True)


def _points(label: str) -> Figure:
    return kept(Figure(label=label, least=0, most=100, whole=False), "price_formula", suffix="分", half=True)


FIELDS: dict[str, forms.Field] = {
    # project
    "investment_code": kept(Text(label="投资项目统一代码", max_length=30), "tender", half=True),
    "kind": kept(Choice(label="招标内容", choices=[*KINDS.items()]), "tender", half=True),
    "approval_number": kept(Text(label="审批、核准或者备案文号", max_length=100), "approval", half=True),
    "approval_authority": kept(Text(label="审批、核准或者备案机关", max_length=100), "approval", half=True),
    "approval_date": kept(Day(label="批准日期"), "approval", half=True),
    "authority": kept(Choice(label="行政监督部门", choices=authorities), "tender", half=True),
    "funding": kept(Text(label="资金来源", max_length=200, help_text="例如：财政资金和企业自筹"), "tender", half=True),
    "funds_secured": kept(Yes(label="资金或者资金来源已经落实"), "tender"),
    "budget_funds_cny": _money("使用预算资金"),
    "investment_cny": _money("项目总投资"),
    "mandatory": kept(Yes(label="依法必须进行招标的项目"), "tender"),
    "state_controlled": kept(Yes(label="国有资金占控股或者主导地位"), "tender"),
    "mandate_scope": kept(Text(label="委托代理范围", max_length=200, required=True), "mandate", half=True),
    "mandate_signed": kept(Day(label="委托合同签订日期"), "mandate", half=True),
    # what is traded
    "title": kept(Text(label="标段名称", max_length=200, required=True), "columns"),
    "scope": kept(Text(label="招标范围", max_length=20_000, rows=5), "columns"),
    "period_days": kept(Figure(label="工期", least=1, most=9999), "columns", suffix="日历天", half=True),
    "period_text": kept(
        Text(label="工期，公告中的写法", max_length=60, help_text="例如：540日历天"), "columns", half=True
    ),
    "estimate_cny": _money("招标项目估算价", "columns"),
    "ceiling_cny": _money("最高投标限价", "columns"),
    "base_prices": kept(
        Figure(label="标底", least=0, most=9, help_text="没有标底填 0；有标底的只能有一个，开标前保密"),
        "terms",
        suffix="个",
        half=True,
    ),
    "floor_cny": _money("最低投标限价"),
    # who may bid, how bids are judged
    "qualification": kept(Text(label="投标人资格条件", max_length=20_000, rows=4), "columns"),
    "consortium_allowed": kept(Yes(label="接受联合体投标"), "terms"),
    "ratings": kept(
        Ratings(
            label="联合体各专业的资质等级要求",
            help_text="一行一个专业，例如“市政公用工程施工总承包 壹级”；同一专业按等级较低的成员确定。没有要求的不填",
        ),
        "terms",
    ),
    "method": kept(Choice(label="评标办法", choices=[("", "请选择"), *editors.METHODS]), "terms", half=True),
    "candidates": kept(Figure(label="推荐中标候选人", least=1, most=3), "terms", suffix="名", half=True),
    "criteria": kept(Text(label="评标标准"), "criteria"),
    "adjustments": kept(
        Adjustments(
            label="评标价调整因素",
            help_text="一行一项：名称、按日（按项、按比例）、数值、最多计几日或者几项。"
            "例如“工期 按日 5000 60”“付款条件偏差 按比例 0.5% 3”",
        ),
        "terms",
    ),
    **{
        f"preference_{key}": kept(
            Percent(label=title, help_text="不给予扣除的留空"), "preferences", suffix="%", half=True
        )
        for key, title in DEDUCTIONS.items()
    },
    "kind_of_formula": kept(Choice(label="报价得分", choices=FORMULAS), "price_formula"),
    "factor": kept(
        Figure(
            label="基准价系数", least=Decimal("0.5"), most=1, whole=False, help_text="基准价等于有效报价平均值乘以系数"
        ),
        "price_formula",
        half=True,
    ),
    "factors": kept(
        Factors(
            label="开标时抽取的系数",
            help_text="写两个以上就在开标时随机抽取一个，代替固定的基准价系数。例如 0.95、0.96、0.97、0.98",
        ),
        "price_formula",
        half=True,
    ),
    "above": _points("每高于基准价 1% 扣"),
    "below": _points("每低于基准价 1% 扣"),
    "trim": kept(Yes(label="评委打分去掉一个最高分和一个最低分"), "terms"),
    "reviews": kept(Text(label="初步评审项目"), "reviews"),
    "members": kept(Figure(label="评标委员会人数", least=1, most=99), "committee", suffix="人", half=True),
    "experts": kept(Figure(label="其中随机抽取的专家", least=0, most=99), "committee", suffix="名", half=True),
    "specialties": kept(Words(label="专家专业代码", help_text="例如 A08，可以填几个"), "committee"),
    # prices of a sale
    "valuation_cny": _money("经核准或者备案的评估结果"),
    "start_price_cny": _money("起始价"),
    "increment_cny": _money("增价幅度"),
    "reserve": kept(Yes(label="设有底价，密封保存，竞价结束后公开"), "terms"),
    "call_minutes": _minutes("询问是否继续竞价", "挂牌截止后等待竞买人要求继续竞价的时间"),
    "round_minutes": _minutes("限时竞价，每轮", "有人报价即重新计时"),
    "way": kept(Choice(label="竞价方式", choices=[("", "请选择"), *WAYS.items()]), "terms", half=True),
    "bidding_minutes": _minutes("网络竞价", "从竞价开始起至少开放的时间", most=1440),
    "priority_holders": kept(Yes(label="有其他股东未放弃优先购买权，自披露之日起通知"), "terms"),
    # when
    "notice_at": _time("招标公告发布时间"),
    "documents_from": _time("招标文件开始发出"),
    "documents_until": _time("招标文件停止发出"),
    "bid_deadline": _time("投标截止时间，同时开标", half=False),
    "listing_from": _time("挂牌开始时间"),
    "listing_until": _time("挂牌截止时间"),
    "disclosure_until": _time("信息披露期满时间"),
    "bidding_from": _time("网络竞价开始时间"),
    "validity_days": kept(
        Figure(label="投标有效期", least=0, most=999, help_text="从投标截止之日起计算"), "terms", suffix="日", half=True
    ),
    "unlock_minutes": kept(
        Figure(label="解密时限", least=10, most=720, help_text="开标开始后等待解密的时间，不填为 60 分钟"),
        "terms",
        suffix="分钟",
        half=True,
    ),
    "bond_cny": _money("投标保证金", help_text="不要求提交的留空"),
    "performance_bond_share": kept(Percent(label="履约保证金，占合同价"), "terms", suffix="%", half=True),
    "bond_forms": kept(Choices(label="投标保证金形式", choices=[*BOND_FORMS.items()]), "terms"),
    "deposits": kept(
        Choices(label="本项目收取的保证金", choices=[*DEPOSITS.items()], help_text="法律只允许这四种"), "terms"
    ),
    # the document
    "standard_document": kept(Yes(label="使用国家标准招标文件文本编制"), "terms"),
    "media": kept(Choices(label="公告发布媒介"), "terms"),
    "outage_clause": kept(Yes(label="载明系统故障补救条款：停摆期间到期的时间顺延"), "terms"),
}


def field_of(draft: Draft, name: str) -> forms.Field:
    """The field as this draft calls it."""
    found, labels, helps = deepcopy(FIELDS[name]), dict(draft.labels), dict(draft.helps)
    found.label = labels.get(name, found.label)
    found.help_text = helps.get(name, found.help_text)
    if name == "media":
        found.choices = [(one, one) for one in draft.media]  # type: ignore[attr-defined]
    if name == "kind" and draft.kinds:
        found.choices = [(key, KINDS[key]) for key in draft.kinds]  # type: ignore[attr-defined]
    return found
