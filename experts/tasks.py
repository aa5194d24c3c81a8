"""Wake-up calls for the expert room: they carry nothing; the rows they find carry everything."""

from celery import shared_task

from experts import services
from platform_site import clock


@shared_task
def invitations() -> None:
    """Every invitation whose schedule has a step due was told again or given up."""
    with clock.pinned():
        services.invitations_tick()


@shared_task
def pool_root() -> None:
    """Today's root of the pool stands in the record."""
    with clock.pinned():
        services.pool_root_publish()
