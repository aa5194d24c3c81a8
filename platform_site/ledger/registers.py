"""What else `manage.py ledger verify` looks at: rooms above say so from their AppConfig.ready().

ledger.register_state_table(Lot, "ledger_ref", "state")
ledger.register_verifier(every_paper_has_its_digest)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as the record says.

    Attributes:
        what: leaf | private | order | tree | batch | checkpoint | key | file | state | …
        why: one sentence.
        entry: the entry's id, or "".
        position: its position, or None.
        subject: what it is about, or "".
    """

    what: str
    why: str
    entry: str = ""
    position: int | None = None
    subject: str = ""


Verifier = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class StateTable:
    """A table whose rows' state the record must explain.

    Attributes:
        model: the Django model.
        ref_attr: attribute with the row's ledger reference.
        state_attr: attribute with the state as acts write it in facts["state"].
        select_related: relations the reference needs, so that reading is one query.
        prefix: the reference up to its colon; without it the loss of the last row would go unseen.
    """

    model: Any
    ref_attr: str
    state_attr: str
    select_related: tuple[str, ...] = ()
    prefix: str = ""


verifiers: list[Verifier] = []
state_tables: list[StateTable] = []


def register_verifier(verifier: Verifier) -> Verifier:
    """The function is asked at every verify for what it finds wrong. Usable as a decorator."""
    if verifier not in verifiers:
        verifiers.append(verifier)
    return verifier


def register_state_table(
    model: Any, ref_attr: str, state_attr: str, *, select_related: tuple[str, ...] = (), prefix: str = ""
) -> None:
    """Every row's state must be the one its subject's last entry with facts["state"] says.

    A row that was deleted must have been explained by an entry whose facts["state"] is "deleted".
    """
    table = StateTable(model, ref_attr, state_attr, select_related, prefix)
    if table not in state_tables:
        state_tables.append(table)
