"""A centre takes its place in the tree."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from credit import centres
from credit.models import Centre, Subject
from credit.regioncodes import stem
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation


@transaction.atomic
def centre_place(*, code: str, parent: str = "", actor: Actor) -> Centre:
    """The centre stands under `parent` ("" topmost) from now on; a second time moves it. One entry.

    By the console, or by an operator of the centre above.

    Raises:
        PermissionDenied: neither.
        Refused: no such centre, a parent that is no centre, lies below it, or is of a region that does not hold its
            own.
    """
    policy.require(actor, "operator|console")
    if actor.kind != "console" and actor.subject_code != parent:
        raise PermissionDenied("a centre is placed by the one above")
    known = {s.code: s for s in Subject.objects.filter(code__in=[code, parent or code], kinds__contains=["centre"])}
    subject, above = known.get(code), Centre.objects.filter(subject__code=parent).select_related("subject").first()
    if subject is None or (parent and above is None):
        raise Refused([Violation("centre.unknown", facts={"code": parent if subject else code})])
    if parent in centres.reach(code):
        raise Refused([Violation("centre.circle", facts={"name": subject.name})])
    if above is not None and not subject.region_code.startswith(stem(above.subject.region_code)):
        facts = {"name": subject.name, "above": above.subject.name}
        raise Refused([Violation("centre.elsewhere", facts=facts)])
    row, _ = Centre.objects.update_or_create(subject=subject, defaults={"parent": above, "since": clock.now()})
    ledger.append(
        "centre.placed",
        subject=subject,
        actor=actor,
        facts={"parent": parent, "region": subject.region_code, "rules": ["PLT-09"]},
    )
    return row
