"""Every command a client can send during a session.

A command is a wish: `Session.decide` refuses it or turns it into events. The person
who sends it is known from the connection, never from a field. Models refuse unknown
fields and bound every text and list, so a decoded command is safe to look at.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,5}_[A-Za-z0-9_-]{4,64}$")]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionOpen(_Command):
    """Open the green room: trainers meet, nobody else sees them."""

    type: Literal["session.open"]


class SessionGoLive(_Command):
    type: Literal["session.go_live"]


class SessionEnd(_Command):
    type: Literal["session.end"]


class HandRaise(_Command):
    type: Literal["hand.raise"]


class HandLower(_Command):
    """Lower one's own hand, or (staff) take somebody off the queue."""

    type: Literal["hand.lower"]
    participant_id: Id | None = None


class QueueMove(_Command):
    type: Literal["queue.move"]
    participant_id: Id
    position: int = Field(ge=0, le=1000)
    """0 is next."""


class FloorGive(_Command):
    """Let a participant speak: they may publish and are put on air."""

    type: Literal["floor.give"]
    participant_id: Id
    limit_s: int = Field(default=180, ge=10, le=3600)


class FloorTake(_Command):
    """End a speech: the staff for anyone, a speaker for themself (no id)."""

    type: Literal["floor.take"]
    participant_id: Id | None = None


class SlideShow(_Command):
    type: Literal["slide.show"]
    deck_id: Id
    page: int = Field(ge=1, le=2000)


class ChatPost(_Command):
    type: Literal["chat.post"]
    text: Annotated[Text, Field(max_length=2000)]


class ChatHide(_Command):
    type: Literal["chat.hide"]
    message_id: Id


class PollCreate(_Command):
    type: Literal["poll.create"]
    question: Annotated[Text, Field(max_length=500)]
    kind: Literal["single", "multiple"]
    options: Annotated[
        list[Annotated[Text, Field(max_length=200)]], Field(min_length=2, max_length=12)
    ]
    is_anonymous: bool = False
    limit_s: int | None = Field(default=None, ge=10, le=3600)
    """Closes by itself after this time; None leaves it to the trainer."""
    open_now: bool = True


class PollOpen(_Command):
    type: Literal["poll.open"]
    poll_id: Id


class PollVote(_Command):
    type: Literal["poll.vote"]
    poll_id: Id
    choices: Annotated[
        list[Annotated[int, Field(ge=0, le=11)]], Field(min_length=1, max_length=12)
    ]
    """Indexes of the options."""


class PollClose(_Command):
    type: Literal["poll.close"]
    poll_id: Id


class PollRelease(_Command):
    """Show the results to everyone."""

    type: Literal["poll.release"]
    poll_id: Id


class LocksSet(_Command):
    """What participants may not do; enforced here, not on the screen."""

    type: Literal["locks.set"]
    chat: bool
    hands: bool


class ParticipantMute(_Command):
    """Stop forwarding a participant's microphone; `muted=False` allows it again."""

    type: Literal["participant.mute"]
    participant_id: Id
    muted: bool


class ParticipantRemove(_Command):
    """Remove a person from this session; they can't come back to it."""

    type: Literal["participant.remove"]
    participant_id: Id


Command = Annotated[
    SessionOpen
    | SessionGoLive
    | SessionEnd
    | HandRaise
    | HandLower
    | QueueMove
    | FloorGive
    | FloorTake
    | SlideShow
    | ChatPost
    | ChatHide
    | PollCreate
    | PollOpen
    | PollVote
    | PollClose
    | PollRelease
    | LocksSet
    | ParticipantMute
    | ParticipantRemove,
    Field(discriminator="type"),
]
