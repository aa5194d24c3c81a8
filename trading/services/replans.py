"""A late server re-plans rather than running unfairly: what could not be offered in is not over.

While a call or a round nears its end the clock's process asks at the portal's own door (platform_site.web.door). Served
to the end, it ends. Otherwise, once the door answers again, bidding pauses for the time the published rule gives, and a
whole new call or round follows. Offers that were accepted stand; one that came after the end stays refused.
"""

from datetime import datetime, timedelta

from platform_site import clock
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.web import door
from trading import addresses
from trading.models import Lot, Notice
from trading.rulebooks.pausing import pausing_on, resumption
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.listings import call_minutes, nudge, round_minutes
from trading.services.notices import notice_write, noticed

# The clock's verb that ends it -> the moment it ends at.
ENDED_BY = {"close_call": "call_ends", "close_round": "round_ends"}
# So long before an end the door is watched: longer than any stretch the rule asks to have been served.
WATCHED = timedelta(seconds=120)


def watch() -> None:
    """The door was asked for a hall whose call or round is near its end or over. One query where there is none."""
    near = Lot.objects.filter(state__in=("last_call", "timed"), next_check__lte=clock.now() + WATCHED)
    if lot := near.select_related("tender").order_by("next_check").first():
        door.look(f"{addresses.hall(lot)}live/")


def unserved(lot: Lot, verb: str, end: datetime) -> door.Gap | None:
    """The gap in which nobody could offer shortly before `end`; None where `verb` may end the call or the round."""
    if verb not in ENDED_BY:
        return None
    return door.gap_before(end, pausing_on(clock.china(end).date()).stretch)


def contest_replan(
    *, lot_id: int, verb: str, since: datetime, until: datetime, actor: Actor = CLOCK, now: datetime | None = None
) -> Notice:
    """Bidding pauses and is planned anew; bidders, initiator, authority and hall are told.

    Args:
        verb: what would have ended it: close_call | close_round.
        since, until: legal time during which the portal was not served.

    Raises:
        Refused: nothing runs that could be planned anew.
    """
    with acting("replan", lot_id=lot_id, actor=actor, now=now) as act:
        lot, name = act.lot, ENDED_BY[verb]
        rule, was = pausing_on(clock.china(act.now).date()), act.lot.recorded[name]
        resumes = resumption(act.now, rule)
        minutes = round_minutes(lot) if name == "round_ends" else call_minutes(lot)
        lot.record("round_from", resumes)
        lot.record(name, resumes + timedelta(minutes=minutes))
        ends = lot.recorded[name]
        said = {
            "replanned": True,
            "failed": "平台服务中断",
            "evidence": f"服务中断自 {clock.china(since):%H:%M:%S} 至 {clock.china(until):%H:%M:%S}，由平台自动记录。",
            "declared_by": lot.tender.centre.name if lot.tender.centre else lot.tender.initiator.name,
            "clause": rule.clause,
            "from": since,
            "until": until,
            "resumes": resumes,
            "moved": [{"moment": name, "title": lot.procedure.moments[name].title, "before": was, "after": ends}],
        }
        number = lot.notices.filter(kind="outage").count() + 1
        notice = notice_write(act, "outage", f"{lot.title}竞价暂停公告（第{number}次）", said)
        act.entry(
            "listing.replanned",
            {**noticed(notice), "moment": name, "was": was, "until": ends, "resumes": resumes,
             "unserved": {"from": since, "until": until}, "clause": rule.clause},
        )  # fmt: skip
        nudge(lot)
        title, body = notice.title, _words(resumes, ends)
        codes = lot.sign_ups.values_list("subject__code", flat=True)
        tell_subjects(codes, about=f"notice:{notice.id}", title=title, body=body, url=addresses.hall(lot))
        tell_initiator(lot, about=f"notice:{notice.id}:initiator", title=title, body=body)
        if lot.tender.authority:
            about, url = f"notice:{notice.id}:authority", addresses.notice(notice)
            tell_subjects([lot.tender.authority.code], about=about, title=title, body=body, url=url)
    return notice


def _words(resumes: datetime, ends: datetime) -> str:
    begin, end = clock.china(resumes), clock.china(ends)
    return f"平台服务中断，已受理的报价继续有效。竞价暂停，{begin:%Y年%-m月%-d日 %H:%M:%S} 恢复，{end:%H:%M:%S} 截止。"
