"""What a decision may look at besides the state: who asks, when, and fresh ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.events import Role
from server.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class Actor:
    """The participant whose connection sent the command."""

    participant_id: str
    role: Role

    @property
    def is_staff(self) -> bool:
        return self.role == "trainer"


SYSTEM = Actor(participant_id="", role="trainer")
"""Acts for timers and media; appears in the log as nobody."""


@dataclass(frozen=True, slots=True)
class Context:
    actor: Actor
    now_ms: int
    new_id: Callable[[str], str] = new_id
    """Prefix to fresh id."""
    tallies: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Votes per option of anonymous polls, which no event carries before the end."""
