"""Wake-up calls for the trade: they carry nothing; the rows they find carry everything."""

from celery import shared_task
from django.conf import settings

from platform_site import clock
from trading.services import bond_orders, media, papers, replans, ticks


@shared_task
def tick() -> None:
    """Every clock act due by now has happened: notices published at their minute, openings begun, rounds closed."""
    with clock.pinned():
        replans.watch()
        ticks.tick()


@shared_task
def disclose_ready() -> None:
    """Every opening whose keys are in has its contents published."""
    with clock.pinned():
        ticks.disclose_ready()


@shared_task
def media_due() -> None:
    """Published notices were handed over to the designated media, what is overdue was told; in demo and sandbox the
    stand-ins published what they were given."""
    from trading import media_standin

    with clock.pinned():
        media.posts_send()
        if settings.MODE != "production":
            media_standin.answer_all()
        media.overdue()


@shared_task
def papers_due() -> None:
    """Papers of published notices and issued letters that the record already holds have been made."""
    with clock.pinned():
        papers.make_due()


@shared_task
def bonds_due() -> None:
    """Bonds the clock owes back were ordered; in demo and sandbox the stand-ins carried every order out."""
    from trading import bank_standin

    with clock.pinned():
        bond_orders.bonds_due()
        if settings.MODE != "production":
            bond_orders.orders_send(bank_standin.door)
