"""What one receiver may see: of the state as a snapshot, and of each event.

The two agree: folding the events a receiver sees into an earlier view of theirs gives
their view of the whole state. The exception is the moment of going live, when the
waiting get a new snapshot, since they saw nothing of what was prepared.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from server.domain import events
from server.domain.events import Logged, Role
from server.domain.state import Poll, State

WAITING_EVENTS = (events.SessionOpened, events.SessionWentLive)


@dataclass(frozen=True, slots=True)
class Receiver:
    participant_id: str
    """Empty for somebody who was never in the session."""
    role: Role

    @property
    def is_staff(self) -> bool:
        return self.role == "trainer"


def view_for(state: State, receiver: Receiver) -> State:
    """Cut the state down. Shares parts with `state`: look, don't change."""
    if receiver.is_staff:
        return state
    own = state.participants.get(receiver.participant_id)
    participants = {} if own is None else {own.participant_id: own}
    if state.started_at_ms is None:
        return State(
            session_id=state.session_id,
            seminar_id=state.seminar_id,
            status=state.status,
            participants=participants,
            seq=state.seq,
        )
    return replace(
        state,
        participants=participants,
        polls={
            poll_id: _poll_view(poll, receiver)
            for poll_id, poll in state.polls.items()
            if poll.status != "draft"
        },
    )


def _poll_view(poll: Poll, receiver: Receiver) -> Poll:
    own = poll.ballots.get(receiver.participant_id)
    return replace(
        poll,
        ballots={} if own is None else {receiver.participant_id: own},
        counts=poll.counts if poll.is_released else None,
        voters=poll.voters if poll.is_released else 0,
    )


def may_see(logged: Logged, receiver: Receiver, live_seq: int | None) -> bool:
    """Tell whether a receiver may have an event.

    `live_seq` is the place of `session.went_live`, None before it.
    """
    if receiver.is_staff:
        return True
    event = logged.event
    if event.audience == "self":
        return getattr(event, "participant_id", None) == receiver.participant_id
    if event.audience == "staff":
        return False
    is_since_live = live_seq is not None and logged.seq >= live_seq
    return is_since_live or isinstance(event, WAITING_EVENTS)


def redact(logged: Logged, hidden: Collection[str]) -> Logged:
    """Empty the text of a message that was hidden since (`hidden`: message ids)."""
    event = logged.event
    if isinstance(event, events.ChatPosted) and event.message_id in hidden:
        silent = event.model_copy(update={"text": ""})
        return logged.model_copy(update={"event": silent})
    return logged


def hidden_messages(state: State) -> set[str]:
    return {message.message_id for message in state.chat if message.is_hidden}


def people_in(logged: Logged) -> set[str]:
    """Name the participants an event speaks of, for the roster beside it."""
    named = getattr(logged.event, "participant_id", None)
    return {one for one in (named, logged.by) if one}


def people_in_view(view: State) -> set[str]:
    """Name the participants a snapshot speaks of."""
    return {
        *view.participants,
        *view.queue,
        *(speech.participant_id for speech in view.floor),
        *(source.participant_id for source in view.sources),
        *(message.participant_id for message in view.chat),
    }
