"""Who is told what: rows in the inbox, written in the act's own transaction, mailed afterwards exactly once."""

from collections.abc import Iterable

from credit import selectors as credit
from platform_site.messages import services as messages
from trading import addresses
from trading.models import Lot


def tell_subjects(codes: Iterable[str], *, about: object, title: str, body: str, url: str) -> None:
    """Every member of the subjects finds one message; the same `about` never delivers twice to one person."""
    for code in sorted(set(codes)):
        users = credit.members_of(code)
        messages.deliver(users, dedupe=f"{about}:{code}", title=title, body=body, url=url)


def tell_holders(lot: Lot, *, about: object, title: str, body: str, url: str = "") -> None:
    """Everybody who obtained the document is told (20号令 第二十二条). Their number appears nowhere."""
    codes = lot.obtained.values_list("subject__code", flat=True)
    tell_subjects(codes, about=about, title=title, body=body, url=url or addresses.trade(lot))


def tell_initiator(lot: Lot, *, about: object, title: str, body: str) -> None:
    """The initiator and its agency are told."""
    codes = [lot.tender.initiator.code] + ([lot.tender.agency.code] if lot.tender.agency else [])
    tell_subjects(codes, about=about, title=title, body=body, url=addresses.work(lot))
