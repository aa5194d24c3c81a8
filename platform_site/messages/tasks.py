"""Wake-up calls for the mail rows."""

from celery import shared_task

from platform_site.messages import services


@shared_task
def mail_due() -> None:
    """Mails that are due went out."""
    services.send_due()
