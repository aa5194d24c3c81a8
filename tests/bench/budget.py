"""The rows of the budget, in the order they run: what disturbs the machine least comes first."""

from collections.abc import Callable

from tests.bench import draw, filing, ledger, offer, province, public, start
from tests.bench.ground import Ground
from tests.bench.rows import Row

ROWS: dict[str, Callable[[Ground], Row]] = {
    "draw": draw.run,
    "ledger": ledger.run,
    "pages": public.pages,
    "search": public.search,
    "offer": offer.run,
    "filing": filing.run,
    "province": province.run,
    "start": start.run,
}
# Those that are measured with so many notices, or leaves, in the database.
SIZED = frozenset({"ledger", "pages", "search", "filing", "start"})
