"""What `manage.py check` says of this room's settings."""

from typing import Any

from django.conf import settings
from django.core.checks import Warning as Complaint
from django.core.checks import register


@register()
def papers_can_be_signed(app_configs: Any, **kwargs: Any) -> list[Complaint]:
    """Production names the file with the key for papers: without it none is made."""
    if settings.MODE != "production" or settings.PAPER_SIGNER:
        return []
    hint = "docs/howto/servers.md says how to make one"
    return [Complaint("PORTAL_PAPER_SIGNER names no file: no paper will be made", hint=hint, id="web.W001")]
