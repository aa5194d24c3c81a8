"""联合体各方应当共同与招标人签订合同 (招标投标法 第三十一条): every member signs the text the initiator then signs."""

from collections.abc import Sequence

from credit.models import Subject
from trading.models import Award, ContractAssent, ContractText

ENFORCES = {"ENG-25": "trading.services.joint_contracts.unjoined"}


def partners_of(award: Award) -> list[Subject]:
    """Members of the winning consortium besides its leader, by code; [] where one bidder won. One query at most."""
    codes = award.bid.member_codes if award.bid else ()
    return list(Subject.objects.filter(code__in=codes).order_by("code")) if codes else []


def in_force(award: Award) -> ContractText | None:
    """The text last sent to the members. One query."""
    return award.texts.order_by("-number").first()


def signers(award: Award) -> list[tuple[Subject, ContractAssent | None]]:
    """Leader and members with their signature under the text in force. Three queries."""
    text = in_force(award)
    signed = {one.subject_id: one for one in text.assents.all()} if text else {}
    return [(one, signed.get(one.pk)) for one in (award.subject, *partners_of(award))]


def unjoined(award: Award, digest: str) -> Sequence[str]:
    """Names of those of a winning consortium who have not signed the text of this digest; [] where one bidder won."""
    partners = partners_of(award)
    if not partners:
        return []
    text = in_force(award)
    signed = set(text.assents.values_list("subject_id", flat=True)) if text and text.digest == digest else set()
    return [one.name for one in (award.subject, *partners) if one.pk not in signed]
