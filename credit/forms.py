"""What people type about a subject. Forms only read; services judge."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from credit.codes import narrow
from credit.models import KINDS, MEMBER_DUTIES, TRADING_DUTIES

TRADING_KINDS = [(kind, name) for kind, name in KINDS.items() if kind not in {"authority", "centre"}]


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", **attrs})


class SubjectForm(forms.Form):
    """A registration. Where the subject sits is asked for statistics and shown; it admits and bars nobody (PLT-03)."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=40, widget=_text(autocomplete="off", spellcheck="false"),
        help_text="18 位，全角数字和空格也可以",
    )  # fmt: skip
    name = forms.CharField(label="名称", max_length=200, widget=_text(autocomplete="organization"))
    kinds = forms.MultipleChoiceField(
        label="参加方式", choices=TRADING_KINDS, initial=["bidder"], required=False,
        widget=forms.CheckboxSelectMultiple, help_text="可以多选，以后随时增减，不影响参加任何一类交易",
    )  # fmt: skip
    region_code = forms.RegexField(
        label="所在地区划代码", regex=r"^\d{6}$", required=False, widget=_text(inputmode="numeric"),
        help_text="6 位数字，只用于统计；全国任何地区都一样登记", error_messages={"invalid": "区划代码是 6 位数字"},
    )  # fmt: skip
    legal_person = forms.CharField(label="法定代表人", max_length=60, required=False, widget=_text())
    address = forms.CharField(label="住所", max_length=300, required=False, widget=_text(autocomplete="street-address"))


class InvitationForm(forms.Form):
    """Whom a manager invites, and as what."""

    note = forms.CharField(label="邀请谁", max_length=60, widget=_text(), help_text="姓名或者部门，只供辨认")
    duty = forms.ChoiceField(
        label="身份", choices=[(duty, name) for duty, name in MEMBER_DUTIES if duty in TRADING_DUTIES],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


class KeyForm(forms.Form):
    """The public halves of a key made in the browser. Private halves have no field here, so none can arrive."""

    recipient = forms.CharField(max_length=120, widget=forms.HiddenInput)
    verify_key = forms.RegexField(regex=r"^[0-9a-fA-F]{64}$", widget=forms.HiddenInput)
    proof = forms.RegexField(regex=r"^[0-9a-fA-F]{128}$", widget=forms.HiddenInput)
    label = forms.CharField(label="密钥名称", max_length=60, widget=_text(), help_text="例如：李闻溪的办公电脑")


class Day(forms.Field):
    """A day: `2026-02-10` and its looser forms, full-width digits too."""

    SHAPE = re.compile(r"(\d{4})\s*[-/.年－／．]\s*(\d{1,2})\s*[-/.月－／．]\s*(\d{1,2})\s*日?")

    def to_python(self, value: Any) -> date | None:
        """The day, None where nothing was typed.

        Raises:
            ValidationError: not a date, or a day that does not exist.
        """
        typed = narrow("" if value is None else str(value))
        if not typed:
            return None
        found = self.SHAPE.fullmatch(typed)
        if found is None:
            raise ValidationError("请按“2026-02-10”的样子填写日期", code="shape")
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ValidationError("没有这一天", code="calendar") from None

    def prepare_value(self, value: Any) -> str:
        """As it is typed."""
        return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


MUST = {"required": "请填写"}


def _day(label: str, *, required: bool, help_text: str) -> Day:
    widget = _text(inputmode="numeric", placeholder="2026-02-10", autocomplete="off")
    return Day(label=label, required=required, widget=widget, help_text=help_text, error_messages=MUST)


class QualificationForm(forms.Form):
    """One certificate. Kinds and grades are suggested, any other words are as good."""

    kind = forms.CharField(
        label="资质类别", max_length=80, widget=_text(list="qualification-kinds", autocomplete="off"),
        help_text="按证书上的名称填写，可以从提示中选", error_messages=MUST,
    )  # fmt: skip
    grade = forms.CharField(
        label="等级", max_length=20, required=False, widget=_text(list="qualification-grades", autocomplete="off"),
        help_text="证书没有等级的不填",
    )  # fmt: skip
    number = forms.CharField(
        label="证书编号", max_length=80, widget=_text(autocomplete="off", spellcheck="false"),
        help_text="全角数字、字母和空格也可以", error_messages=MUST,
    )  # fmt: skip
    issuer = forms.CharField(label="发证机关", max_length=120, widget=_text(autocomplete="off"), error_messages=MUST)
    valid_from = _day("有效期起", required=True, help_text="证书上的发证日期或者起始日期")
    valid_until = _day("有效期止", required=False, help_text="长期有效的不填")
