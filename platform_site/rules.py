"""A rule of law as data: value, unit, article, dates and how sure we are, together. Plain Python.

Every room keeps its own rows (`experts/rules.py`, `credit/rules.py`, `trading/rulebooks/register/`) and enters them
here with `register`. Whoever judges asks `rule("ENG-10")` at the moment of judging and keeps no copy of the number:
that is what lets `make rules-mutate` move one value and see which test notices.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

KINDS = (
    "minimum period",
    "maximum period",
    "quorum",
    "cap",
    "composition",
    "publicity",
    "prohibition",
    "threshold",
    "sequence",
    "duty",
    "calc",
)
EFFECTS = ("block", "warn", "config", "calc", "inform")
STATUSES = ("verified", "verified-2nd", "knowledge")
SENSES = (">=", "<=", "==", "<", ">")


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a rule.

    Attributes:
        amount: whole number or exact decimal; a Fraction where no decimal is exact (three thirds); never a float.
        unit: cd (日) | wd (工作日) | mo | yr | h | min | bids | members | candidates | suppliers | quotes | cny | /1 …
        sense: ">=" at least, "<=" at most, "==" exactly, "<" strictly below, ">" strictly above.
        status: how sure this number is where it is surer than the whole row; "" means as the row.
    """

    amount: Decimal | Fraction | int
    unit: str
    sense: str = ">="
    status: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.amount, int | Decimal | Fraction) or isinstance(self.amount, bool):
            raise TypeError(f"{self.amount!r} is not an exact number")
        if self.sense not in SENSES or self.status not in ("", *STATUSES) or not self.unit:
            raise ValueError(f"{self!r}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the rulebook.

    Attributes:
        id: `ENG-10`.
        title: what it demands, in the law's Chinese, short enough for a table row.
        article: the citation in Chinese as printed beside a refusal, e.g. `招标投标法 第二十四条`.
        kind: minimum period | maximum period | quorum | cap | composition | publicity | prohibition | threshold |
            sequence | duty | calc.
        effect: block (the kernel refuses) | warn (supervision is told) | config | calc | inform.
        status: verified | verified-2nd | knowledge; the public rules page shows it. Where the numbers of a row differ
            in certainty the row takes the weakest and the surer numbers say so themselves.
        values: the numbers by name, e.g. {"days": Value(20, "cd")}. Empty where the rule has none.
        quote: the article's wording where it is certain; "" otherwise. Never invented.
        since, until: dates in force; until is None while it stands.
        note: what a reader must know (local rule, part from knowledge, to be checked).
    """

    id: str
    title: str
    article: str
    kind: str
    effect: str
    status: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    quote: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for word, words in ((self.kind, KINDS), (self.effect, EFFECTS), (self.status, STATUSES)):
            if word not in words:
                raise ValueError(f"{self.id}: {word!r} is none of {words}")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __getitem__(self, name: str) -> Value:
        """The number called `name`."""
        return self.values[name]

    @property
    def domain(self) -> str:
        """The letters before the dash: `ENG`."""
        return self.id.partition("-")[0]

    def status_of(self, name: str) -> str:
        """How sure the number called `name` is."""
        return self.values[name].status or self.status

    def moved(self, name: str, amount: Decimal | Fraction | int) -> "Rule":
        """The same rule with another number under `name`; for mutation testing and what-if pages."""
        return replace(self, values={**self.values, name: replace(self.values[name], amount=amount)})


ALL: dict[str, Rule] = {}


def register(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Enter `rules` under their ids and give them back as a tuple.

    Raises:
        ValueError: an id is already taken.
    """
    rows = tuple(rules)
    for row in rows:
        if row.id in ALL:
            raise ValueError(f"two rules are called {row.id}")
        ALL[row.id] = row
    return rows


def rule(rule_id: str) -> Rule:
    """The rule `rule_id` as it stands at this moment; ask each time and keep no copy.

    Raises:
        KeyError: no such rule, or the module that holds it was not imported.
    """
    return ALL[rule_id]
