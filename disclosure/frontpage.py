"""What the front page shows. Each part is absent where nothing is known yet: no invented figures, no empty boxes."""

from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse

from disclosure import categories as known
from disclosure import dayplan, deals, selectors, tradelist
from platform_site import clock
from platform_site.ledger import selectors as record
from platform_site.web import amounts

# name, icon, title, note of the eight ways in; one whose page is not served is left out
LINKS = (
    ("disclosure:statistics", "chart-bar", "交易统计", "宗数、成交额、节约和增值，逐项可查"),
    ("disclosure:guide", "book-2", "服务指南", "每种交易怎么走，多长时间"),
    ("disclosure:catalogue", "category", "交易目录", "哪些项目应当进场"),
    ("disclosure:centres", "building", "交易中心", "省、市、县各级中心，可以选择哪里"),
    ("disclosure:rules", "scale", "规则库", "每条规则的条文和执行方式"),
    ("disclosure:tariff", "receipt", "收费标准", "目录以外一律不收"),
    ("disclosure:data", "database", "开放数据", "接口、批量下载和订阅"),
    ("disclosure:verify", "fingerprint", "核验凭证", "不经本平台也能验"),
    ("disclosure:oversight", "message-report", "异议与投诉", "时限、渠道和办理结果"),
    ("disclosure:subscribe", "bell", "订阅提醒", "按关键词、地区和类别"),
    ("disclosure:calendar", "calendar-event", "开评标日程", "每天几点、在哪里开标"),
    ("credit:subjects", "users", "市场主体", "登记、资质和信用记录"),
)


def links() -> list[dict[str, str]]:
    """The first eight ways in that this process serves."""
    found = []
    for name, icon, title, note in LINKS:
        try:
            found.append({"url": reverse(name), "icon": icon, "title": title, "note": note})
        except NoReverseMatch:
            continue
    return found[:8]


def ledger_line() -> dict[str, Any] | None:
    """The newest checkpoint: how many entries it seals, its root, how many witnesses signed; None before the first.

    Two queries.
    """
    last = record.newest_checkpoint()
    if last is None:
        return None
    return {"size": last.size, "root": bytes(last.root).hex(), "witnesses": last.cosignatures.count()}


def compose() -> dict[str, Any]:
    """Everything on the front page. At most 12 queries, whatever the number of trades."""
    now = clock.china(clock.now())
    [(_, today)] = dayplan.days_from(now.date(), 1)
    counts = dayplan.open_counts()
    trades = reverse("disclosure:trades")
    return {
        "links": links(),
        "ledger": ledger_line(),
        "categories": categories(counts, trades),
        "stats": stats(today, sum(counts.values()), deals.sums(deals.deals(now.year)), now.year),
        "latest": tradelist.latest(8),
        "today": today,
        "near": dayplan.near(),
        "hints": [
            ("今天截止的项目", reverse("disclosure:calendar")),
            ("候选人与结果", f"{trades}?kind=result"),
            ("核验一份凭证", reverse("disclosure:verify")),
        ],
    }


def categories(counts: dict[str, int], trades: str) -> list[dict[str, Any]]:
    """The category tabs with the number of trades announced and open."""
    rows = [{"name": "全部", "url": trades, "count": sum(counts.values())}]
    return rows + [{"name": n, "url": f"{trades}?category={k}", "count": counts[k]} for k, n in known.names().items()]


def stats(today: list[dict[str, Any]], waiting: int, year: dict[str, Any], number: int) -> list[dict[str, str]]:
    """The five tiles; each links to the rows that add up to it. One query."""
    start = clock.china(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    fresh = selectors.listed(source="own").filter(published_at__gte=start).count()
    calendar, found = reverse("disclosure:calendar"), f"{reverse('disclosure:deals')}?year={number}"
    done = sum(1 for row in today if row.get("past"))
    running = sum(1 for row in today if row.get("tag_kind") == "is-now")
    return [
        _tile("今日开标、竞价", f"{len(today)}", "场", f"已完成 {done} 场，正在进行 {running} 场", calendar),
        _tile("正在公告", f"{waiting:,}", "项", f"今日新发布 {fresh} 则公告", f"{calendar}?all=1"),
        _tile("今年成交", *_sum(year["amount"]), f"{year['count']:,} 宗", found),
        _tile("今年节约资金", *_sum(year["saved"]), _share("较最高限价或者预算降低", year["saved_share"]), found),
        _tile("今年出让增值", *_sum(year["gained"]), _share("较起始价增加", year["gained_share"]), found),
    ]


def _tile(label: str, number: str, unit: str, note: str, url: str) -> dict[str, str]:
    return {"label": label, "number": number, "unit": unit, "note": note, "url": url}


def _sum(amount: Decimal) -> tuple[str, str]:
    """In 亿元 from one up, else in 万元."""
    unit = "亿元" if amount >= amounts.SCALES["亿元"] else "万元"
    return "".join(amounts.split(amount, unit)), unit


def _share(words: str, share: Decimal | None) -> str:
    return f"{words} {share * 100:.1f}%" if share is not None else "今年尚无"
