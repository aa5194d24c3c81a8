"""The desk of whoever trades, and the page of one lot with everything that can be done now."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_site import clock
from platform_site.accounts.benches import benches_for
from platform_site.messages.selectors import unread_count
from trading.draftforms import draft_of, drawn_for
from trading.kernel.mandates import lapsed
from trading.lifeline import OpenAct, open_acts_of
from trading.models import Challenge, Lot
from trading.services import overturns, retenders, tenders
from trading.services.trustees import key_set_proposed
from trading.views.benches import act_links, framed, lot_address
from trading.views.own import SIDE, lot_page
from trading.worklists import own_lots, taken_lots

# Acts that need an upheld objection or a decision of the authority.
OVERTURNING = {"redo_evaluation", "fail_result", "set_aside_award"}


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """My projects: what is owed soonest first; a bidder's lots; officials' other benches."""
    actor, now = request.actor, clock.now()
    ended = "ended" in request.GET
    rows = own_lots(actor, now, ended=ended)
    for row in rows:
        row.lot.page = (
            lot_address("trading:wizard", row.lot, "project")
            if row.lot.state == "registered" and drawn_for(row.lot)
            else lot_address("trading:lot", row.lot)
        )
    taken = [] if ended else taken_lots(actor, now)
    for row in taken:
        page = "trading:part" if "sign_up" in row.lot.procedure.transitions else "trading:bid"
        row.lot.page = lot_address(page, row.lot) or f"/trades/{row.lot.reference}/"
    others = [bench for bench in benches_for(actor) if bench.url != request.path]
    context = {"rows": rows, "taken": taken, "ended": ended, "unread": unread_count(request.user), "others": others}
    return render(request, "trading/desk.html", context)


@require_safe
@lot_page(roles=SIDE | {"operator"})
def lot(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """One lot: strip, next step, what can be done now, and the state of each of its parts."""
    challenges = list(lot.challenges.order_by("number"))
    context = framed(lot, held, answered=all(c.replied_at for c in challenges))
    waiting = lot.enquiries.filter(answered_at__isnull=True).count() if held & SIDE else 0
    context |= {
        "acts": act_links(lot, askable(lot, open_acts_of(lot, context["facts"], held), challenges)),
        "challenges": challenges if held & SIDE else [],
        "waiting": waiting,
        "notices": notice_links(lot),
        "parts": parts(lot, held),
        "ceiling_name": draft_of(lot).called("ceiling_cny") or "最高限价",
    }
    return render(request, "trading/lot.html", context)


def askable(lot: Lot, acts: list[OpenAct], challenges: list[Challenge]) -> list[OpenAct]:
    """Without what nothing calls for: answers nobody waits for, overturning a result that stands, a re-tender of what
    did not fail."""
    raised = {f"answer_{one.kind}" for one in challenges if one.replied_at is None}
    verbs, idle = {act.verb for act in acts}, set()
    if verbs & OVERTURNING and lot.state != "vacated" and not overturns.decision_on(lot):
        idle |= {"set_aside_award"} if any(one.affects_result for one in challenges) else OVERTURNING
    if "retender" in verbs and ("failed_at" not in lot.moments or Lot.objects.filter(retenders=lot).exists()):
        idle.add("retender")
    if "forgo_tender" in verbs and retenders.failures_of(lot) < 2:
        idle.add("forgo_tender")
    if not lot.key_set_hash:
        idle.add("propose_trustees")
    if "replace_trustees" in verbs and key_set_proposed(lot) is None:
        idle.add("replace_trustees")
    if lot.tender.agency_id is None:
        idle |= {"sign_mandate", "end_mandate"}
    elif "ended_at" in lot.tender.mandate:
        idle.add("end_mandate")
    if lot.tender.agency_id and lapsed(lot.tender.mandate, clock.now()) is None:
        idle.add("appoint_agency")
    kept = [act for act in acts if not act.verb.startswith("answer_") or act.verb in raised]
    return [act for act in kept if act.verb not in idle]


def notice_links(lot: Lot) -> list[dict[str, object]]:
    """The chain: what is published, then what is scheduled. One query."""
    shown = lot.notices.exclude(state="recalled").order_by("publish_at", "pk")
    return [
        {
            "title": n.title,
            "url": lot_address("trading:notice", lot, n.pk),
            "at": n.published_at or n.publish_at,
            "summary": "" if n.state == "published" else "尚未发布，可以撤回",
            "digest": n.digest,
            "state": "todo" if n.state == "scheduled" else "",
        }
        for n in shown
    ]


def parts(lot: Lot, held: frozenset[str]) -> list[dict[str, str]]:
    """The lot's pages that already mean something."""
    after = (
        "opened",
        "evaluating",
        "reported",
        "publicity",
        "awarded",
        "vacated",
        "contracted",
        "settled",
        "archived",
        "failed",
        "terminated",
    )
    auctioned = "sign_up" in lot.procedure.transitions
    found = []
    if held & SIDE:
        if lot.state == "registered" and drawn_for(lot):
            name = f"编制{draft_of(lot).draft.notice}"
            found.append(
                {"name": name, "note": "分步填写，逐条核对", "url": lot_address("trading:wizard", lot, "project")}
            )
        if lot.state not in {"registered", "scheduled"}:
            found.append(
                {"name": "询问与澄清", "note": "收到的询问不显示是谁提出", "url": lot_address("trading:enquiries", lot)}
            )
        if lot.state == "bidding":
            found.append(
                {"name": "变更公告", "note": "修改招标文件，可以顺延截止时间", "url": lot_address("trading:amend", lot)}
            )
        if lot.state not in {"registered", "scheduled"}:
            found.append({"name": "异议", "note": "受理期限与答复", "url": lot_address("trading:challenges", lot)})
    if auctioned and lot.state not in {"registered", "scheduled"}:
        found.append({"name": "竞价大厅", "note": "报价阶梯，只有代号", "url": lot_address("trading:hall", lot)})
    if not auctioned and lot.state in {"opening", *after}:
        found.append({"name": "开标", "note": "唱标名册与解密", "url": lot_address("trading:opening", lot)})
    if lot.state in after or (auctioned and lot.state in {"single", "closed"}):
        found.append(
            {
                "name": "成交与合同" if auctioned else "评标、定标与合同",
                "note": "成交确认书、合同、归档" if auctioned else "委员会、候选人、合同、归档",
                "url": lot_address("trading:results", lot),
            }
        )
    if lot.state in {"contracted", "archived"} and "plan_milestone" in lot.procedure.transitions:
        found.append(
            {"name": "合同履行", "note": "变更、节点、验收、付款", "url": lot_address("trading:performance", lot)}
        )
    return [part for part in found if part["url"]]


@require_POST
@lot_page()
def recall(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The scheduled notice is taken back; the draft opens again."""
    from django.contrib import messages

    tenders.notice_recall(lot_id=lot.pk, actor=request.actor)
    messages.success(request, "公告已撤回，可以继续修改")
    return redirect("trading:wizard", lot.tender.reference, lot.number, "review")
