"""The trade catalogue for a reader: what is in force on a day, what every batch said, and all of it as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from disclosure.feeds import EPOCH
from disclosure.models import PublicCatalogueRow
from disclosure.tables import Table
from platform_site.accounts.refusals import Refused
from platform_site.web.words import UNITS
from trading.kernel import catalogue
from trading.kernel.procedure import Procedure
from trading.models import CatalogueRow
from trading.rulebooks import PROCEDURES
from trading.services.terms import money

PERIODS = {"notice": "公告不少于", "listing": "挂牌不少于"}
ELSEWHERE = {"": "项目所在地或者上级", "province": "可以选择省内其他中心", "any": "可以选择其他中心"}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition of entering, as shown: words, yuan or None for every project, the article behind it."""

    what: str
    value: Decimal | None
    article: str
    status: str
    state_only: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One row, as shown."""

    row: PublicCatalogueRow
    thresholds: list[Threshold]
    periods: list[tuple[str, str]]
    procedures: list[Procedure]
    document: str

    @property
    def elsewhere(self) -> str:
        """Which centres may be chosen."""
        return ELSEWHERE[self.row.elsewhere]

    @property
    def treatment(self) -> str:
        """What its deals are counted by."""
        return CatalogueRow.TREATMENTS[self.row.treatment]


@dataclass(frozen=True, slots=True)
class Batch:
    """One published batch of one region: its document and rows."""

    number: int
    region: str
    since: date
    document: dict[str, Any]
    published_at: Any
    position: int
    items: list[Item]


def item(row: PublicCatalogueRow) -> Item:
    """The row in words."""
    document = cited(row.document)
    thresholds = [
        Threshold(
            one["what"],
            Decimal(one["value"]) if one.get("value") else None,
            f"{one.get('document') or document} {one['article']}",
            one["status"],
            bool(one.get("state_only")),
        )
        for one in row.thresholds
    ]
    periods = [
        (f"{PERIODS[name]} {one['amount']} {UNITS[one['unit']]}", one["article"])
        for name, one in sorted(row.periods.items(), reverse=True)
    ]
    known = [PROCEDURES[one] for one in row.procedures if one in PROCEDURES]
    return Item(row, thresholds, periods, known, f"{document} {row.document.get('article', '')}".strip())


def cited(document: dict[str, Any]) -> str:
    """Title and number."""
    return f"{document['title']}（{document['number']}）"


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a project somebody thinks of has to enter.

    Attributes:
        item: the row it falls under; None where none was chosen.
        threshold: what it reaches; None where it need not enter.
        wrong: what could not be read, in words; "" where all could.
    """

    item: Item | None
    threshold: Threshold | None = None
    wrong: str = ""


def checked(params: Mapping[str, str], items: Sequence[Item], on: date) -> Checked | None:
    """The answer to `?item=&kind=&amount=&private=`; None where nothing was asked. No query."""
    found = next((one for one in items if one.row.reference == params.get("item")), None)
    if found is None:
        return Checked(None, wrong="请选择类别") if params.get("amount") else None
    try:
        amount = money(params.get("amount", ""), field="amount")
    except Refused:
        return Checked(found, wrong="金额请填写大于零的数字，单位是元")
    limit = catalogue.reached(
        {"thresholds": found.row.thresholds},
        kind=params.get("kind", ""),
        amount=amount,
        state_controlled=not params.get("private"),
        on=on,
    )
    at = found.row.thresholds.index(limit) if limit is not None else None
    return Checked(found, found.thresholds[at] if at is not None else None)


def in_force(on: date) -> list[Item]:
    """The rows in force on a day, by classification code. One query."""
    found = PublicCatalogueRow.objects.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
    return [item(row) for row in found.order_by("region_code", "code", "batch")]


def batches() -> list[Batch]:
    """Every batch, the newest first. One query."""
    found: dict[tuple[str, int], list[PublicCatalogueRow]] = {}
    for row in PublicCatalogueRow.objects.order_by("-since", "-batch", "number"):
        found.setdefault((row.region_code, row.batch), []).append(row)
    return [
        Batch(
            number,
            rows[0].region_name or region,
            rows[0].since,
            {name: said for name, said in rows[0].document.items() if name != "article"},
            rows[0].published_at,
            rows[0].position,
            [item(row) for row in rows],
        )
        for (region, number), rows in found.items()
    ]


def table() -> Table:
    """Every row of every batch. One query."""
    found = [item(row) for row in PublicCatalogueRow.objects.order_by("region_code", "batch", "number")]
    return Table(
        name="公共资源交易目录",
        head={
            "reference": "编号", "batch": "批次", "region": "地区", "name": "类别", "code": "交易分类代码",
            "thresholds": "进场标准", "periods": "公告和挂牌", "procedures": "交易方式", "elsewhere": "交易中心",
            "initiator": "发起人", "authority": "行政监督部门", "treatment": "统计口径", "since": "施行",
            "until": "废止", "document": "文件", "review": "公平竞争审查", "status": "核对情况", "note": "说明",
            "digest": "摘要",
        },
        rows=[
            {
                **{
                    name: getattr(one.row, name)
                    for name in (
                        *("reference", "batch", "name", "code", "initiator", "authority", "status", "note", "digest"),
                    )
                },
                "region": one.row.region_name or one.row.region_code,
                "since": one.row.since.isoformat(),
                "until": one.row.until.isoformat() if one.row.until else None,
                "thresholds": "；".join(_said(t) for t in one.thresholds),
                "periods": "；".join(f"{words}（{article}）" for words, article in one.periods),
                "procedures": "、".join(p.title for p in one.procedures),
                "elsewhere": one.elsewhere,
                "treatment": one.treatment,
                "document": one.document,
                "review": one.row.document.get("review", ""),
            }
            for one in found
        ],
        about=[("平台", settings.SITE_NAME), ("网址", f"{settings.ORIGIN}{reverse('disclosure:catalogue')}")],
        as_of=max((one.row.published_at for one in found), default=EPOCH),
    )  # fmt: skip


def _said(one: Threshold) -> str:
    amount = f" {one.value:,.2f} 元以上" if one.value is not None else ""
    return f"{one.what}{amount}（{one.article}）"
