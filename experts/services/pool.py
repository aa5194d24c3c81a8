"""The pool's root goes to the record once a day, before the day's needs are known."""

import secrets
from datetime import date

from django.db import transaction

from experts import pool
from experts.models import Expert, PoolRoot
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import CLOCK, Actor


@transaction.atomic
def pool_root_publish(*, day: date | None = None, actor: Actor = CLOCK) -> PoolRoot:
    """The root over everybody in the pool stands in the record for `day` (default: today in China). Once a day.

    A root a day and no more: a pool that was changed for one draw shows a day later, when every expert who was left
    out can say so.
    """
    policy.require(actor, "clock|pool_maintainer")
    now = clock.now()
    day = day or clock.china(now).date()
    if (standing := PoolRoot.objects.filter(day=day).first()) is not None:
        return standing
    people = Expert.objects.in_pool().order_by("public_id")
    rows = [
        pool.PoolRow(str(e.public_id), e.state, sorted(e.specialties), e.region_code, e.employer_code) for e in people
    ]
    secret = secrets.token_hex(32)
    found = PoolRoot.objects.create(
        day=day,
        root=pool.root_of(rows, secret),
        count=len(rows),
        secret=secret,
        rows=pool.as_json(rows),
        published_at=now,
    )
    ledger.append("pool.root_published", subject=found, actor=actor, facts={"root": found.root, "count": found.count})
    return found
