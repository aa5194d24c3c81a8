"""`manage.py demo_province`: the invented province 云泽省, through the real services. Once, in an empty demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from platform_site import clock
from trading.models import Tender
from trading.rehearsal.province import populate


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Seed the demo province into an empty demo installation."

    def handle(self, *args: Any, **options: Any) -> None:
        """The province stands; refused anywhere but in an empty demo."""
        if settings.MODE != "demo":
            raise CommandError("the province exists only where PORTAL_MODE is demo")
        if Tender.objects.exists():
            raise CommandError("this installation already holds trades; `make reset` throws the demo away")
        populate(clock.now(), self.stdout.write)
