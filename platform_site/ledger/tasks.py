"""Wake-up calls for the record."""

from celery import shared_task

from platform_site.ledger import witnessing


@shared_task
def witnesses() -> None:
    """Every witness was shown the newest checkpoint."""
    witnessing.show_all()
