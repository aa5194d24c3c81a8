"""The filing ticket: what the offline tool must know of a lot, as one small signed file (docs/envelopes.md)."""

from collections.abc import Mapping
from typing import Any

from platform_site.ledger import keys
from platform_site.sealing import signing

FORMAT = "ggzy-filing-ticket/1"


def signed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """{"ticket": …, "signature": hex}: the facts under FORMAT, signed by the key that signs promises.

    That key's public half is inside the offline tool, whose digest stands in the notice. Promises are signed under
    another context line, so neither can be shown as the other.
    """
    ticket = {"format": FORMAT, **facts}
    signature = keys.promise_signer().private.sign(signing.message(FORMAT, ticket)).hex()
    return {"ticket": ticket, "signature": signature}
