"""Wake-up calls for sealed things."""

from celery import shared_task

from platform_site.sealing import services


@shared_task
def abandoned_uploads() -> None:
    """Uploads that no envelope will ever refer to are gone."""
    services.uploads_sweep()
