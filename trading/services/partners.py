"""Bids of consortia before the committee: what speaks by itself against them, and what a report says of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from credit.models import Subject
from platform_site.sealing.models import PlainFile
from trading.kernel import consortium
from trading.models import Bid, Lot


def consortium_faults(lot: Lot, rows: Mapping[str, Bid]) -> dict[str, list[consortium.Fault]]:
    """What speaks by itself against bids of consortia, and against every bid that shares a party. Two queries, none
    where nobody bids in a consortium."""
    everybody = {str(b.pk): b.party_codes for b in lot.bids.standing().select_related("subject", "envelope")}
    if all(len(codes) == 1 for codes in everybody.values()):
        return {}
    twice, found = consortium.parties_twice(everybody), {}
    names = dict(Subject.objects.filter(code__in={c for s in twice.values() for c in s}).values_list("code", "name"))
    for key, bid in rows.items():
        faults = consortium.faults(
            bid.envelope.header,
            bid.offer or {},
            {file.sha256 for file in PlainFile.objects.filter(result__envelope=bid.envelope_id)},
            bid.subject.code,
            lot.terms.get("ratings") or (),
        )
        if shared := twice.get(key):
            who = "、".join(names.get(code, code) for code in shared)
            faults.append(
                consortium.Fault(
                    consortium.TWO_BIDS, f"{who}同时参加本标段的另一投标，相关投标均无效（实施条例第三十七条）"
                )
            )
        if faults:
            found[key] = faults
    return found


def consortia_said(rows: Mapping[str, Bid]) -> dict[str, Any]:
    """{"consortia": [{bid, members, levels, parties}]} of the disclosed bids of consortia; {} without any."""
    said = []
    for key, bid in rows.items():
        if bid.member_codes:
            members = consortium.inside_of(bid.offer or {}).get("members") or []
            levels = consortium.lowest(members)
            said.append(
                {
                    "bid": key,
                    "parties": list(bid.party_codes),
                    "members": members,
                    "levels": [{"speciality": name, "level": levels[name]} for name in sorted(levels)],
                }
            )
    return {"consortia": said} if said else {}


def partners(offer: Mapping[str, Any], leader: str) -> list[str]:
    """Names of a consortium's members besides the one that leads it."""
    said = consortium.inside_of(offer).get("members") or ()
    return [member["name"] for member in said if member["code"] != leader]


def twice_ranked(lot: Lot, ranked: Sequence[str]) -> list[str]:
    """Names of ranked bidders whose bid shares a party with another. One query."""
    rows = list(lot.bids.standing().select_related("subject", "envelope"))
    twice = consortium.parties_twice({str(bid.pk): bid.party_codes for bid in rows})
    return [bid.subject.name for bid in rows if str(bid.pk) in twice and str(bid.pk) in ranked]
