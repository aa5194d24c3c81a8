"""The spine: what happened, when, by whom; append-only, numbered by one sequencer, sealed into a public tree.

`from platform_site import ledger` is safe before the apps are loaded: every name below is imported at first use.

    entry = ledger.append("lot.announced", subject=lot, actor=actor, facts={"state": "announced"})
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_site.ledger.models import Entry as Entry
    from platform_site.ledger.receipts import promise as promise
    from platform_site.ledger.receipts import proof as proof
    from platform_site.ledger.receipts import proofs as proofs
    from platform_site.ledger.receipts import public_proof as public_proof
    from platform_site.ledger.registers import register_state_table as register_state_table
    from platform_site.ledger.registers import register_verifier as register_verifier
    from platform_site.ledger.sequencer import sequence_once as sequence_once
    from platform_site.ledger.services import append as append
    from platform_site.ledger.services import erase as erase
    from platform_site.ledger.services import reveal as reveal

_HOME = {
    "Entry": "models",
    "promise": "receipts",
    "proof": "receipts",
    "proofs": "receipts",
    "public_proof": "receipts",
    "register_state_table": "registers",
    "register_verifier": "registers",
    "verifiers": "registers",
    "sequence_once": "sequencer",
    "append": "services",
    "erase": "services",
    "reveal": "services",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
