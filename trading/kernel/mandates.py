"""委托招标代理: within which the agency of a project acts for its initiator. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from platform_site.accounts.refusals import Violation

# What whoever registers a project may claim of a mandate. The rest of it is the initiator's signature alone.
CLAIMED = ("scope", "signed_at", "digest", "file")


def claimed(said: Mapping[str, Any]) -> dict[str, Any]:
    """The mandate as it may be typed: nothing in it counts as signed on the platform."""
    return {name: said[name] for name in CLAIMED if name in said}


def signed(mandate: Mapping[str, Any]) -> bool:
    """Whether the initiator signed: on the platform, or on the paper whose digest was kept."""
    return bool(mandate.get("confirmed_at") or mandate.get("digest"))


def former_codes(mandate: Mapping[str, Any]) -> list[str]:
    """Agencies that were replaced, by code: none of them acts any more, and none bids in what it prepared."""
    return [one["code"] for one in mandate.get("former", ())]


def replaced(mandate: Mapping[str, Any], code: str) -> Violation | None:
    """Why an agency that was replaced may do nothing more; None for everybody else."""
    said = [one for one in mandate.get("former", ()) if one["code"] == code]
    if not said:
        return None
    facts = {"at": datetime.fromisoformat(said[-1]["replaced_at"]), "name": said[-1]["successor"]}
    return Violation("mandate.replaced", "ENG-49", facts=facts)


def lapsed(mandate: Mapping[str, Any], now: datetime) -> Violation | None:
    """Why the agency may no longer act: ended by the initiator, or past its last moment. None while it may."""
    for name, code in (("ended_at", "mandate.ended"), ("until", "mandate.expired")):
        if (said := mandate.get(name)) and now >= (at := datetime.fromisoformat(said)):
            return Violation(code, "ENG-49", facts={"at": at})
    return None
