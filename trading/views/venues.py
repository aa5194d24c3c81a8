"""The centre's rooms and what is planned in them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from credit.models import Subject
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from trading import addresses, venuebook
from trading.centreforms import FreeForm, MoveForm, SessionForm, VenueForm
from trading.models import Venue, VenueSession
from trading.services import sessions, venues
from trading.views.centre import centre_page


def page(
    request: PersonRequest,
    centre: Subject,
    *,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
    **typed: forms.Form,
) -> HttpResponse:
    """Rooms, sessions and forms; the one in `typed` with what was typed."""
    book = venuebook.book_of(centre)
    context = {
        "book": book,
        "violations": violations,
        "venue_form": typed.get("venue_form") or VenueForm(auto_id="v-%s"),
        "session_form": typed.get("session_form") or SessionForm(auto_id="s-%s", **_choices(centre, book.venues)),
        "trade": addresses.trade,
    }
    return render(request, "trading/centre/venues.html", context, status=status)


def session_page(
    request: PersonRequest,
    centre: Subject,
    session: VenueSession,
    *,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
    **typed: forms.Form,
) -> HttpResponse:
    """One session with what can still be done about it."""
    minutes = int((session.ends_at - session.starts_at) / timedelta(minutes=1))
    initial = {"venue": str(session.venue.key), "starts_at": session.starts_at, "minutes": minutes}
    rooms = _rooms(list(Venue.objects.filter(centre=centre)), session.kind)
    context = {
        "session": session,
        "lot": session.lot,
        "url": addresses.trade(session.lot),
        "violations": violations,
        "move_form": typed.get("move_form") or MoveForm(auto_id="m-%s", venues=rooms, initial=initial),
        "free_form": typed.get("free_form") or FreeForm(auto_id="f-%s"),
    }
    return render(request, "trading/centre/session.html", context, status=status)


def _rooms(found: list[Venue], kind: str = "") -> list[tuple[str, str]]:
    return [
        (str(venue.key), f"{venue.name}（{venue.get_kind_display()}{'，网上' if venue.virtual else ''}）")
        for venue in found
        if venue.state == "open" and (not kind or venue.kind == kind)
    ]


def _choices(centre: Subject, found: list[Venue]) -> dict[str, Any]:
    lots = [(lot.reference, f"{lot.title}（{lot.procedure.states[lot.state]}）") for lot in venuebook.bookable(centre)]
    return {"lots": lots, "venues": _rooms(found)}


@require_safe
@centre_page
def index(request: PersonRequest, centre: Subject) -> HttpResponse:
    """Everything from today on."""
    return page(request, centre)


@require_POST
@centre_page
def venue_open(request: PersonRequest, centre: Subject) -> HttpResponse:
    """A room is taken into use."""
    form = VenueForm(request.POST, auto_id="v-%s")
    if not form.is_valid():
        return page(request, centre, venue_form=form, status=422)
    try:
        venue = venues.venue_open(actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        return page(request, centre, venue_form=form, violations=refused.violations, status=409)
    messages.success(request, f"{venue.name}已经登记，可以安排场次")
    return redirect("trading:venues")


@require_POST
@centre_page
def venue_close(request: PersonRequest, centre: Subject, venue_key: UUID) -> HttpResponse:
    """Nothing new is booked there."""
    venue = get_object_or_404(Venue, key=venue_key, centre=centre)
    try:
        venues.venue_close(venue_id=venue.pk, actor=request.actor)
    except Refused as refused:
        return page(request, centre, violations=refused.violations, status=409)
    messages.success(request, f"{venue.name}已经停用")
    return redirect("trading:venues")


@require_POST
@centre_page
def session_book(request: PersonRequest, centre: Subject) -> HttpResponse:
    """A lot's session is booked."""
    found = list(Venue.objects.filter(centre=centre))
    form = SessionForm(request.POST, auto_id="s-%s", **_choices(centre, found))
    if not form.is_valid():
        return page(request, centre, session_form=form, status=422)
    said = form.cleaned_data
    venue = next(one for one in found if str(one.key) == said["venue"])
    lot = next(one for one in venuebook.bookable(centre) if one.reference == said["lot"])
    try:
        sessions.session_book(
            lot_id=lot.pk,
            venue_id=venue.pk,
            kind=venue.kind,
            starts_at=said["starts_at"],
            length=timedelta(minutes=said["minutes"]),
            actor=request.actor,
        )
    except Refused as refused:
        return page(request, centre, session_form=form, violations=refused.violations, status=409)
    messages.success(request, "场次已经安排")
    return redirect("trading:venues")


@require_safe
@centre_page
def session(request: PersonRequest, centre: Subject, session_id: UUID) -> HttpResponse:
    """One session."""
    return session_page(request, centre, _own(centre, session_id))


@require_POST
@centre_page
def session_move(request: PersonRequest, centre: Subject, session_id: UUID) -> HttpResponse:
    """The session is in another room or at another time."""
    session, found = _own(centre, session_id), list(Venue.objects.filter(centre=centre))
    form = MoveForm(request.POST, auto_id="m-%s", venues=_rooms(found, session.kind))
    if not form.is_valid():
        return session_page(request, centre, session, move_form=form, status=422)
    said = form.cleaned_data
    try:
        sessions.session_move(
            session_id=session.pk,
            venue_id=next(one.pk for one in found if str(one.key) == said["venue"]),
            starts_at=said["starts_at"],
            length=timedelta(minutes=said["minutes"]),
            actor=request.actor,
        )
    except Refused as refused:
        return session_page(request, centre, session, move_form=form, violations=refused.violations, status=409)
    messages.success(request, "场次已经改到新的场地或者时间")
    return redirect("trading:venues")


@require_POST
@centre_page
def session_free(request: PersonRequest, centre: Subject, session_id: UUID) -> HttpResponse:
    """The room is free again."""
    session, form = _own(centre, session_id), FreeForm(request.POST, auto_id="f-%s")
    if not form.is_valid():
        return session_page(request, centre, session, free_form=form, status=422)
    try:
        sessions.session_free(session_id=session.pk, why=form.cleaned_data["why"], actor=request.actor)
    except Refused as refused:
        return session_page(request, centre, session, free_form=form, violations=refused.violations, status=409)
    messages.success(request, "场地已经释放")
    return redirect("trading:venues")


def _own(centre: Subject, session_id: UUID) -> VenueSession:
    found = VenueSession.objects.select_related("lot__tender", "venue")
    return get_object_or_404(found, pk=session_id, venue__centre=centre)
