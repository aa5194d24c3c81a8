"""What people type about themselves. Forms only read; services judge."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation


def _input(kind: type[forms.Widget], **attrs: str) -> forms.Widget:
    return kind(attrs={"class": "form-control", **attrs})


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label="用户名", max_length=64, widget=_input(forms.TextInput, autocomplete="username", autofocus="")
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=_input(forms.PasswordInput, autocomplete="current-password")
    )


class SignUpForm(forms.Form):
    """A new person. Nothing here asks where they come from (PLT-03)."""

    username = forms.CharField(
        label="用户名", max_length=64, widget=_input(forms.TextInput, autocomplete="username"), help_text="登录时使用"
    )
    name = forms.CharField(label="姓名", max_length=64, widget=_input(forms.TextInput, autocomplete="name"))
    phone = forms.CharField(
        label="手机号码", max_length=20, required=False, widget=_input(forms.TextInput, autocomplete="tel"),
        help_text="加密保存，只用于通知本人",
    )  # fmt: skip
    email = forms.EmailField(
        label="电子邮箱", required=False, widget=_input(forms.EmailInput, autocomplete="email"), help_text="接收通知"
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=_input(forms.PasswordInput, autocomplete="new-password"),
        help_text="至少 10 个字符",
    )  # fmt: skip
    again = forms.CharField(
        label="再输一次密码", max_length=200, strip=False,
        widget=_input(forms.PasswordInput, autocomplete="new-password"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The two passwords are the same."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", "两次输入的密码不一致")
        return cleaned


class PasswordForm(forms.Form):
    """The old password and the new one."""

    old = forms.CharField(
        label="现在的密码", strip=False, widget=_input(forms.PasswordInput, autocomplete="current-password")
    )
    new = forms.CharField(
        label="新密码", strip=False, widget=_input(forms.PasswordInput, autocomplete="new-password"),
        help_text="；".join(password_validation.password_validators_help_texts()),
    )  # fmt: skip


class TokenForm(forms.Form):
    """Six digits from the telephone."""

    token = forms.RegexField(
        label="动态口令", regex=r"^\s*\d{6}\s*$", error_messages={"invalid": "动态口令是 6 位数字"},
        widget=_input(forms.TextInput, inputmode="numeric", autocomplete="one-time-code", maxlength="8", autofocus=""),
    )  # fmt: skip

    def clean_token(self) -> str:
        """The digits alone."""
        return self.cleaned_data["token"].strip()
