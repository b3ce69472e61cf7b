"""The fold of people, queue and floor."""

from __future__ import annotations

from server.domain import events
from server.domain.events import Logged
from server.domain.state import Participant, Speech, State


def participant_joined(
    state: State, event: events.ParticipantJoined, logged: Logged
) -> None:
    known = state.participants.get(event.participant_id)
    if known is None:
        state.participants[event.participant_id] = Participant(
            participant_id=event.participant_id,
            person_id=event.person_id,
            role=event.role,
            centre_id=event.centre_id,
            is_present=True,
            joined_at_ms=logged.at_ms,
        )
        return
    known.role = event.role
    known.centre_id = event.centre_id
    known.is_present = True
    known.left_at_ms = None


def participant_left(
    state: State, event: events.ParticipantLeft, _logged: Logged
) -> None:
    one = state.participants.get(event.participant_id)
    if one is not None:
        one.is_present = False
        one.left_at_ms = event.left_at_ms


def participant_removed(
    state: State, event: events.ParticipantRemoved, _logged: Logged
) -> None:
    one = state.participants.get(event.participant_id)
    if one is not None:
        one.is_removed = True


def participant_muted(
    state: State, event: events.ParticipantMuted, _logged: Logged
) -> None:
    one = state.participants.get(event.participant_id)
    if one is not None:
        one.is_muted = event.muted


def hand_raised(state: State, event: events.HandRaised, _logged: Logged) -> None:
    if event.participant_id not in state.queue:
        state.queue.append(event.participant_id)


def hand_lowered(state: State, event: events.HandLowered, _logged: Logged) -> None:
    _leave_queue(state, event.participant_id)


def queue_moved(state: State, event: events.QueueMoved, _logged: Logged) -> None:
    if event.participant_id in state.queue:
        state.queue.remove(event.participant_id)
        state.queue.insert(event.position, event.participant_id)


def floor_given(state: State, event: events.FloorGiven, _logged: Logged) -> None:
    _leave_queue(state, event.participant_id)
    state.floor = [s for s in state.floor if s.slot != event.slot]
    state.floor.append(
        Speech(event.participant_id, event.slot, event.limit_s, event.given_at_ms)
    )
    one = state.participants.get(event.participant_id)
    if one is not None:
        one.speeches += 1


def floor_taken(state: State, event: events.FloorTaken, _logged: Logged) -> None:
    state.floor = [s for s in state.floor if s.participant_id != event.participant_id]


def _leave_queue(state: State, participant_id: str) -> None:
    if participant_id in state.queue:
        state.queue.remove(participant_id)
