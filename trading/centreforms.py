"""What the centre's operator types: an outage, its end, a room, a session. Forms only read."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from trading.fields import ChinaTime, Choice, Text, Yes, number_input
from trading.models.venue import ROOMS

Pairs = Sequence[tuple[str, str]]


class OutageForm(forms.Form):
    """From when until when the platform could not be used, and how that is known."""

    starts_at = ChinaTime(label="故障开始", required=True)
    ends_at = ChinaTime(label="恢复正常", help_text="尚未恢复的不填：各标段先暂停，恢复以后再填")
    failed = Text(
        label="什么不能使用",
        max_length=200,
        required=True,
        help_text="原样写进顺延公告，例如：机房断电，投标文件不能上传",
    )
    evidence = Text(
        label="怎么知道的",
        max_length=2000,
        rows=5,
        required=True,
        help_text="监控告警、值班记录、运营商或者供电部门的说明，写明编号和时间",
    )


class OutageEndForm(forms.Form):
    """When the platform could be used again."""

    ends_at = ChinaTime(label="恢复正常", required=True)


MOST_BYTES = 512 * 1024


class CatalogueForm(forms.Form):
    """A batch of the trade catalogue as its file says it: chosen, or the text that was looked at."""

    file = forms.FileField(
        label="目录文件",
        required=False,
        help_text="JSON：一批的地区、施行日期、文件和各项；不超过 512 KB",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label="目录内容",
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"class": "form-control gz-mono", "rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """The file's text counts where one was chosen."""
        said = super().clean() or {}
        chosen = said.get("file")
        if chosen is not None:
            if chosen.size > MOST_BYTES:
                raise forms.ValidationError("文件超过 512 KB")
            try:
                said["text"] = chosen.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError("文件不是 UTF-8 文本") from None
        if not said.get("text"):
            raise forms.ValidationError("请选择文件，或者填写内容")
        return said


class VenueForm(forms.Form):
    """A room to be taken into use."""

    name = Text(label="名称", max_length=60, required=True, help_text="例如：第一开标室")
    kind = Choice(label="用途", choices=[("", "请选择"), *ROOMS.items()], required=True)
    virtual = Yes(label="网上场地，可以同时进行多场")
    place = Text(label="地点", max_length=200, help_text="网上场地不填")
    seats = forms.IntegerField(
        label="座位",
        required=False,
        min_value=0,
        max_value=5000,
        widget=number_input(),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "请填写 1 至 5000 的整数"),
    )
    remote_sites = Text(label="远程异地的分会场", max_length=600, help_text="多个的用顿号分开", rows=2)

    def clean_seats(self) -> int:
        """0 where nothing was typed."""
        return self.cleaned_data["seats"] or 0

    def clean_remote_sites(self) -> list[str]:
        """The names, one by one."""
        return [site for site in re.split(r"[、,，;；\n]", self.cleaned_data["remote_sites"]) if site.strip()]


class SessionForm(forms.Form):
    """A session of a lot in a room. An opening begins when bids close, so its time is not asked."""

    lot = Choice(label="标段", required=True)
    venue = Choice(label="场地", required=True, help_text="场次的类别由场地的用途决定")
    starts_at = ChinaTime(label="开始", help_text="开标不填：与投标截止同一时间")
    minutes = forms.IntegerField(
        label="时长",
        required=True,
        min_value=10,
        max_value=7200,
        initial=120,
        widget=number_input(),
        help_text="分钟",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "请填写 10 至 7200 分钟"),
    )

    def __init__(self, *args: Any, lots: Pairs = (), venues: Pairs = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].choices = [("", "请选择"), *lots]
        self.fields["venue"].choices = [("", "请选择"), *venues]


class MoveForm(SessionForm):
    """Another room or time for a session that is planned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["lot"]


class FreeForm(forms.Form):
    """Why a session is given up."""

    why = Text(label="释放的原因", max_length=200, required=True)
