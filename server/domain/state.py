"""The state of a session as plain values: what `apply` folds events into.

Python (`server.domain.fold`) and TypeScript (`web/src/state/reduce.ts`) fold the same
events into the same shape; `tests/contract/fold/*.json` hold them to it. A snapshot is
this shape as JSON, cut down to what its receiver may see (`server.domain.views`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.events import Role, Source, Status


@dataclass(slots=True)
class Participant:
    participant_id: str
    person_id: str
    role: Role
    centre_id: str | None
    is_present: bool
    joined_at_ms: int
    """First time they came."""
    left_at_ms: int | None = None
    is_muted: bool = False
    is_removed: bool = False
    speeches: int = 0


@dataclass(slots=True)
class Speech:
    """Somebody who has the floor now."""

    participant_id: str
    slot: Literal["floor-1", "floor-2"]
    limit_s: int
    given_at_ms: int


@dataclass(slots=True)
class OpenSource:
    participant_id: str
    source: Source
    has_video: bool
    has_audio: bool


@dataclass(slots=True)
class Deck:
    deck_id: str
    title: str
    pages: int


@dataclass(slots=True)
class Slide:
    deck_id: str
    page: int


@dataclass(slots=True)
class Message:
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    is_hidden: bool = False


@dataclass(slots=True)
class Poll:
    poll_id: str
    question: str
    kind: Literal["single", "multiple"]
    options: list[str]
    is_anonymous: bool
    limit_s: int | None
    status: Literal["draft", "open", "closed"] = "draft"
    opened_at_ms: int | None = None
    closes_at_ms: int | None = None
    ballots: dict[str, list[int]] = field(default_factory=dict)
    """Participant to choices; in an anonymous poll to an empty list. A participant's
    view holds their own ballot only."""
    counts: list[int] | None = None
    """Votes per option once counted; others than the staff see it once released."""
    voters: int = 0
    is_released: bool = False


@dataclass(slots=True)
class State:
    session_id: str
    seminar_id: str
    status: Status = "planned"
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    participants: dict[str, Participant] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    """Raised hands in speaking order."""
    floor: list[Speech] = field(default_factory=list)
    sources: list[OpenSource] = field(default_factory=list)
    decks: list[Deck] = field(default_factory=list)
    slide: Slide | None = None
    chat: list[Message] = field(default_factory=list)
    polls: dict[str, Poll] = field(default_factory=dict)
    chat_locked: bool = False
    hands_locked: bool = False
    media_epoch: int = 0
    recording: Literal[
        "off", "recording", "waiting", "disk_low", "disk_full", "failed", "ready"
    ] = "off"
    seq: int = 0
    """Of the newest event folded in."""
