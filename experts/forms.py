"""What a person types who asks for entry into the pool. Forms only read; services judge."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from credit.codes import narrow
from credit.forms import Day
from experts.services import Said

LINE = re.compile(r"(?P<name>.+?)[\s,，;；]+(?P<left>\d{4}\s*[-/.年]\s*\d{1,2})\s*月?\Z")
MOST_EMPLOYERS = 10


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", **attrs})


class FormerEmployers(forms.CharField):
    """A line each: name of the employer, month of leaving."""

    def clean(self, value: Any) -> list[dict[str, str]]:
        """[{"code": "", "name", "left": "2024-05"}].

        Raises:
            ValidationError: naming the first line that cannot be read.
        """
        found = []
        for number, line in enumerate(filter(str.strip, super().clean(value).splitlines()), 1):
            read = LINE.match(line.strip())
            if read is None:
                raise ValidationError(f"第 {number} 行请写成“单位名称，离职年月”，例如：云泽设计研究院，2024-05")
            year, month = re.findall(r"\d+", narrow(read["left"]))
            found.append({"code": "", "name": read["name"].strip()[:200], "left": f"{year}-{int(month):02}"})
        if len(found) > MOST_EMPLOYERS:
            raise ValidationError(f"最多 {MOST_EMPLOYERS} 个单位")
        return found


class Codes(forms.CharField):
    """Codes of the classification, separated by anything that is no letter and no digit."""

    def clean(self, value: Any) -> tuple[str, ...]:
        """The codes in the order typed, each once."""
        return tuple(dict.fromkeys(re.findall(r"[A-Z0-9]+", narrow(super().clean(value)).upper())))


class ApplicationForm(forms.Form):
    """An application for entry."""

    specialties = Codes(
        label="申报专业", max_length=200, widget=_text(list="specialty-tree", autocomplete="off", spellcheck="false"),
        help_text="国家评标专家专业分类的编码，可以填多个，例如：A08 A0102",
    )  # fmt: skip
    years = forms.IntegerField(
        label="从事该专业的年数", min_value=0, max_value=80, widget=_text(inputmode="numeric"), help_text="应当满八年"
    )
    title = forms.CharField(label="职称", max_length=60, widget=_text(), help_text="例如：高级工程师")
    senior = forms.BooleanField(label="具有高级职称或者同等专业水平", required=False)
    born = Day(label="出生日期", widget=_text(inputmode="numeric"), help_text="加密保存，只有入库审核人看到")
    region_code = forms.RegexField(
        label="常住地区划代码", regex=r"^\d{6}$", widget=_text(inputmode="numeric"), help_text="6 位数字",
        error_messages={"invalid": "区划代码是 6 位数字"},
    )  # fmt: skip
    employer_name = forms.CharField(label="工作单位", max_length=200, widget=_text(autocomplete="organization"))
    employer_code = forms.CharField(
        label="工作单位的统一社会信用代码", max_length=40, required=False, widget=_text(spellcheck="false"),
        help_text="用于回避审查；没有的可以不填",
    )  # fmt: skip
    employers_past = FormerEmployers(
        label="近三年离开的单位", required=False, max_length=3000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": "3"}), help_text="一行一个：单位名称，离职年月",
    )  # fmt: skip
    healthy = forms.BooleanField(label="身体健康，能够胜任评标评审工作", required=False)
    truthful = forms.BooleanField(label="以上内容属实，依法履行评标职责并接受监督", required=False)

    def clean_employer_code(self) -> str:
        """The code in half-width capitals."""
        return narrow(self.cleaned_data["employer_code"]).upper()

    def said(self) -> Said:
        """What was typed, for the service. Call it on a valid form only."""
        typed = dict(self.cleaned_data)
        return Said(**{**typed, "employers_past": tuple(typed["employers_past"])})
