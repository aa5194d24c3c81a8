"""Wake-up calls for the trade: they carry nothing; the rows they find carry everything."""

from celery import shared_task

from platform_site import clock
from trading.services import papers, ticks


@shared_task
def tick() -> None:
    """Every clock act due by now has happened: notices published at their minute, openings begun, rounds closed."""
    with clock.pinned():
        ticks.tick()


@shared_task
def disclose_ready() -> None:
    """Every opening whose keys are in has its contents published."""
    with clock.pinned():
        ticks.disclose_ready()


@shared_task
def papers_due() -> None:
    """Papers of published notices and issued letters that the record already holds have been made."""
    with clock.pinned():
        papers.make_due()
