"""What a supervisor types: an order or a doubt, and why it ends. Forms only read."""

from django import forms

from supervision.models import Order

CONTROL = {"class": "form-control"}
MUST = {"required": "请填写或者选择"}


class OrderForm(forms.Form):
    """An order to a lot."""

    kind = forms.ChoiceField(
        label="指令",
        choices=[("", "请选择"), *Order.KINDS.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages=MUST,
    )
    number = forms.CharField(label="文号", max_length=100, widget=forms.TextInput(attrs=CONTROL), error_messages=MUST)
    text = forms.CharField(
        label="内容",
        max_length=2000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": "5"}),
        error_messages=MUST,
        help_text="写明事实、依据和要求。发出后公开，不能修改",
    )


class DoubtForm(forms.Form):
    """Why a certificate is doubted."""

    reason = forms.CharField(
        label="存疑的理由",
        max_length=500,
        widget=forms.Textarea(attrs={**CONTROL, "rows": "4"}),
        error_messages=MUST,
        help_text="写明核对的途径和发现。标注后公开，不能修改",
    )


class LiftForm(forms.Form):
    """Why an order or a doubt ends."""

    reason = forms.CharField(
        label="解除的理由",
        max_length=500,
        widget=forms.Textarea(attrs={**CONTROL, "rows": "3"}),
        error_messages=MUST,
    )
