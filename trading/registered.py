"""What the parties of a disclosed bid had registered as qualifications at the deadline: a reference beside the bid.

Asked only once bids are disclosed: before that nobody may learn who bids (招标投标法 第二十二条). It decides nothing:
the document and the bid do (PLT-03).
"""

from dataclasses import dataclass
from datetime import datetime

from credit.models import Subject
from credit.qualifications import Held, valid_at
from trading.kernel import consortium
from trading.models import Bid, Lot
from trading.services.acts import moment_of


@dataclass(frozen=True, slots=True)
class Party:
    """Who bids, and what was valid on the day."""

    code: str
    name: str
    held: list[Held]


@dataclass(frozen=True, slots=True)
class Registered:
    """The register's word on one bid.

    Attributes:
        at: the deadline it was asked for.
        levels: of a consortium, speciality -> what the lowest of the members that have it holds (ENG-25); {} alone.
    """

    at: datetime
    parties: list[Party]
    levels: dict[str, str]


def registered_of(lot: Lot, bid: Bid) -> Registered | None:
    """What stood in the register for every party of the bid at the deadline. Five queries at most.

    None where the lot's deadline is not known: there is nothing to ask the register for.
    """
    at = moment_of(lot, "bid_deadline")
    if at is None:
        return None
    codes = bid.party_codes
    held = valid_at(codes, at)
    names = {bid.subject.code: bid.subject.name}
    if bid.member_codes:
        names |= dict(Subject.objects.filter(code__in=bid.member_codes).values_list("code", "name"))
    parties = [Party(code, names.get(code, code), _once(held.get(code, []))) for code in codes]
    return Registered(at, parties, levels_of(parties) if len(parties) > 1 else {})


def _once(held: list[Held]) -> list[Held]:
    """What was declared just as an authority had published it by then is shown once, as published."""
    published = {(one.row.kind, one.row.number) for one in held if one.row.source == "authority"}
    return [one for one in held if one.compared != [] or (one.row.kind, one.row.number) not in published]


def levels_of(parties: list[Party]) -> dict[str, str]:
    """Speciality -> the level a consortium counts for (招标投标法 第三十一条), as far as the register knows."""
    rated = [consortium.rated((one.row.kind, one.row.grade) for one in party.held) for party in parties]
    return consortium.lowest([{"ratings": ratings} for ratings in rated])
