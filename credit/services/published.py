"""Qualifications as authorities publish them in lists: every row stands, stood already, or is kept with why not."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from credit import codes
from credit.models import RejectedQualification, Subject
from credit.services.qualifications import TEXTS, end, faults, stand, told
from credit.services.subjects import subjects_import
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.web.words import FACTS
from platform_site.workdays import day_of

LOCK = 7_190_423  # pg_advisory_xact_lock: one batch at a time
BATCH = 200  # rows of one transaction
NAME_LIMIT = 200
KEPT = 64 << 10  # characters kept of a rejected row
# What a column may be called; the first is the one our own examples use.
COLUMNS = {
    "code": ("统一社会信用代码", "信用代码", "code"),
    "name": ("单位名称", "企业名称", "机构名称", "名称", "name"),
    "kind": ("资质类别", "资质名称", "资质类型", "kind"),
    "grade": ("等级", "资质等级", "grade"),
    "number": ("证书编号", "证书号", "资质证书号", "number"),
    "issuer": ("发证机关", "发证单位", "issuer"),
    "valid_from": ("有效期起", "发证日期", "有效期自", "valid_from"),
    "valid_until": ("有效期止", "有效期至", "证书有效期", "valid_until"),
    "state": ("状态", "证书状态", "state"),
}
NEEDED = ("code", "kind", "number", "valid_from")
OPEN_ENDED = frozenset({"", "长期", "长期有效", "-", "—", "永久"})
STANDING = frozenset({"", "有效", "正常", "valid"})
ENDED = frozenset({"注销", "已注销", "撤销", "已撤销", "吊销", "已吊销", "撤回", "已撤回", "revoked"})
REASONS = {
    "row.unreadable": "行不完整，不能解析",
    "row.contradicts": "同一文件内同一证书有两种说法",
    "subject.unknown": "缺少统一社会信用代码或者名称，或者代码不可用",
    "fact.missing": "缺少必填项",
    "text.length": "超过长度",
    "text.control": "含有不可见字符",
    "date.unreadable": "日期不能识别",
    "qualification.ahead": "有效期还没有开始",
    "qualification.dates": "有效期止日早于起日",
    "state.unknown": "证书状态不能识别",
    "revoked.unknown": "注销或者撤销的证书不在册",
}
DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list as it was read: its cells by column, or why there are none."""

    number: int
    text: str
    cells: Mapping[str, Any] | None
    problem: str = ""


@dataclass(slots=True)
class Tally:
    """accepted + rejected + unchanged = rows; of the accepted, `withdrawn` ended what stood."""

    rows: int = 0
    accepted: int = 0
    withdrawn: int = 0
    rejected: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class _Run:
    publisher: str
    file: str
    actor: Actor
    tally: Tally = field(default_factory=Tally)
    seen: dict[tuple[str, str, str], str] = field(default_factory=dict)


class _Rejected(Exception):
    """Why a row is not taken in."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason)


def unknown_columns(header: Iterable[str]) -> list[str]:
    """Names of needed columns the header has under no name we know; empty where the file can be read."""
    have = set(header)
    return [COLUMNS[name][0] for name in NEEDED if not have & set(COLUMNS[name])]


def qualifications_publish(rows: Iterable[Listed], *, publisher: str, file: str, sha256: str, actor: Actor) -> Tally:
    """An authority's list is public: new certificates stand, changed ones replace what stood, revoked ones end.

    What subjects declared themselves is not touched; the page compares the two. A subject that is not registered here
    is entered from the row. Batches are transactions: a run that died is run again.

    Args:
        publisher: who published the list, as the page names it.

    Raises:
        PermissionDenied: `actor` is neither an operator nor the console or clock.
    """
    policy.require(actor, "operator|console|clock")
    run = _Run(publisher, file[:255], actor)
    for batch in _batches(rows):
        with transaction.atomic():
            # Two lists taken in at once would lock the same subjects in two orders.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for row in batch:
                _land(row, run)
    facts = {"publisher": publisher, "sha256": sha256, **{name: getattr(run.tally, name) for name in Tally.__slots__}}
    with transaction.atomic():
        ledger.append("qualifications.published", subject="credit", actor=actor, facts=facts)
    return run.tally


def _batches(rows: Iterable[Listed]) -> Iterator[list[Listed]]:
    batch: list[Listed] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _land(row: Listed, run: _Run) -> None:
    run.tally.rows += 1
    try:
        with transaction.atomic():
            outcome = _taken(row, run)
    except _Rejected as why:
        run.tally.rejected += 1
        _keep(row, why, run)
        return
    if outcome == "withdrawn":
        run.tally.withdrawn += 1
    name = "unchanged" if outcome == "unchanged" else "accepted"
    setattr(run.tally, name, getattr(run.tally, name) + 1)


def _taken(row: Listed, run: _Run) -> str:
    """accepted | withdrawn | unchanged.

    Raises:
        _Rejected: the row is no certificate we can show.
    """
    if row.cells is None:
        raise _Rejected("row.unreadable", row.problem)
    cells = {name: _cell(row.cells, names) for name, names in COLUMNS.items()}
    for name, text in cells.items():
        if any(ord(c) < 32 or ord(c) == 127 or "\ud800" <= c <= "\udfff" for c in text):
            raise _Rejected("text.control", COLUMNS[name][0])
    gone = cells["state"] in ENDED
    if not gone and cells["state"] not in STANDING:
        raise _Rejected("state.unknown", cells["state"][:40])
    said = _said(cells, run)
    key = (codes.normalise(cells["code"]), said["kind"], said["number"])
    words = json.dumps({**said, "gone": gone}, default=str, sort_keys=True)
    if run.seen.setdefault(key, words) != words:
        raise _Rejected("row.contradicts", said["number"])
    subject = _subject(cells, run)
    published = subject.qualifications.filter(kind=said["kind"], number=said["number"], source="authority")
    former = published.filter(withdrawn_at__isnull=True).select_for_update().first()
    if gone:
        if former is None and not published.exists():
            raise _Rejected("revoked.unknown", said["number"])
        if former is None:
            return "unchanged"
        end(former, f"{run.publisher}公开：{cells['state']}", run.actor)
        return "withdrawn"
    if former is not None and all(getattr(former, name) == value for name, value in said.items()):
        return "unchanged"
    stand(subject, said, source="authority", publisher=run.publisher, actor=run.actor, replaces=former)
    return "accepted"


def _cell(cells: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = next((cells[name] for name in names if cells.get(name) not in (None, "")), "")
    return str(found).strip()


def _said(cells: Mapping[str, str], run: _Run) -> dict[str, Any]:
    """What the row says of the certificate; where no issuer is named, it is whoever published the list."""
    until = cells["valid_until"]
    said = told(
        {
            **{name: cells[name] for name in TEXTS},
            "issuer": cells["issuer"] or run.publisher,
            "valid_from": _day(cells["valid_from"]) if cells["valid_from"] else None,
            "valid_until": None if until in OPEN_ENDED else _day(until),
        }
    )
    if wrong := faults(said, day_of(clock.now())):
        first = wrong[0]
        fact = str(first.facts.get("fact") or first.facts.get("field") or "")
        raise _Rejected(first.code, FACTS.get(fact, fact))
    return said


def _day(text: str) -> date:
    found = DAY.fullmatch(codes.narrow(text).partition(" 00:00")[0])
    try:
        if found is None:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _Rejected("date.unreadable", text[:40]) from None


def _subject(cells: Mapping[str, str], run: _Run) -> Subject:
    """The locked subject of the row, entered from it where it is new."""
    code = codes.normalise(cells["code"])
    found = Subject.objects.select_for_update(no_key=True)
    subject = found.filter(code=code).first() if code else None
    if subject is None:
        if len(cells["name"]) > NAME_LIMIT:
            raise _Rejected("text.length", COLUMNS["name"][0])
        (done,) = subjects_import([{"code": code, "name": cells["name"]}], actor=run.actor, source=run.publisher)
        if done.outcome == "rejected":
            raise _Rejected("subject.unknown", done.reason)
        subject = found.get(code=code)
    return subject


def _keep(row: Listed, why: _Rejected, run: _Run) -> None:
    words = REASONS[why.reason] + (f"：{why.detail}" if why.detail else "")
    RejectedQualification.objects.get_or_create(
        publisher=run.publisher,
        row_number=row.number,
        digest=hashlib.sha256(row.text.encode()).hexdigest(),
        reason=why.reason,
        defaults={
            "file": run.file,
            "why": words[:500],
            "raw": row.text.replace("\0", "␀")[:KEPT],
            "first_at": clock.machine(),
        },
    )
