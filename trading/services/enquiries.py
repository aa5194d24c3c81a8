"""Questions, clarifications, amendments: one text for everybody, pushed to every holder at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from credit.models import Subject
from platform_site import clock, workdays
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rules import Value
from trading import addresses
from trading.kernel.time import same_hour
from trading.models import DocumentVersion, Enquiry, Lot, Notice, StoredFile
from trading.references import pseudonym
from trading.services.acts import acting
from trading.services.alerts import tell_holders, tell_initiator
from trading.services.deadlines import deadline_of, deadline_set
from trading.services.documents import current_version, document_digest
from trading.services.notices import notice_write, noticed
from trading.services.shared import for_every_lot, of_the_document, sharing
from trading.services.terms import draft_values

TEXT_LIMIT = 5000

ENFORCES = {"ENG-41": "trading.services.enquiries.enquiry_ask"}


def text_of(typed: str, *, field: str, limit: int = TEXT_LIMIT) -> str:
    """What a person wrote, trimmed.

    Raises:
        Refused: empty or longer than `limit`.
    """
    text = typed.strip()
    if not text or len(text) > limit:
        raise Refused([Violation("text.length", facts={"field": field, "length": len(text), "limit": limit})])
    return text


def enquiry_ask(*, lot_id: int, text: str, actor: Actor) -> Enquiry:
    """The question waits for the initiator under a pseudonym of this lot; nobody else learns that it was asked.

    Raises:
        PermissionDenied: the subject has not obtained the document.
        Refused: after the bid deadline; an empty or overlong text.
    """
    text = text_of(text, field="text")
    with acting("ask", lot_id=lot_id, actor=actor) as act:
        subject = Subject.objects.get(code=actor.subject_code)
        known = act.lot.enquiries.filter(subject=subject).values_list("pseudonym", flat=True).first()
        enquiry = Enquiry.objects.create(
            lot=act.lot, subject=subject, pseudonym=known or pseudonym("询问人"), text=text, asked_at=act.now
        )
        act.entry(
            "enquiry.asked", {"lot": act.lot.reference, "text": text}, sealed=True, subject=f"enquiry:{enquiry.id}"
        )
        tell_initiator(act.lot, about=f"enquiry:{enquiry.id}", title="收到对招标文件的询问", body=act.lot.title)
    return enquiry


@for_every_lot()
def clarification_issue(*, lot_id: int, answers: Mapping[UUID, str], text: str = "", actor: Actor) -> Notice:
    """A clarification is public, every answered question in it without who asked, and every holder is told.

    Args:
        answers: enquiry id -> answer.

    Raises:
        Refused: nothing said; an enquiry of another lot.
    """
    if not answers and not text.strip():
        raise Refused([Violation("text.length", facts={"field": "text", "length": 0, "limit": TEXT_LIMIT})])
    with acting("clarify", lot_id=lot_id, actor=actor) as act:
        # A question asked about one lot of a shared document is answered in the clarification of each.
        asked = {e.id: e for e in Enquiry.objects.filter(id__in=list(answers), lot__in=[act.lot, *sharing(act.lot)])}
        if len(asked) != len(answers):
            raise Refused([Violation("enquiry.unknown")])
        for enquiry_id, answer in answers.items():
            enquiry = asked[enquiry_id]
            enquiry.answer, enquiry.answered_at = text_of(answer, field="answer"), act.now
            enquiry.save(update_fields=["answer", "answered_at"])
        pairs = [{"question": asked[i].text, "answer": asked[i].answer} for i in answers]
        number = act.lot.notices.filter(kind="clarification").count() + 1
        notice = notice_write(
            act, "clarification", f"{act.lot.title}澄清（第{number}次）", {"text": text.strip(), "answers": pairs}
        )
        act.entry("lot.clarified", noticed(notice))
        tell_holders(
            act.lot,
            about=f"notice:{notice.id}",
            title=notice.title,
            body=text.strip() or f"{act.lot.procedure.initiator}答复了 {len(pairs)} 个询问。",
            url=addresses.notice(notice),
        )
    return notice


@for_every_lot(of_the_document)
def amendment_issue(
    *,
    lot_id: int,
    summary: str,
    actor: Actor,
    affects_preparation: bool = True,
    bid_deadline: datetime | None = None,
    terms: Mapping[str, Any] | None = None,
    columns: Mapping[str, Any] | None = None,
    files: Sequence[StoredFile] = (),
    extend: bool = False,
    verb: str = "amend",
) -> Notice:
    """The document has a new version and a change notice says what changed; filed bids stand and their owners are told.

    Args:
        bid_deadline: a new deadline; None keeps it.
        extend: move a too early deadline to the nearest lawful moment instead of refusing (实施条例 第二十一条).
        verb: amend; or change_requirements, of a consultation that has begun: its filing deadline is over and stays.

    Raises:
        Refused: fewer days left than the rule asks while `extend` is off; a deadline moved forward in time.
    """
    summary = text_of(summary, field="summary")
    moved: dict[str, datetime] = {}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        deadline = bid_deadline or deadline_of(lot)
        if deadline < deadline_of(lot):
            raise Refused([Violation("deadline.earlier", facts={"was": deadline_of(lot), "asked": deadline})])
        if extend and affects_preparation and verb == "amend":
            number = amendment_days(lot)
            least = workdays.earliest_after(now, int(number.amount), number.unit)
            if deadline < least:
                deadline = same_hour(least, deadline)
        moved["bid_deadline"] = deadline
        return {
            **draft_values(lot, now, {**lot.terms, **(terms or {})}),
            "bid_deadline": deadline,
            "amended_at": now,
            "affects_preparation": affects_preparation,
            "changed": [*(terms or {}), *(columns or {})],
        }

    with acting(verb, lot_id=lot_id, actor=actor, values=values) as act:
        lot, before = act.lot, deadline_of(act.lot)
        old = current_version(lot)
        was = {"bid_deadline": before, **lot.terms, **{name: getattr(lot, name) for name in columns or {}}}
        lot.terms = {**lot.terms, **(terms or {})}
        for name, value in (columns or {}).items():
            if name not in {"scope", "qualification", "ceiling_cny", "period_text", "period_days"}:
                raise ValueError(f"an amendment does not change {name}")
            setattr(lot, name, value)
        if verb == "amend":
            deadline_set(act, moved["bid_deadline"])
        if validity := lot.terms.get("validity_days"):
            lot.record("validity_until", moved["bid_deadline"] + timedelta(days=int(validity)))
        version = DocumentVersion.objects.create(
            lot=lot, number=old.number + 1, digest="", terms=lot.terms, issued_at=act.now
        )
        version.files.set(files or old.files.all())
        version.digest = document_digest(lot, version)
        version.save(update_fields=["digest"])
        now_is = {"bid_deadline": moved["bid_deadline"], **(terms or {}), **(columns or {})}
        changes = [
            {"field": name, "before": was.get(name), "after": value}
            for name, value in now_is.items()
            if was.get(name) != value
        ]
        changes += _files_changed(old, version)
        number = lot.notices.filter(kind="amendment").count() + 1
        notice = notice_write(
            act,
            "amendment",
            f"{lot.title}变更公告（第{number}次）",
            {
                "summary": summary,
                "document": version.digest,
                "version": version.number,
                "deadline_before": before,
                "deadline_after": moved["bid_deadline"],
                "changes": changes,
            },
        )
        act.entry("lot.amended", {**noticed(notice), "document": version.digest, "bid_deadline": moved["bid_deadline"]})
        until = clock.china(moved["bid_deadline"])
        words = "改为" if moved["bid_deadline"] != before else "仍为"
        deadline = f"\n投标截止时间{words} {until:%Y年%-m月%-d日 %H:%M}。" if verb == "amend" else ""
        tell_holders(
            lot,
            about=f"notice:{notice.id}",
            title=notice.title,
            body=f"{summary}{deadline}",
            url=addresses.notice(notice),
        )
    return notice


def amendment_days(lot: Lot) -> Value:
    """How long before the deadline an amendment has to come, by the rule its act rests on."""
    rule = lot.book.rule(lot.procedure.transitions["amend"].rules[0])
    return rule["amendment"] if "amendment" in rule.values else rule["days"]


def _files_changed(old: DocumentVersion, new: DocumentVersion) -> list[dict[str, Any]]:
    """Files that came, went or have other bytes under the same name. Two queries."""
    was = {file.name: file.sha256 for file in old.files.all()}
    now_is = {file.name: file.sha256 for file in new.files.all()}
    return [
        {"field": "file", "name": name, "before": was.get(name), "after": now_is.get(name)}
        for name in sorted(was.keys() | now_is.keys())
        if was.get(name) != now_is.get(name)
    ]
