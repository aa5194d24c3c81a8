"""What the record says of a trade's rows, held against the rows: `ledger verify` asks for it.

A row behind the services can be changed by whoever owns the database. Its entry cannot, without an older checkpoint
telling. So whatever an entry says of a row, or the text of a notice whose digest an entry holds, the row must say too;
and what an entry speaks of must be there. Private facts that were erased say nothing any more.
"""

from collections.abc import Iterator

from platform_site.ledger.registers import Finding
from trading.models import Lot
from trading.testimony import bonds, contests, course, gone, media, papers, results
from trading.testimony.told import LOTS_AT_ONCE, Told, groups

CHECKS = (
    papers.tenders,
    papers.lots,
    papers.notices,
    papers.documents,
    papers.enquiries,
    contests.bids,
    contests.quotes,
    contests.openings,
    contests.factor_draws,
    contests.listings,
    contests.reserves,
    bonds.bonds,
    media.posts,
    results.committees,
    results.marks,
    results.questions,
    results.reports,
    results.candidates,
    results.challenges,
    results.awards,
    results.letters,
    results.contracts,
    results.contract_texts,
    results.archives,
    course.evaluations,
    course.retenders,
    course.changes,
    course.milestones,
)


def rows_as_recorded() -> Iterator[Finding]:
    """Every row of a trade that does not say what the record says of it, or that is gone. Memory stays flat."""
    lots = Lot.objects.select_related("tender__initiator", "tender__agency", "tender__centre").order_by("pk")
    for some in groups(lots.iterator(LOTS_AT_ONCE), LOTS_AT_ONCE):
        told = Told(some)
        for check in CHECKS:
            yield from check(told)
    yield from gone.without_a_row()
