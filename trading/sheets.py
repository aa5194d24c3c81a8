"""A notice or a letter as a sheet: the template and everything it says, from canonical content and the record alone.

The same sheet is the web page and the PDF. Nothing on it may depend on when it is looked at or made: once its entry
stands in a checkpoint, a sheet is the same for ever, so the paper can be made again and has the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platform_site.ledger.models import Checkpoint, Entry
from trading import addresses
from trading.kernel.procedure import Procedure
from trading.models import Instrument, Letter, Notice
from trading.paperwords import basis, group_of, words_of

# Entries that name a notice without being its publication.
BEFORE = ("lot.notice_scheduled",)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the record holds the text.

    Attributes:
        position: of the entry of the act that issued it.
        at: legal time of that entry.
        checkpoint: origin, size and root of the first tree head over it: whoever keeps the paper is a witness.
    """

    position: int
    at: datetime
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What papers/<template>.html needs.

    Attributes:
        heading: 招标公告, 中标通知书 …
        issued_at: the date under the signature.
        evidence: None while no checkpoint covers the entry.
    """

    template: str
    heading: str
    issued_at: datetime
    content: Mapping[str, Any]
    digest: str
    procedure: Procedure
    evidence: Evidence | None

    def context(self) -> dict[str, Any]:
        """The partial's context, but for site_name and demo, which every template knows."""
        return {
            "sheet": self,
            "content": self.content,
            "procedure": self.procedure,
            "words": words_of(self.procedure),
            "group": group_of(self.procedure),
            "basis": basis(self.content.get("article") or ""),
            "verify_url": addresses.verification(self.digest),
            "paper_template": self.template,
            "title": f"{self.content['lot_title']}{self.heading}",
        }


def notice_sheet(notice: Any) -> Sheet:
    """The sheet of a published notice: the trade's own row, or the public's with the same fields. Two queries."""
    procedure = notice.lot.procedure
    return Sheet(
        template=f"papers/{notice.kind}.html",
        heading=_heading(notice, procedure),
        issued_at=notice.published_at or notice.publish_at,
        content=notice.content,
        digest=notice.digest,
        procedure=procedure,
        evidence=evidence_of(notice.lot.ledger_ref, notice=str(notice.pk)),
    )


def _heading(notice: Any, procedure: Procedure) -> str:
    words = words_of(procedure)
    headings = {
        "tender": words.notice or f"{procedure.title}公告",
        "clarification": f"{words.document}澄清",
        "amendment": f"{words.document}变更公告",
        "opening": words.opened,
        "candidates": "中标候选人公示",
        "award": words.announced,
        "failure": words.failed,
        "termination": words.terminated,
        "objection": f"{words.objection}答复",
        "contract": words.contract,
        "postponement": "延期公告",
        "agency": "招标代理委托公告",
        "outage": "系统故障顺延公告",
        "trustees": "更换受托人公告",
        "correction": "更正公告",
        "cancellation": "取消中标资格公告",
        "set_aside": "中标无效公告",
        "redo": "重新评标公告",
        "forgone": "不再招标公告",
        "contract_change": "合同变更公告",
        "acceptance": "验收公告",
        "settlement": "交易结果公告",
    }
    return headings[notice.kind]


def letter_sheet(letter: Any) -> Sheet:
    """The sheet of a letter, likewise. Two queries."""
    return Sheet(
        template=f"papers/letter_{letter.kind}.html",
        heading=letter.content["title"],
        issued_at=letter.issued_at,
        content=letter.content,
        digest=letter.digest,
        procedure=letter.lot.procedure,
        evidence=evidence_of(letter.lot.ledger_ref, letters__contains=[letter.digest]),
    )


def instrument_sheet(instrument: Any) -> Sheet:
    """The sheet of a text for the file. Three queries at most."""
    return Sheet(
        template=f"papers/instrument_{instrument.kind}.html",
        heading=instrument.content["title"],
        issued_at=instrument.issued_at,
        content=instrument.content,
        digest=instrument.digest,
        procedure=instrument.lot.procedure,
        evidence=evidence_of(instrument.lot.ledger_ref, instrument=instrument.digest),
    )


def sheet_of(row: Notice | Letter | Instrument) -> Sheet:
    """The sheet a paper is made of."""
    if isinstance(row, Letter):
        return letter_sheet(row)
    return instrument_sheet(row) if isinstance(row, Instrument) else notice_sheet(row)


def evidence_of(lot_ref: str, **named: Any) -> Evidence | None:
    """The lot's first entry with these facts, and the first checkpoint over it; None while there is none. 2 queries."""
    found = Entry.objects.about(lot_ref).exclude(event__in=BEFORE)
    entry = found.filter(**{f"facts__{name}": value for name, value in named.items()}).numbered().first()
    if entry is None:
        return None
    note = Checkpoint.objects.filter(size__gte=entry.position).order_by("size").values_list("note", flat=True).first()
    return Evidence(entry.position, entry.legal_at, " ".join(note.split("\n")[:3])) if note else None
