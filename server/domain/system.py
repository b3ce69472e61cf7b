"""Wishes of the server itself: people come and go, media flows, timers run out.

They pass through the same `decide` as a client's commands and can not be sent by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.domain.events import Role, Source


@dataclass(frozen=True, slots=True)
class Join:
    """A connection of an admitted person opened."""

    person_id: str
    role: Role
    centre_id: str | None
    capacity: int
    """Participants and coordinators at once; staff always finds a place."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The last connection of a person closed, at `left_at_ms`."""

    participant_id: str
    left_at_ms: int


@dataclass(frozen=True, slots=True)
class GiveUpPlace:
    """Somebody stayed away too long to keep their hand up or the floor."""

    participant_id: str


@dataclass(frozen=True, slots=True)
class SourceOpen:
    participant_id: str
    source: Source
    has_video: bool
    has_audio: bool


@dataclass(frozen=True, slots=True)
class SourceClose:
    participant_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class MediaRestart:
    """The media worker died and all sources with it."""


@dataclass(frozen=True, slots=True)
class RecordingChange:
    health: Literal[
        "off", "recording", "waiting", "disk_low", "disk_full", "failed", "ready"
    ]


@dataclass(frozen=True, slots=True)
class DeckAdd:
    """A deck of the seminar is ready to be shown."""

    deck_id: str
    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class PollTimeout:
    """The time of an open poll ran out."""

    poll_id: str


SystemWish = (
    Join
    | Leave
    | GiveUpPlace
    | SourceOpen
    | SourceClose
    | MediaRestart
    | RecordingChange
    | DeckAdd
    | PollTimeout
)
