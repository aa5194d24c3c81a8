"""What the front page shows. Each part is absent where nothing is known yet: no invented figures, no empty boxes."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from platform_site.ledger.models import Checkpoint

# name, icon, title, note of the eight ways in; one whose page is not served is left out
LINKS = (
    ("disclosure:guide", "book-2", "服务指南", "每种交易怎么走，多长时间"),
    ("disclosure:catalogue", "category", "交易目录", "哪些项目应当进场"),
    ("disclosure:rules", "scale", "规则库", "每条规则的条文和执行方式"),
    ("disclosure:tariff", "receipt", "收费标准", "目录以外一律不收"),
    ("disclosure:data", "database", "开放数据", "接口、批量下载和订阅"),
    ("disclosure:verify", "fingerprint", "核验凭证", "不经本平台也能验"),
    ("disclosure:oversight", "message-report", "异议与投诉", "时限、渠道和办理结果"),
    ("disclosure:subscribe", "bell", "订阅提醒", "按关键词、地区和类别"),
)


def links() -> list[dict[str, str]]:
    """The ways in that this process serves."""
    found = []
    for name, icon, title, note in LINKS:
        try:
            found.append({"url": reverse(name), "icon": icon, "title": title, "note": note})
        except NoReverseMatch:
            continue
    return found


def ledger_line() -> dict[str, Any] | None:
    """The newest checkpoint: how many entries it seals, its root, how many witnesses signed; None before the first.

    Two queries.
    """
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        return None
    return {"size": last.size, "root": bytes(last.root).hex(), "witnesses": last.cosignatures.count()}


def compose() -> dict[str, Any]:
    """Everything on the front page. Constant queries."""
    return {"links": links(), "ledger": ledger_line()}
