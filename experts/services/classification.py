"""The classification is loaded whole from the standard's annex; a code that is gone keeps its row."""

from collections.abc import Sequence

from django.db import transaction

from experts import classification
from experts.models import Specialty
from experts.rules import rule
from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing.canonical import digest


@transaction.atomic
def specialties_load(rows: Sequence[tuple[str, str]], *, source: str, actor: Actor) -> tuple[int, int]:
    """The table is what holds from today; (codes that are new or renamed, codes that ended).

    The first levels it lists are complete from then on: below them no other code is taken. Those it does not list stay
    as they are.

    Args:
        rows: (code, name) in any order.
        source: the document, e.g. 发改法规〔2018〕316号 附件.

    Raises:
        Refused: EXP-02, with every line that is wrong; nothing was loaded.
    """
    found = list(classification.faults(rows))
    if not source.strip() or not rows:
        found.append((0, "请写明依据的文件，表里至少有一行"))
    if found:
        raise Refused(
            [
                Violation(
                    "specialty.table", "EXP-02", rule("EXP-02").article, facts={"lines": [list(one) for one in found]}
                )
            ]
        )
    today = clock.china(clock.now()).date()
    table = {code.strip(): name.strip() for code, name in rows}
    branches = {classification.branch(code) for code in table}
    standing = {one.code: one for one in Specialty.objects.filter(until__isnull=True)}
    listed = {code: one for code, one in standing.items() if classification.branch(code) in branches}
    ended = [one for code, one in listed.items() if table.get(code) != one.name]
    Specialty.objects.filter(pk__in=[one.pk for one in ended]).update(until=today)
    fresh = [code for code, name in table.items() if code not in listed or listed[code].name != name]
    Specialty.objects.bulk_create(
        Specialty(code=code, name=table[code], source=source.strip()[:120], since=today) for code in sorted(fresh)
    )
    Specialty.objects.filter(code__in=branches, until__isnull=True).update(complete=True)
    gone = sum(one.code not in table for one in ended)
    ledger.append(
        "specialties.loaded",
        subject="classification:specialties",
        actor=actor,
        facts={
            "source": source.strip(),
            "table": digest([list(row) for row in sorted(table.items())]),
            "new": len(fresh),
            "ended": gone,
        },
    )
    return len(fresh), gone
