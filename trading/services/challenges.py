"""异议 and its answer. An objection holds the lot until the initiator has replied."""

from credit.models import Subject
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.holds import services as holds
from trading import addresses
from trading.kernel.time import counted
from trading.models import Challenge, Lot
from trading.services.acts import Act, acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.deadlines import deadline_of
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed

# kind of challenge -> (verb, verb of the answer, rule whose reply days run, event)
WAYS = {
    "document": ("object_document", "answer_document", "ENG-13", "challenge.document_received"),
    "result": ("object_result", "answer_result", "ENG-39", "challenge.result_received"),
}


def challenge_file(*, lot_id: int, kind: str, title: str, text: str, actor: Actor) -> Challenge:
    """The objection is received, its reply clock runs and the lot stands still until it is answered.

    Raises:
        Refused: outside its window, with the window; an empty or overlong text; nobody acted for.
    """
    title, text = text_of(title, field="title", limit=200), text_of(text, field="text")
    if not actor.subject_code:
        raise Refused([Violation("subject.missing")])
    # Two clicks are one objection: a second would hold the lot a second time.
    same = Challenge.objects.filter(
        lot_id=lot_id, kind=kind, subject__code=actor.subject_code, title=title, text=text, replied_at__isnull=True
    ).first()
    if same is not None:
        return same
    verb, _, rule_id, event = WAYS[kind]

    def values(lot: Lot, now: object) -> dict[str, object]:
        return {"bid_deadline": deadline_of(lot), "interested": True}

    with acting(verb, lot_id=lot_id, actor=actor, values=values) as act:
        number = act.lot.book.rule(rule_id)["days"]
        challenge = Challenge.objects.create(
            lot=act.lot,
            number=act.lot.challenges.count() + 1,
            kind=kind,
            title=title,
            text=text,
            received_at=act.now,
            subject=Subject.objects.get(code=actor.subject_code),
            reply_by=counted(act.now, int(number.amount), number.unit, "most"),
        )
        act.lot.record(f"{kind}_objected_at", act.now)
        act.entry(
            event,
            {"challenge": str(challenge.id), "number": challenge.number, "reply_by": challenge.reply_by},
            private={"title": title, "text": text},
        )
        _hold(act, challenge, rule_id)
        tell_initiator(act.lot, about=challenge.ledger_ref, title="收到异议，招标投标活动暂停", body=title)
    return challenge


def _hold(act: Act, challenge: Challenge, rule_id: str) -> None:
    holds.place(
        ref=act.lot.ledger_ref,
        kind="objection",
        reason=f"{challenge.get_kind_display()}异议待答复",
        article=act.lot.book.article(rule_id),
        source_ref=challenge.ledger_ref,
        actor=act.actor,
        at=act.now,
    )


def challenge_answer(
    *, challenge_id: object, reply: str, upheld: bool, actor: Actor, affects_result: bool | None = None
) -> Challenge:
    """The objection is answered in public without naming its filer, and the lot moves on.

    Args:
        affects_result: an upheld objection to the result under which the published result cannot stand: no award, but
            a new evaluation or a new tender. None: every upheld objection to the result does.

    Raises:
        PermissionDenied: not the initiator or its agency.
        Refused: already answered; an empty reply.
    """
    reply = text_of(reply, field="reply")
    found = Challenge.objects.get(pk=challenge_id)
    with acting(WAYS[found.kind][1], lot_id=found.lot_id, actor=actor) as act:
        challenge = Challenge.objects.select_for_update().select_related("subject").get(pk=challenge_id)
        if challenge.replied_at:
            raise Refused([Violation("challenge.answered", facts={"at": challenge.replied_at})])
        challenge.reply, challenge.upheld, challenge.replied_at = reply, upheld, act.now
        act.lot.record(f"{found.kind}_answered_at", act.now)
        touches = upheld if affects_result is None else affects_result
        challenge.affects_result = challenge.kind == "result" and upheld and touches
        challenge.save(update_fields=["reply", "upheld", "replied_at", "affects_result"])
        notice = notice_write(
            act,
            "objection",
            f"{act.lot.title}异议答复（异-{challenge.number:02d}）",
            {
                "number": challenge.number,
                "about": challenge.get_kind_display(),
                "title": challenge.title,
                "reply": reply,
                "upheld": upheld,
                "affects_result": challenge.affects_result,
                "received_at": challenge.received_at,
            },
        )
        act.entry("challenge.answered", {**noticed(notice), "challenge": str(challenge.id), "upheld": upheld})
        holds.release(
            ref=act.lot.ledger_ref, source_ref=challenge.ledger_ref, actor=actor, reason="异议已答复", at=act.now
        )
        tell_subjects(
            [challenge.subject.code],
            about=f"{challenge.ledger_ref}:answer",
            title="您的异议已答复",
            body=reply[:200],
            url=addresses.notice(notice),
        )
    return challenge
