"""The public trade page of a lot and its papers, written anew from what the trading room lets out."""

from typing import Any

from disclosure import storing
from disclosure.models import PublicPaper, PublicTrade
from disclosure.projecting.columns import columns
from disclosure.projecting.facts import public_facts
from trading.models import Instrument, Letter, Lot, Notice


def project(lot: Lot) -> None:
    """The lot's public page and papers say what is public of it now. The lot is announced."""
    public = public_facts(lot)
    trade = PublicTrade(
        reference=lot.reference,
        tender=lot.tender.reference,
        number=lot.number,
        title=lot.title,
        state_name=lot.procedure.states[lot.state],
        former=public.former.reference if public.former else "",
        plan=public.lot.tender.plan,
        facts=storing.as_json(public),
    )
    PublicTrade.objects.bulk_create(
        [trade], update_conflicts=True, unique_fields=["reference"], update_fields=columns(PublicTrade)
    )
    notices = lot.notices.filter(state="published").select_related("paper")
    letters = [*lot.letters.select_related("paper"), *lot.instruments.select_related("paper")]
    PublicPaper.objects.bulk_create(
        [*(_notice(trade, one) for one in notices), *(_letter(trade, one) for one in letters)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=columns(PublicPaper),
    )


def lot_of_paper(ref: str) -> str:
    """The reference of the lot that a notice, letter or instrument (`notice:…`) is about; "" where there is none."""
    kind, _, key = ref.partition(":")
    models = {"notice": Notice, "letter": Letter, "instrument": Instrument}
    found = models[kind]._default_manager.select_related("lot__tender").filter(pk=key).first()
    return found.lot.reference if found else ""


def _notice(trade: PublicTrade, notice: Notice) -> PublicPaper:
    return PublicPaper(
        id=notice.pk,
        trade=trade,
        kind=notice.kind,
        kind_name=notice.get_kind_display(),
        title=notice.title,
        content=notice.content,
        digest=notice.digest,
        publish_at=notice.publish_at,
        published_at=notice.published_at or notice.publish_at,
        follows_id=notice.follows_id,
        paper=_paper(notice.paper),
    )


def _letter(trade: PublicTrade, letter: Letter | Instrument) -> PublicPaper:
    """That a letter or instrument of this digest was issued, and its heading: never to whom, nor what it says."""
    heading = letter.content["title"]
    return PublicPaper(
        id=letter.pk,
        trade=trade,
        letter=True,
        kind=letter.kind,
        kind_name=letter.get_kind_display(),
        title=heading,
        content={"title": heading},
        digest=letter.digest,
        publish_at=letter.issued_at,
        published_at=letter.issued_at,
        paper=_paper(letter.paper),
    )


def _paper(file: Any) -> dict[str, Any]:
    return {"name": file.name, "sha256": file.sha256, "size": file.size, "path": file.path} if file else {}
