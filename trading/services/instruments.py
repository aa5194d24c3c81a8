"""Texts for the file of a lot: 评标报告 as it was handed in, 档案封面 with what the package holds.

Written in the act they tell of, whose entry holds the digest. Each text holds a random id of its own, so a digest tells
nobody anything before the text may be read.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet

from trading.digests import digest_of, plain
from trading.models import Archive, CommitteeMember, Instrument, Lot, Report
from trading.paperwords import said_of, words_of
from trading.services.acts import Act
from trading.services.notices import frame, wake_papers

# What the report says in figures, word for word.
FIGURES = (
    *("contest", "criteria", "price_formula", "benchmark_cny", "ceiling_cny", "ranking"),
    *("adjustments", "adjusted"),  # 经评审的最低投标价法 only
)


def report_written(act: Act, report: Report, members: list[CommitteeMember], silent: Mapping[str, str]) -> Instrument:
    """评标报告 with its signatures, without any member's own points (design §7): for the initiator and the file.

    Args:
        silent: label -> note, of members whose silence counts as consent.
    """
    content, said = report.content, said_of(act.lot.procedure)
    signed = {s.member_id: s for s in report.signatures.filter(digest=report.digest)}
    names = {row["bid"]: row["name"] for row in content["bids"]}
    ranking = {row["bid"]: row for row in content["ranking"]}
    body = {
        "issuer": {"name": said.committee, "code": ""},
        "initiator": act.lot.tender.initiator.name,
        "report": report.digest,
        **{name: content[name] for name in FIGURES if name in content},
        "candidates": [{"rank": n, **ranking[bid]} for n, bid in enumerate(content["candidates"], 1)],
        "bids": [{"name": row["name"], "price_cny": row["price_cny"]} for row in content["bids"]],
        # The grounds of the law; whose words led to them stays with committee and supervision.
        "rejected": [{"name": row["name"], "texts": row["texts"]} for row in content["rejected"]],
        "low_prices": [names[bid] for bid in content["low_prices"]],
        "questions": [
            {"name": names[q["bid"]], "text": q["text"], "answer": q["answer"]} for q in content["questions"]
        ],
        "members": [
            {
                "label": member.label,
                "expert": member.is_expert,
                "signed": _signed(member, signed, silent),
                "dissent": signed[member.pk].dissent if member.pk in signed else "",
            }
            for member in members
        ],
    }
    return _write(act, "report", said.report, body)


def _signed(member: CommitteeMember, signed: Mapping[Any, Any], silent: Mapping[str, str]) -> str:
    if member.pk in signed:
        return "dissent" if signed[member.pk].dissent else "signed"
    return "deemed" if member.label in silent else "none"


def cover_written(act: Act, archive: Archive, members: Mapping[str, bytes]) -> Instrument:
    """档案封面: which package it lies on, by name and digest, and what is inside.

    Args:
        members: of the package, by name.
    """
    lot, tender, words = act.lot, act.lot.tender, words_of(act.lot.procedure)
    award = lot.awards.filter(state="standing").select_related("subject").first()
    body = {
        "issuer": _keeper(lot),
        "article": lot.book.article("ELE-09"),
        "package": {"name": archive.file.name, "sha256": archive.file.sha256, "size": archive.file.size},
        "procedure": act.lot.procedure.title,
        "initiator": tender.initiator.name,
        "agency": tender.agency.name if tender.agency else "",
        "winner": award.subject.name if award else "",
        "amount_cny": award.amount_cny if award else None,
        "archived_at": act.now,
        "parts": _parts(members, words),
        "count": len(members),
    }
    return _write(act, "cover", "档案封面", body)


def _keeper(lot: Lot) -> dict[str, str]:
    keeper = lot.tender.centre or lot.tender.initiator
    return {"name": keeper.name, "code": keeper.code}


def _parts(members: Mapping[str, bytes], words: Any) -> list[dict[str, Any]]:
    """The package folder by folder, in the order a reader looks for things."""
    titles = {
        "notices": "公告和公示的内容",
        "papers": "已签署的文书（PDF）",
        "documents": words.document,
        "envelopes": f"{words.bid}（加密原件）",
        "keys": "受托人名单和交出的密钥",
        "opening.json": words.opened,
        "draw.json": "专家抽取证书",
        "evaluation.json": "评审全文（含各成员评分）",
        "contract.json": "合同主要内容",
        "course": "过程变化和合同履行",
        "entries": "账本记录和证明",
    }
    found = []
    for part, title in titles.items():
        sizes = [len(data) for name, data in members.items() if name.split("/")[0] == part]
        if sizes:
            found.append({"title": title, "count": len(sizes), "size": sum(sizes)})
    others = [len(data) for name, data in members.items() if name.split("/")[0] not in titles]
    return [*found, {"title": "目录、公钥、检查点和核验程序", "count": len(others), "size": sum(others)}]


def _write(act: Act, kind: str, heading: str, said: Mapping[str, Any]) -> Instrument:
    identity = uuid4()
    body = plain({**frame(act, kind, heading), "id": str(identity), "issued_at": act.now, **said})
    wake_papers()
    return Instrument.objects.create(
        id=identity, lot=act.lot, kind=kind, content=body, digest=digest_of(body), issued_at=act.now
    )


def readable(lot: Lot, held: frozenset[str]) -> QuerySet[Instrument]:
    """The instruments of the lot that whoever holds these roles over it may read: initiator and agency all of them,
    the centre's operator what lies on the package it keeps. Members and the authority have the report's own page. One
    query.
    """
    found = Instrument.objects.filter(lot=lot).select_related("paper")
    if held & {"initiator", "agency"}:
        return found
    return found.filter(kind="cover") if "operator" in held else found.none()
