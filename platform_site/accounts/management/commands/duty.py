"""Grant and end platform duties, and reset a lost second factor. The only way: nobody in the web can do it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from platform_site.accounts import policy, services
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused


class Command(BaseCommand):
    help = "grant or end a person's platform duty: duty grant zhang supervisor --for 11… | duty reset-factor zhang"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """verb, user name, duty, and the authority or centre it is held for."""
        parser.add_argument("verb", choices=["grant", "end", "reset-factor", "list"])
        parser.add_argument("username")
        parser.add_argument("duty", nargs="?", default="", choices=["", *policy.DUTIES])
        parser.add_argument("--for", dest="subject_code", default="", help="credit code of the authority or centre")

    def handle(self, *args: Any, verb: str, username: str, duty: str, subject_code: str, **options: Any) -> None:
        """One service call."""
        try:
            user = User.objects.get(username=username)
        except User.DoesNotExist:
            raise CommandError(f"nobody is called {username}") from None
        if verb in {"grant", "end"} and not duty:
            raise CommandError(f"name the duty: {', '.join(policy.DUTIES)}")
        try:
            if verb == "grant":
                services.duty_grant(user=user, duty=duty, subject_code=subject_code, actor=CONSOLE)
            elif verb == "end":
                services.duty_end(user=user, duty=duty, subject_code=subject_code, actor=CONSOLE)
            elif verb == "reset-factor":
                services.second_factor_reset(user=user, actor=CONSOLE)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for grant in user.duty_grants.order_by("since"):
            self.stdout.write(f"{grant.duty}\t{grant.subject_code or '-'}\t{grant.since:%F}\t{grant.until or 'open'}")
