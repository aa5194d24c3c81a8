"""The spine: what happened, when, by whom; append-only, numbered by one sequencer, sealed into a public tree.

`from platform_site import ledger` is safe before the apps are loaded: every name below is imported at first use.

    entry = ledger.append("lot.announced", subject=lot, actor=actor, facts={"state": "announced"})
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_site.ledger.models import Entry as Entry
    from platform_site.ledger.services import append as append

_HOME = {
    "append": "services",
    "Entry": "models",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
