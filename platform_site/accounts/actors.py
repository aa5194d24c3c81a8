"""Who acts. An Actor is a value: the person, the subject acted for, the duties held."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for whom, holding which duties.

    Attributes:
        kind: person | clock | trustee | console | anonymous. The console is a management command on the server.
        user_id: the person's opaque id; None for the clock and the anonymous.
        subject_code: unified social credit code (18 characters) of the subject acted for, or "".
        duties: platform duties held (`operator`, `supervisor`, `draw_officer` …), see accounts.policy.DUTIES.
        address: network address the request came from (全程留痕), or "".
    """

    kind: str = "anonymous"
    user_id: UUID | None = None
    subject_code: str = ""
    duties: frozenset[str] = field(default_factory=frozenset)
    address: str = ""

    @property
    def ref(self) -> str:
        """How the ledger names the actor: an opaque id, never a name."""
        return f"user:{self.user_id}" if self.user_id else self.kind


CLOCK = Actor(kind="clock")
CONSOLE = Actor(kind="console")
ANONYMOUS = Actor()
