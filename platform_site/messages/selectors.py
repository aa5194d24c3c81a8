"""What lies in an inbox."""

from django.db.models import QuerySet

from platform_site.accounts.models import User
from platform_site.messages.models import Message


def inbox(user: User) -> QuerySet[Message]:
    """The person's messages, newest first. One query."""
    return Message.objects.filter(user=user).order_by("-created_at", "pk")


def unread_count(user: User) -> int:
    """How many of them are unread. One query."""
    return Message.objects.filter(user=user, read_at__isnull=True).count()
