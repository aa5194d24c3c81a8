"""The wizard's six steps: which field stands where on the screen and where its value is kept in the draft.

A field's `home` says where `services.tenders.lot_shape` puts it: columns, terms, moments, tender, approval, mandate or
price_formula. Forms read and show; the kernel judges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

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
from trading.models import Lot
from trading.rulebooks.vocabulary import BOND_FORMS, DEPOSITS, KINDS

MEDIA = ("中国招标投标公共服务平台", "云泽省公共资源交易平台")
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


class ProjectStep(forms.Form):
    """项目与审批."""

    investment_code = kept(Text(label="投资项目统一代码", max_length=30), "tender", half=True)
    kind = kept(Choice(label="招标内容", choices=[*KINDS.items()]), "tender", half=True)
    approval_number = kept(Text(label="审批、核准或者备案文号", max_length=100), "approval", half=True)
    approval_authority = kept(Text(label="审批、核准或者备案机关", max_length=100), "approval", half=True)
    approval_date = kept(Day(label="批准日期"), "approval", half=True)
    authority = kept(Choice(label="行政监督部门", choices=authorities), "tender", half=True)
    funding = kept(Text(label="资金来源", max_length=200, help_text="例如：财政资金和企业自筹"), "tender", half=True)
    funds_secured = kept(Yes(label="资金或者资金来源已经落实"), "tender")
    budget_funds_cny = kept(Money(label="使用预算资金"), "terms", suffix="元", half=True)
    investment_cny = kept(Money(label="项目总投资"), "terms", suffix="元", half=True)
    mandatory = kept(Yes(label="依法必须进行招标的项目"), "tender")
    state_controlled = kept(Yes(label="国有资金占控股或者主导地位"), "tender")
    mandate_scope = kept(Text(label="委托代理范围", max_length=200, required=True), "mandate", half=True)
    mandate_signed = kept(Day(label="委托合同签订日期"), "mandate", half=True)


class ScopeStep(forms.Form):
    """标段与范围."""

    title = kept(Text(label="标段名称", max_length=200, required=True), "columns")
    scope = kept(Text(label="招标范围", max_length=20_000, rows=5), "columns")
    period_days = kept(Figure(label="工期", least=1, most=9999), "columns", suffix="日历天", half=True)
    period_text = kept(
        Text(label="工期，公告中的写法", max_length=60, help_text="例如：540日历天"), "columns", half=True
    )
    estimate_cny = kept(Money(label="招标项目估算价"), "columns", suffix="元", half=True)
    ceiling_cny = kept(Money(label="最高投标限价"), "columns", suffix="元", half=True)
    base_prices = kept(
        Figure(label="标底", least=0, most=9, help_text="没有标底填 0；有标底的只能有一个，开标前保密"),
        "terms",
        suffix="个",
        half=True,
    )
    floor_cny = kept(Money(label="最低投标限价"), "terms", suffix="元", half=True)


class MethodStep(forms.Form):
    """资格与评标办法."""

    qualification = kept(Text(label="投标人资格条件", max_length=20_000, rows=4), "columns")
    consortium_allowed = kept(Yes(label="接受联合体投标"), "terms")
    ratings = kept(
        Ratings(
            label="联合体各专业的资质等级要求",
            help_text="一行一个专业，例如“市政公用工程施工总承包 壹级”；同一专业按等级较低的成员确定。没有要求的不填",
        ),
        "terms",
    )
    method = kept(Choice(label="评标办法", choices=[("", "请选择"), *editors.METHODS]), "terms", half=True)
    candidates = kept(Figure(label="推荐中标候选人", least=1, most=3), "terms", suffix="名", half=True)
    criteria = kept(Text(label="评标标准"), "criteria")
    adjustments = kept(
        Adjustments(
            label="评标价调整因素",
            help_text="一行一项：名称、按日（按项、按比例）、数值、最多计几日或者几项。"
            "例如“工期 按日 5000 60”“付款条件偏差 按比例 0.5% 3”",
        ),
        "terms",
    )
    kind_of_formula = kept(Choice(label="报价得分", choices=FORMULAS), "price_formula")
    factor = kept(
        Figure(
            label="基准价系数", least=Decimal("0.5"), most=1, whole=False, help_text="基准价等于有效报价平均值乘以系数"
        ),
        "price_formula",
        half=True,
    )
    factors = kept(
        Factors(
            label="开标时抽取的系数",
            help_text="写两个以上就在开标时随机抽取一个，代替固定的基准价系数。例如 0.95、0.96、0.97、0.98",
        ),
        "price_formula",
        half=True,
    )
    above = kept(
        Figure(label="每高于基准价 1% 扣", least=0, most=100, whole=False), "price_formula", suffix="分", half=True
    )
    below = kept(
        Figure(label="每低于基准价 1% 扣", least=0, most=100, whole=False), "price_formula", suffix="分", half=True
    )
    trim = kept(Yes(label="评委打分去掉一个最高分和一个最低分"), "terms")
    reviews = kept(Text(label="初步评审项目"), "reviews")
    members = kept(Figure(label="评标委员会人数", least=1, most=99), "committee", suffix="人", half=True)
    experts = kept(Figure(label="其中随机抽取的专家", least=0, most=99), "committee", suffix="名", half=True)
    specialties = kept(Words(label="专家专业代码", help_text="例如 A08，可以填几个"), "committee")


class TimesStep(forms.Form):
    """时间安排."""

    notice_at = kept(ChinaTime(label="招标公告发布时间"), "moments", half=True)
    documents_from = kept(ChinaTime(label="招标文件开始发出"), "moments", half=True)
    documents_until = kept(ChinaTime(label="招标文件停止发出"), "moments", half=True)
    bid_deadline = kept(ChinaTime(label="投标截止时间，同时开标"), "moments")
    validity_days = kept(
        Figure(label="投标有效期", least=0, most=999, help_text="从投标截止之日起计算"), "terms", suffix="日", half=True
    )
    unlock_minutes = kept(
        Figure(label="解密时限", least=10, most=720, help_text="开标开始后等待解密的时间，不填为 60 分钟"),
        "terms",
        suffix="分钟",
        half=True,
    )
    bond_cny = kept(Money(label="投标保证金", help_text="不要求提交的留空"), "terms", suffix="元", half=True)
    performance_bond_share = kept(Percent(label="履约保证金，占合同价"), "terms", suffix="%", half=True)
    bond_forms = kept(Choices(label="投标保证金形式", choices=[*BOND_FORMS.items()]), "terms")
    deposits = kept(
        Choices(label="本项目收取的保证金", choices=[*DEPOSITS.items()], help_text="法律只允许这四种"), "terms"
    )


class FilesStep(forms.Form):
    """文件与清单. The files themselves and the trustees are panels of their own."""

    standard_document = kept(Yes(label="使用国家标准招标文件文本编制"), "terms")
    media = kept(Choices(label="公告发布媒介", choices=[(m, m) for m in MEDIA]), "terms")
    outage_clause = kept(Yes(label="载明系统故障补救条款：停摆期间到期的时间顺延"), "terms")


class ReviewStep(forms.Form):
    """核对并发布. Nothing is typed here."""


@dataclass(frozen=True, slots=True)
class StepKind:
    """One step: its name in the address, on the screen, its form."""

    slug: str
    name: str
    form: type[forms.Form]


STEPS = (
    StepKind("project", "项目与审批", ProjectStep),
    StepKind("scope", "标段与范围", ScopeStep),
    StepKind("method", "资格与评标办法", MethodStep),
    StepKind("times", "时间安排", TimesStep),
    StepKind("files", "文件与清单", FilesStep),
    StepKind("review", "核对并发布", ReviewStep),
)
BY_SLUG = {step.slug: step for step in STEPS}
HOME_OF = {name: step.slug for step in STEPS for name in step.form.base_fields}
# Facts of the kernel whose field has another name, or no field but a panel.
FIELD_OF_FACT = {"mandate": "mandate_scope", "key_set": "trustees"}
STEP_OF_FIELD = {**HOME_OF, "trustees": "files"}
# Where a violation of a rule with several fields stands.
FIELD_OF_CODE = {"factor.list": "factors", "factor.uncommitted": "trustees"}
# Where a violation stands that names neither a fact nor a remedy.
FIELD_OF_RULE = {
    "ENG-20": "qualification",
    "ENG-31": "criteria",
    "ENG-16": "deposits",
    "ELE-07": "trustees",
    "ENG-17": "base_prices",
    "ENG-02": "estimate_cny",
    "ENG-01": "mandatory",
}
_NESTED = {
    "approval_number": "number",
    "approval_authority": "authority",
    "approval_date": "date",
    "mandate_scope": "scope",
    "mandate_signed": "signed_at",
    "kind_of_formula": "kind",
}


PRICED = frozenset({"kind_of_formula", "factor", "factors", "above", "below", "trim"})


def shows(lot: Lot, name: str) -> bool:
    """Whether the field stands on the page: one that does not must not be emptied by a post without it."""
    if name == "floor_cny":
        # No draft made here sets a minimum price; one read out of a notice may carry it, and then it must be seen.
        return bool(lot.terms.get("floor_cny"))
    if name == "ratings":
        return bool(lot.terms.get("consortium_allowed"))
    if name == "adjustments":
        return lot.terms.get("method") == "lowest"
    if name in PRICED:
        return lot.terms.get("method") != "lowest"
    return not name.startswith("mandate_") or lot.tender.agency_id is not None


def drawn_for(lot: Lot) -> bool:
    """Whether these steps fit the lot's procedure."""
    return lot.procedure.category == "engineering"


def stored(lot: Lot, step: StepKind) -> dict[str, Any]:
    """The step's values as the draft holds them."""
    tender, terms = lot.tender, lot.terms
    homes: dict[str, Any] = {
        "terms": terms,
        "moments": lot.recorded,
        "approval": tender.approval,
        "mandate": tender.mandate,
        "price_formula": terms.get("price_formula") or {},
        "committee": terms.get("committee") or {},
    }
    found: dict[str, Any] = {}
    for name, field in step.form.base_fields.items():
        home = field.home  # type: ignore[attr-defined]
        if home in {"columns", "tender"}:
            value = getattr(lot if home == "columns" else tender, name)
            value = value.code if isinstance(value, Subject) else value
        elif home in {"criteria", "reviews"}:
            value = terms.get(home) or []
        else:
            value = homes[home].get(_NESTED.get(name, name))
        if isinstance(field, Money | Percent) and isinstance(value, str) and value:
            value = Decimal(value)
        if name == "mandate_signed" and isinstance(value, str):
            value = value[:10]
        found[name] = value
    return found


def shaped(lot: Lot, step: StepKind, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Arguments of `lot_shape` that put `values` (some of the step's, cleaned) into the draft."""
    made: dict[str, dict[str, Any]] = {"columns": {}, "terms": {}, "moments": {}, "tender": {}}
    for name, value in values.items():
        home = step.form.base_fields[name].home  # type: ignore[attr-defined]
        if home == "moments":
            made["moments"][name] = value
        elif home in {"approval", "mandate"}:
            nested = made["tender"].setdefault(home, dict(getattr(lot.tender, home) or {}))
            nested[_NESTED[name]] = value
        elif home in {"price_formula", "committee"}:
            nested = made["terms"].setdefault(home, dict(lot.terms.get(home) or {}))
            nested[_NESTED.get(name, name)] = str(value) if isinstance(value, Decimal) else value
        elif home == "columns":
            made["columns"][name] = (
                value if value is not None or name in {"estimate_cny", "ceiling_cny", "period_days"} else ""
            )
        elif home == "tender":
            made["tender"][name] = value
        else:
            made["terms"][name] = str(value) if isinstance(value, Decimal) else value
    return _consistent(lot, made)


def _consistent(lot: Lot, made: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What follows from a change: the method's criteria, the price formula's full points, the printed period."""
    terms = made["terms"]
    if (method := terms.get("method")) and not (terms.get("criteria") or lot.terms.get("criteria")):
        terms["criteria"] = editors.FIRST_CRITERIA if method == "composite" else editors.LOWEST_CRITERIA
    if method and not (terms.get("reviews") or lot.terms.get("reviews")):
        terms["reviews"] = editors.FIRST_REVIEWS
    if method == "lowest":
        terms["criteria"] = editors.LOWEST_CRITERIA
    elif method == "composite" and lot.terms.get("method") == "lowest":
        terms["criteria"] = editors.FIRST_CRITERIA
    if "criteria" in terms or "price_formula" in terms:
        parts = terms.get("criteria") or lot.terms.get("criteria") or []
        full = next((part["points"] for part in parts if part["key"] == editors.PRICE), None)
        if full is not None:
            formula = {
                "kind": "mean_deviation",
                "factor": "1",
                "above": "1",
                "below": "0.5",
                **(lot.terms.get("price_formula") or {}),
                **(terms.get("price_formula") or {}),
            }
            if formula.get("factors"):
                del formula["factor"]  # drawn, not fixed
            else:
                formula.pop("factors", None)
            terms["price_formula"] = {**formula, "full": str(full)}
    days = made["columns"].get("period_days")
    if (
        days
        and not made["columns"].get("period_text")
        and (not lot.period_text or lot.period_text == f"{lot.period_days}日历天")
    ):
        made["columns"]["period_text"] = f"{days}日历天"
    return made


def fields_named(step: StepKind, names: Iterable[str]) -> list[str]:
    """Those of `names` that are fields of the step."""
    return [name for name in names if name in step.form.base_fields]
