"""Rehearse the draft that was read out of a real notice, with real organisations as initiator and bidders."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from credit import codes
from platform_site import clock
from trading.intake.draft import draft_from_record
from trading.intake.record import from_file
from trading.intake.registration import registration, said
from trading.rehearsal import engineering_open

# Beside the notices' folder, where the collected data has it.
SUBJECTS = Path("..") / "subjects" / "uscc_valid.csv"


def drafted(file: Path, record: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The draft with what the officer completes in the wizard, and who plays initiator and bidders.

    Raises:
        ValueError: no such file or record.
        NoticeRefused: the record yields no draft.
    """
    draft = draft_from_record(from_file(file, record), today=clock.china(clock.now()).date())
    given = registration(draft)
    given["tender"] = completed(given["tender"])
    given["lots"] = [completed_lot(lot) for lot in given["lots"]]
    return given, organisations(file.resolve().parent / SUBJECTS, said(draft.initiator, ""))


def completed(tender: dict[str, Any]) -> dict[str, Any]:
    """The project's facts as the officer completes them: only what the notice left open is taken from the example."""
    stated = {name: value for name, value in tender.items() if value not in ("", {}, None, False)}
    approval = {name: text for name, text in stated.get("approval", {}).items() if text}
    return {**engineering_open.TENDER, **stated, "approval": {**engineering_open.TENDER["approval"], **approval}}


def completed_lot(lot: dict[str, Any]) -> dict[str, Any]:
    """A lot with complete terms. Without a stated maximum price it runs on its estimate; without both, the officer's
    own estimate of one million is entered, for the notice names no amount at all."""
    kept = {name: value for name, value in lot.items() if value not in ("", None)}
    if not kept.get("estimate_cny"):
        kept["estimate_cny"] = kept.get("ceiling_cny") or engineering_open.LOT["estimate_cny"] / 100
    terms = {**engineering_open.TERMS, **lot["terms"]}
    terms["bond_cny"] = str(min(kept["estimate_cny"] / 100, Decimal(100_000)).quantize(engineering_open.FEN))
    terms["bond_forms"] = sorted({*terms["bond_forms"], "guarantee"})
    return {**kept, "terms": terms}


def organisations(path: Path, initiator: str) -> dict[str, str]:
    """Cast name -> "code name": the notice's initiator where its code is known, else a public body; companies."""
    if not path.is_file():
        return {}
    rows = list(_chinese(path))
    public = [f"{code} {name}" for code, name in rows if code[0] == "1"]
    named = [f"{code} {name}" for code, name in rows if name == initiator]
    companies = [f"{code} {name}" for code, name in rows if code[:2] == "91"]
    return {"initiator": (named or public)[0], **{f"bidder{n + 1}": companies[n * 7] for n in range(5)}}


def _chinese(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if codes.is_valid(row["uscc"]) and all("一" <= c <= "鿿" or c in "（）()·" for c in row["name"]):
                yield row["uscc"], row["name"]
