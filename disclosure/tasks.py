"""Wake-up calls: the read models follow the record, subscribers are told."""

from celery import shared_task

from disclosure import projecting, reconciling
from disclosure.services import subscriptions
from platform_site import clock


@shared_task
def follow_record() -> None:
    """The read models are as far as the record."""
    with clock.pinned():
        projecting.catch_up()


@shared_task
def reconcile_figures() -> None:
    """Every public figure equals its rows, and every row the record; else this job fails, and is not alive."""
    reconciling.reconcile()


@shared_task
def tell_subscribers() -> None:
    """Whoever subscribed has been told what became public since."""
    with clock.pinned():
        subscriptions.tell_all()
