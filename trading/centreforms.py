"""What the centre's operator types: an outage, its end, a room, a session. Forms only read."""

from django import forms

from trading.fields import ChinaTime, Text


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
