"""Who keeps keys: from the console, as a centre agrees it with a notary, another city's centre, an initiator."""

import argparse
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.sealing import keysets
from platform_site.sealing.keyfiles import fingerprint
from platform_site.sealing.models import Trustee
from platform_site.sealing.services import trustee_enrol, trustee_retire


class Command(BaseCommand):
    """manage.py trustees list | register NAME ROLE CODE PUBLIC_KEY | retire ID REASON"""

    help = "List, register and retire the trustees of lots' keys. A new key of the same subject is a new trustee."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One sub-command each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every trustee with its fingerprint")
        register = verbs.add_parser("register", help="a trustee stands in the register under its key")
        register.add_argument("name")
        register.add_argument("role", choices=sorted(set(keysets.ROLES) - {"authority"}))
        register.add_argument("code", help="unified social credit code")
        register.add_argument("public_key", help="64 hex digits, as the trustee's agent prints it")
        retire = verbs.add_parser("retire", help="chosen for no new lot; sets that name it stay")
        retire.add_argument("id", type=UUID)
        retire.add_argument("reason", help="lost, left, exposed …, in words for the record")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """One line for each trustee listed, registered or retired."""
        try:
            rows = getattr(self, f"_{verb}")(**options)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        except Trustee.DoesNotExist:
            raise CommandError("no such trustee") from None
        for row in rows:
            state = "" if row.active else "  已停用"
            print_ = fingerprint({"ed25519": row.public_key})
            role = keysets.ROLES.get(row.role, row.role)
            self.stdout.write(f"{row.id}  {row.name}  {role}  {row.subject_code}  {print_}{state}")

    def _list(self, **_: Any) -> list[Trustee]:
        return list(Trustee.objects.order_by("name", "created_at"))

    def _register(self, *, name: str, role: str, code: str, public_key: str, **_: Any) -> list[Trustee]:
        return [trustee_enrol(name=name, role=role, subject_code=code, public_key=public_key, actor=CONSOLE)]

    def _retire(self, *, id: UUID, reason: str, **_: Any) -> list[Trustee]:
        return [trustee_retire(trustee_id=id, reason=reason, actor=CONSOLE)]
