"""A tender plan as lines of the public list: one for each of its texts, the newest telling what became of it; and as
the page they lead to."""

from decimal import Decimal

from disclosure.folding import haystack
from disclosure.listwords import stage_of
from disclosure.models import ListedNotice, PublicPlan
from disclosure.projecting.columns import columns
from disclosure.projecting.regions import noted
from platform_site.ledger.models import Entry
from trading import addresses
from trading.models import Lot, PlanNotice, TenderPlan


def project(reference: str, *, upto: int) -> None:
    """The plan's lines say what its texts say and whether its tender is out.

    Args:
        upto: positions behind it are not read.
    """
    plan = TenderPlan.objects.filter(reference=reference).select_related("initiator").first()
    if plan is None:
        return
    named = Entry.objects.about(plan.ledger_ref).numbered().filter(place__position__lte=upto)
    positions = {entry.facts["plan_text"]: entry.position for entry in named}
    texts = [text for text in plan.texts.all() if str(text.pk) in positions]
    rows = [_row(plan, text, positions[str(text.pk)] or 0, newest=text is texts[-1]) for text in texts]
    ListedNotice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns(ListedNotice)
    )
    if rows:
        _page(plan)
        noted([(rows[-1].region_code, rows[-1].region_name)])


def _page(plan: TenderPlan) -> None:
    texts = [
        {"kind_name": t.get_kind_display(), "at": t.published_at.isoformat(), "content": t.content, "digest": t.digest}
        for t in plan.texts.all()
    ]
    page = PublicPlan(reference=plan.reference, state=plan.state, initiator_code=plan.initiator.code, texts=texts)
    PublicPlan.objects.bulk_create(
        [page], update_conflicts=True, unique_fields=["reference"], update_fields=columns(PublicPlan)
    )


def _row(plan: TenderPlan, text: PlanNotice, position: int, *, newest: bool) -> ListedNotice:
    code, estimate = text.shown("region_code"), text.shown("estimate_cny")
    row = ListedNotice(
        id=text.pk,
        category="engineering",
        kind=text.kind,
        stage=stage_of(text.kind),
        title=text.title,
        path=addresses.plan(plan),
        reference=plan.reference,
        method="招标计划",
        region_code=code,
        region_name=text.shown("region_name"),
        province=code[:2],
        city=code[:4],
        buyer_name=text.content["initiator"]["name"],
        amount_cny=Decimal(estimate) if estimate else None,
        amount_label="估算",
        published_at=text.published_at,
        position=position,
        digest=text.digest,
    )
    row.haystack = haystack(row.title, row.reference, row.buyer_name)
    if plan.state == "cancelled":
        row.ended = "已取消"
    elif newest and Lot.objects.filter(tender__plan=plan).exclude(state__in=("registered", "scheduled")).exists():
        row.ended = "已发布招标公告"
    elif not newest:
        row.ended = "已变更"
    return row
