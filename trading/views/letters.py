"""A letter of the award, for its addressee and for the side that sent it; a text for the file, for those who keep it.

Everybody else gets the 404 of no letter.
"""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from platform_site.rows import one_or_none
from trading import addresses
from trading.models import Instrument, Letter, Lot
from trading.services import instruments
from trading.services.letters import readable
from trading.sheets import instrument_sheet, letter_sheet
from trading.views.notices import sent
from trading.views.own import SIDE, lot_page


def own_letter(request: HttpRequest, reference: str, number: int, letter_id: UUID) -> Letter:
    """The letter, where the one acting may read it. Three queries.

    Raises:
        Http404: no such lot, no such letter, or somebody else's: a stranger cannot tell which.
    """
    found = Lot.objects.filter(tender__reference=reference, number=number)
    lot = one_or_none(found.select_related("tender__initiator", "tender__agency"))
    actor = request.actor  # type: ignore[attr-defined]
    letter = readable(lot, actor).filter(pk=letter_id).first() if lot else None
    if letter is None:
        raise Http404("no such letter")
    letter.lot = lot
    return letter


@never_cache
@login_required
@require_safe
def letter(request: HttpRequest, reference: str, number: int, letter_id: UUID) -> HttpResponse:
    """The letter as the paper it is."""
    found = own_letter(request, reference, number, letter_id)
    sheet = letter_sheet(found)
    pdf_url = reverse("trading:letter-pdf", args=[reference, number, found.pk]) if found.paper_id else ""
    context = {
        **sheet.context(),
        "lot": found.lot,
        "tender": found.lot.tender,
        "pdf_url": pdf_url,
        "verify_page": addresses.verification(found.digest),
        "crumbs": [("交易工作台", reverse("trading:desk")), (found.lot.title, ""), (sheet.heading, "")],
    }
    return render(request, "trading/letter.html", context)


@never_cache
@login_required
@require_safe
def letter_pdf(request: HttpRequest, reference: str, number: int, letter_id: UUID) -> HttpResponse:
    """The letter's paper as it was made; 404 until it is."""
    found = own_letter(request, reference, number, letter_id)
    if found.paper is None:
        raise Http404("no paper yet")
    return sent(found.paper)


def own_instrument(lot: Lot, held: frozenset[str], instrument_id: UUID) -> Instrument:
    """The text for the file, where whoever holds these roles may read it. One query.

    Raises:
        Http404: no such text, or another's.
    """
    found = instruments.readable(lot, held).filter(pk=instrument_id).first()
    if found is None:
        raise Http404("no such text")
    found.lot = lot
    return found


@require_safe
@lot_page(roles=SIDE | {"operator"})
def instrument(request: HttpRequest, lot: Lot, held: frozenset[str], instrument_id: UUID) -> HttpResponse:
    """The report or the cover as the paper it is."""
    found = own_instrument(lot, held, instrument_id)
    sheet = instrument_sheet(found)
    where = [lot.tender.reference, lot.number]
    context = {
        **sheet.context(),
        "lot": lot,
        "tender": lot.tender,
        "pdf_url": reverse("trading:instrument-pdf", args=[*where, found.pk]) if found.paper_id else "",
        "verify_page": addresses.verification(found.digest),
        "crumbs": [
            ("交易工作台", reverse("trading:desk")),
            (lot.title, reverse("trading:results", args=where)),
            (sheet.heading, ""),
        ],
    }
    return render(request, "trading/letter.html", context)


@require_safe
@lot_page(roles=SIDE | {"operator"})
def instrument_pdf(request: HttpRequest, lot: Lot, held: frozenset[str], instrument_id: UUID) -> HttpResponse:
    """Its paper as it was made; 404 until it is."""
    found = own_instrument(lot, held, instrument_id)
    if found.paper is None:
        raise Http404("no paper yet")
    return sent(found.paper)
