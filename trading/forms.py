"""What people type outside the wizard: registering a project, answers, amendments, the contract. Forms only read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from credit import codes
from credit.models import Subject
from platform_site import clock
from trading.fields import ChinaTime, Choice, Day, Figure, Money, Text, Yes
from trading.kernel.drafts import Draft
from trading.kernel.procedure import Procedure
from trading.offered import categories_of, offered, planned
from trading.rulebooks.vocabulary import CATEGORIES, KINDS
from trading.services.catalogue import codes_for
from trading.services.trustees import GROUNDS

TITLE = 200
MOST_LOTS = 50


def named(kind: str) -> list[tuple[str, str]]:
    """Active subjects of a kind as choices. One query."""
    rows = Subject.objects.filter(kinds__contains=[kind], state="active").order_by("name")
    return [(s.code, s.name) for s in rows[:300]]


class RegisterForm(forms.Form):
    """A project with its parties, as its procedure names them. Lots are forms of their own beside it."""

    procedure = Choice(required=True, widget=forms.HiddenInput())
    side = Choice(label="本单位是", required=True)
    other_code = Text(label="对方的统一社会信用代码", max_length=40)
    title = Text(label="项目名称", max_length=TITLE, required=True)
    trade_category = Choice(label="交易分类", required=True)
    kind = Choice(label="招标内容", required=True)
    centre = Choice(label="进场的交易中心", required=True, help_text="可以自主选择交易目录允许的交易中心")
    authority = Choice(label="行政监督部门")
    region_code = forms.RegexField(
        label="项目所在地区划代码",
        regex=r"^\d{6}$",
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control gz-num", "inputmode": "numeric"}),
        error_messages={"invalid": "区划代码是 6 位数字"},
        help_text="6 位数字，不填取交易中心所在地",
    )
    region_name = Text(label="项目所在地", max_length=60)
    investment_code = Text(label="投资项目统一代码", max_length=30)
    approval_number = Text(label="审批、核准或者备案文号", max_length=100)
    approval_authority = Text(label="审批、核准或者备案机关", max_length=100)
    funding = Text(label="资金来源", max_length=200)
    funds_secured = Yes(label="资金或者资金来源已经落实")
    mandatory = Yes(label="依法必须进行招标的项目", initial=True)
    state_controlled = Yes(label="国有资金占控股或者主导地位", initial=True)
    plan = Text(label="招标计划编号", max_length=44, help_text="发布过招标计划的填写，JH- 开头；没有的不填")
    mandate_scope = Text(label="委托代理范围", max_length=200)
    mandate_signed = Day(label="委托合同签订日期")
    shared_document = Yes()

    # What only some procedures ask; which, their drafts say.
    ASKED = frozenset(
        {"authority", "kind", "investment_code", "approval_number", "approval_authority", "funding", "plan"}
        | {"funds_secured", "mandatory", "state_controlled"}
    )

    def __init__(self, *args: Any, kind_of_trade: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind_of_trade, draft = kind_of_trade, drafted(kind_of_trade)
        who, agent = kind_of_trade.initiator, draft.agent
        for name in self.ASKED - set(draft.registered):
            del self.fields[name]
        self.fields["procedure"].choices = [(p.id, p.title) for _, found in offered() for p in found]
        self.fields["procedure"].initial = kind_of_trade.id
        self.fields["side"].choices = [("initiator", who), ("agency", f"受{who}委托的{agent}")]
        self.fields[
            "other_code"
        ].help_text = f"{who}自行办理的不填；委托代理的填代理机构的代码；代理机构办理的填{who}的代码"
        self.fields["trade_category"].choices = categories_of(kind_of_trade) or codes_for(
            kind_of_trade.id, clock.china(clock.now()).date()
        )
        self.fields["centre"].choices = [("", "请选择"), *named("centre")]
        self.fields["mandate_scope"].help_text = f"例如：{short(draft.notice)}代理全过程"
        self.fields["shared_document"].label = f"各{draft.part}共用一套{draft.document}，一份公告"
        labels = dict(draft.labels)
        for name, field in self.fields.items():
            field.label = labels.get(name, field.label) if name in self.ASKED else field.label
            field.error_messages["required"] = "请填写或者选择"
        if "authority" in self.fields:
            self.fields["authority"].choices = [("", "请选择"), *named("authority")]
        if "kind" in self.fields:
            self.fields["kind"].choices = [(key, KINDS[key]) for key in draft.kinds or KINDS]

    def clean_other_code(self) -> Subject | None:
        """The other party, or None where the tenderer acts for itself."""
        typed = codes.normalise(self.cleaned_data.get("other_code") or "")
        if not typed:
            if self.cleaned_data.get("side") == "agency":
                raise ValidationError(f"代理机构办理的，请填写{self.kind_of_trade.initiator}的代码")
            return None
        found = Subject.objects.filter(code=typed, state="active").first()
        if found is None:
            raise ValidationError("没有登记过这个代码的单位。请对方先登记，登记即时生效")
        return found

    def clean(self) -> dict[str, Any]:
        """An agency needs its mandate."""
        said = super().clean() or {}
        if said.get("other_code") is not None and not said.get("mandate_scope"):
            agent = drafted(self.kind_of_trade).agent
            self.add_error("mandate_scope", f"委托{agent}的，请写明委托代理范围")
        return said


class LotForm(forms.Form):
    """One lot of the project being registered."""

    title = Text(label="标段名称", max_length=TITLE, required=True)
    estimate_cny = Money(label="估算价（元）")
    ceiling_cny = Money(label="最高投标限价（元）")
    scope = Text(label="招标范围", max_length=20_000, rows=2)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels, helps = dict(draft.labels), dict(draft.helps)
        for name in set(self.fields) - set(draft.lot):
            del self.fields[name]
        for name, field in self.fields.items():
            if name in labels:
                field.label = f"{labels[name]}（元）" if isinstance(field, Money) else labels[name]
            field.help_text = helps.get(name, "")


LotForms = forms.formset_factory(
    LotForm, extra=0, min_num=1, max_num=MOST_LOTS, validate_min=True, validate_max=True, absolute_max=MOST_LOTS + 10
)


def drafted(procedure: Procedure) -> Draft:
    """The draft of a procedure that is offered.

    Raises:
        LookupError: it is drafted nowhere.
    """
    if procedure.draft is None:
        raise LookupError(f"{procedure.id} has no draft")
    return procedure.draft


def short(notice: str) -> str:
    """招标 of 招标公告."""
    return notice.removesuffix("公告")


class PlanForm(forms.Form):
    """What an initiator plans to tender."""

    title = Text(label="项目名称", max_length=TITLE, required=True)
    scope = Text(label="项目概况和招标范围", max_length=20_000, rows=4, required=True)
    estimate_cny = Money(label="估算价（元）", required=True)
    notice_month = forms.RegexField(
        label="预计发布招标公告的月份",
        regex=r"^20\d{2}-(?:0[1-9]|1[0-2])$",
        widget=forms.TextInput(attrs={"class": "form-control", "type": "month", "placeholder": "2026-05"}),
        error_messages={"invalid": "请写成 2026-05 的样子", "required": "尚未填写"},
    )
    procedure = Choice(
        label="拟采用的招标方式",
        required=True,
        choices=[(p.id, p.title) for p in planned()],
    )
    trade_category = Choice(label="行业", choices=CATEGORIES, required=True)
    kind = Choice(label="招标内容", choices=[*KINDS.items()], required=True)
    region_name = Text(label="项目所在地", max_length=60, required=True)
    region_code = forms.RegexField(
        label="项目所在地区划代码",
        regex=r"^\d{6}$",
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control gz-num", "inputmode": "numeric"}),
        error_messages={"invalid": "区划代码是 6 位数字"},
        help_text="6 位数字",
    )
    investment_code = Text(label="投资项目统一代码", max_length=30)
    funding = Text(label="资金来源", max_length=200)


class PlanChangeForm(PlanForm):
    """A change of a plan, with its reason."""

    reason = Text(label="变更的原因", max_length=1000, rows=2, required=True, help_text="随变更全文发布")


class PlanCancelForm(forms.Form):
    """Why a plan is taken back."""

    reason = Text(label="取消的原因", max_length=1000, rows=2, required=True, help_text="随公告全文发布")


class AnswerForm(forms.Form):
    """Something further that a clarification says to everybody, beside the answers."""

    text = Text(label="同时说明的其他事项", max_length=5000, rows=3)


class AmendForm(forms.Form):
    """A change of the document. Empty fields leave things as they are."""

    summary = Text(label="变更内容", max_length=5000, rows=4, required=True, help_text="写明改了什么，公告全文发布")
    affects = Yes(label="可能影响投标文件编制", initial=True)
    bid_deadline = ChinaTime(label="新的投标截止时间", help_text="不填则不变；只能顺延，不能提前")
    ceiling_cny = Money(label="新的最高投标限价（元）", help_text="不填则不变")
    scope = Text(label="新的招标范围", max_length=20_000, rows=3, help_text="不填则不变")
    qualification = Text(label="新的资格条件", max_length=20_000, rows=3, help_text="不填则不变")


class TrusteesForm(forms.Form):
    """Why a trustee is replaced. The deadline stays where nothing is typed."""

    ground = Choice(label="事由", choices=[("", "请选择"), *GROUNDS.items()], required=True)
    reason = Text(label="具体情况", max_length=1000, rows=3, required=True, help_text="随公告全文发布")
    bid_deadline = ChinaTime(label="新的投标截止时间", help_text="不填则不变；只能顺延，不能提前")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].error_messages["required"] = "请选择事由"


class ReplyForm(forms.Form):
    """The reply to an objection."""

    reply = Text(label="答复", max_length=5000, rows=5, required=True)
    upheld = Choice(
        label="结论",
        choices=[
            ("", "请选择"),
            ("yes", "异议成立"),
            ("aside", "异议成立，不影响评标结果"),
            ("no", "异议不成立"),
        ],
        required=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upheld"].error_messages["required"] = "请选择结论"


class AwardForm(forms.Form):
    """Whom the award goes to."""

    rank = Figure(least=1, most=3, required=True)
    passed_over = Text(label="不按排名第一确定的法定理由", max_length=500, rows=2)


class ContractForm(forms.Form):
    """The contract's particulars, pre-filled from the winning bid."""

    subject = Text(label="合同标的", max_length=200, required=True)
    amount_cny = Money(label="合同价款（元）", required=True)
    period_days = Figure(label="工期（日历天）", least=1, most=9999)
    quality = Text(label="质量标准", max_length=60)
    performance_bond_cny = Money(label="履约保证金（元）", help_text="不收取的留空")
    retention_cny = Money(label="质量保证金（元）", help_text="不收取的留空")
    payer = Choice(label="付款方", choices=[("", "未填写"), ("public", "机关、事业单位"), ("enterprise", "大型企业")])
    payment_days = Figure(
        label="付款期限（日）", least=1, most=365, help_text="自交付、验收合格之日起算，不填按条例规定的期限"
    )
    payee_is_sme = Yes(label="中标人是中小企业", initial=True)
    payment_agreed = Yes(label="合同另行约定付款期限")
    late_rate = Figure(
        label="逾期利率（每日，万分之几）", least=0, most=100, whole=False, help_text="不填为每日万分之五"
    )
    late_rate_agreed = Yes(label="逾期利率不低于合同订立时一年期贷款市场报价利率")

    def clean_late_rate(self) -> Decimal | None:
        """The rate as a part of one a day."""
        said = self.cleaned_data.get("late_rate")
        return None if said is None else Decimal(said) / 10_000


class TerminateForm(forms.Form):
    """Why the tender ends and how fees and bonds go back."""

    reason = Text(label="终止招标的原因", max_length=1000, rows=3, required=True)
    refund = Text(label="文件费用和投标保证金及利息如何退还", max_length=1000, rows=3, required=True)
