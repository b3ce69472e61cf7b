"""Every fact of a session. The log of these is the truth; all else is folded from it.

An event names people by participant id only. Names come from the roster that travels
beside the events; what people write is in `personal`, outside the hash chain (which
holds its keyed digest), so that both can be erased without breaking the log.

Source of `web/src/api/types.gen.ts`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["trainer", "coordinator", "participant"]
"""Role in one session; an administrator joins as trainer."""
Status = Literal["planned", "green_room", "live", "ended"]
Source = Literal["camera", "screen"]
Audience = Literal["everyone", "staff", "self"]
"""`self` is the participant in the event's `participant_id`, and the staff."""


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def audience(self) -> Audience:
        return "everyone"


class SessionOpened(_Event):
    type: Literal["session.opened"] = "session.opened"


class SessionWentLive(_Event):
    type: Literal["session.went_live"] = "session.went_live"
    started_at_ms: int
    """Unix ms; session time 0."""


class SessionEnded(_Event):
    type: Literal["session.ended"] = "session.ended"
    ended_at_ms: int


class ParticipantJoined(_Event):
    """A person's first connection, or their first after all had gone."""

    type: Literal["participant.joined"] = "participant.joined"
    participant_id: str
    person_id: str
    role: Role
    centre_id: str | None

    @property
    def audience(self) -> Audience:
        return "self"


class ParticipantLeft(_Event):
    """The last connection of a person ended (noticed within 15 s)."""

    type: Literal["participant.left"] = "participant.left"
    participant_id: str
    left_at_ms: int

    @property
    def audience(self) -> Audience:
        return "self"


class ParticipantRemoved(_Event):
    type: Literal["participant.removed"] = "participant.removed"
    participant_id: str

    @property
    def audience(self) -> Audience:
        return "self"


class ParticipantMuted(_Event):
    type: Literal["participant.muted"] = "participant.muted"
    participant_id: str
    muted: bool


class HandRaised(_Event):
    type: Literal["hand.raised"] = "hand.raised"
    participant_id: str


class HandLowered(_Event):
    type: Literal["hand.lowered"] = "hand.lowered"
    participant_id: str


class QueueMoved(_Event):
    type: Literal["queue.moved"] = "queue.moved"
    participant_id: str
    position: int


class FloorGiven(_Event):
    """The participant leaves the queue, gets a slot and may publish."""

    type: Literal["floor.given"] = "floor.given"
    participant_id: str
    slot: Literal["floor-1", "floor-2"]
    limit_s: int
    given_at_ms: int


class FloorTaken(_Event):
    type: Literal["floor.taken"] = "floor.taken"
    participant_id: str
    taken_at_ms: int


class SourceOpened(_Event):
    """A participant's camera (with microphone) or screen began to flow."""

    type: Literal["source.opened"] = "source.opened"
    participant_id: str
    source: Source
    has_video: bool
    has_audio: bool


class SourceClosed(_Event):
    type: Literal["source.closed"] = "source.closed"
    participant_id: str
    source: Source


class DeckAdded(_Event):
    type: Literal["deck.added"] = "deck.added"
    deck_id: str
    title: str
    pages: int


class SlideShown(_Event):
    type: Literal["slide.shown"] = "slide.shown"
    deck_id: str
    page: int


class ChatPosted(_Event):
    """`text` is personal: stored beside the event, gone after erasure (then empty)."""

    type: Literal["chat.posted"] = "chat.posted"
    message_id: str
    participant_id: str
    text: str = Field(json_schema_extra={"personal": True})


class ChatHidden(_Event):
    type: Literal["chat.hidden"] = "chat.hidden"
    message_id: str


class PollCreated(_Event):
    type: Literal["poll.created"] = "poll.created"
    poll_id: str
    question: str
    kind: Literal["single", "multiple"]
    options: list[str]
    is_anonymous: bool
    limit_s: int | None

    @property
    def audience(self) -> Audience:
        return "staff"


class PollOpened(_Event):
    """Carries the whole poll, since participants did not see it being made."""

    type: Literal["poll.opened"] = "poll.opened"
    poll_id: str
    question: str
    kind: Literal["single", "multiple"]
    options: list[str]
    is_anonymous: bool
    opened_at_ms: int
    closes_at_ms: int | None


class BallotCast(_Event):
    """A vote. `choices` is empty in an anonymous poll: only that they voted is kept."""

    type: Literal["ballot.cast"] = "ballot.cast"
    poll_id: str
    participant_id: str
    choices: list[int]

    @property
    def audience(self) -> Audience:
        return "self"


class PollClosed(_Event):
    """Voting ended; the result comes as `poll.counted` and `poll.released`."""

    type: Literal["poll.closed"] = "poll.closed"
    poll_id: str
    closed_at_ms: int


class PollCounted(_Event):
    """The final result: votes per option, and how many people voted."""

    type: Literal["poll.counted"] = "poll.counted"
    poll_id: str
    counts: list[int]
    voters: int

    @property
    def audience(self) -> Audience:
        return "staff"


class PollReleased(_Event):
    type: Literal["poll.released"] = "poll.released"
    poll_id: str
    counts: list[int]
    voters: int


class LocksChanged(_Event):
    type: Literal["locks.changed"] = "locks.changed"
    chat: bool
    hands: bool


class MediaRestarted(_Event):
    """Media moved to a new worker: publish and receive again, with jitter 0-300 ms."""

    type: Literal["media.restarted"] = "media.restarted"
    media_epoch: int


class RecordingChanged(_Event):
    type: Literal["recording.changed"] = "recording.changed"
    health: Literal[
        "off", "recording", "waiting", "disk_low", "disk_full", "failed", "ready"
    ]


Event = Annotated[
    SessionOpened
    | SessionWentLive
    | SessionEnded
    | ParticipantJoined
    | ParticipantLeft
    | ParticipantRemoved
    | ParticipantMuted
    | HandRaised
    | HandLowered
    | QueueMoved
    | FloorGiven
    | FloorTaken
    | SourceOpened
    | SourceClosed
    | DeckAdded
    | SlideShown
    | ChatPosted
    | ChatHidden
    | PollCreated
    | PollOpened
    | BallotCast
    | PollClosed
    | PollCounted
    | PollReleased
    | LocksChanged
    | MediaRestarted
    | RecordingChanged,
    Field(discriminator="type"),
]


class Logged(BaseModel):
    """An event in its place: what is broadcast, stored and replayed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seq: int
    """1, 2, 3... within the session."""
    at_ms: int
    """Unix ms on the server's clock; never decreases."""
    by: str | None
    """Participant whose command caused it; None is the system."""
    event: Event
