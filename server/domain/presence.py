"""Deciders of who is here: joining, leaving, mutes and removal."""

from __future__ import annotations

from server.domain import events
from server.domain.commands import ParticipantMute, ParticipantRemove
from server.domain.context import Context
from server.domain.events import Event
from server.domain.floor import leave_stage
from server.domain.state import Participant, State
from server.domain.system import GiveUpPlace, Join, Leave
from server.errors import (
    AlreadyInStateError,
    ForbiddenError,
    NotFoundError,
    RemovedError,
    SeminarFullError,
    SessionOverError,
)


def participant_of(state: State, person_id: str) -> Participant | None:
    """Find the one participant a person is in this session, on all devices."""
    return next(
        (one for one in state.participants.values() if one.person_id == person_id), None
    )


def join(state: State, wish: Join, context: Context) -> list[Event]:
    if state.status == "ended":
        raise SessionOverError(session_id=state.session_id)
    known = participant_of(state, wish.person_id)
    if known and known.is_removed:
        raise RemovedError
    if known and known.is_present:
        return []
    if wish.role != "trainer" and _audience_size(state) >= wish.capacity:
        raise SeminarFullError(capacity=wish.capacity)
    participant_id = known.participant_id if known else context.new_id("par")
    return [
        events.ParticipantJoined(
            participant_id=participant_id,
            person_id=wish.person_id,
            role=wish.role,
            centre_id=wish.centre_id,
        )
    ]


def _audience_size(state: State) -> int:
    return sum(
        one.is_present and one.role != "trainer" for one in state.participants.values()
    )


def leave(state: State, wish: Leave, _context: Context) -> list[Event]:
    one = state.participants.get(wish.participant_id)
    if one is None or not one.is_present or state.status == "ended":
        return []
    return [_left(wish.participant_id, wish.left_at_ms)]


def give_up_place(state: State, wish: GiveUpPlace, context: Context) -> list[Event]:
    one = state.participants.get(wish.participant_id)
    if one is None or one.is_present or state.status == "ended":
        return []
    return leave_stage(state, wish.participant_id, context.now_ms)


def mute(state: State, command: ParticipantMute, _context: Context) -> list[Event]:
    one = _participant(state, command.participant_id)
    if one.is_muted == command.muted:
        raise AlreadyInStateError
    return [
        events.ParticipantMuted(
            participant_id=command.participant_id, muted=command.muted
        )
    ]


def remove(state: State, command: ParticipantRemove, context: Context) -> list[Event]:
    one = _participant(state, command.participant_id)
    if one.is_removed:
        raise AlreadyInStateError
    if one.participant_id == context.actor.participant_id:
        raise ForbiddenError
    left = [_left(one.participant_id, context.now_ms)] if one.is_present else []
    return [
        *leave_stage(state, one.participant_id, context.now_ms),
        *left,
        events.ParticipantRemoved(participant_id=one.participant_id),
    ]


def _participant(state: State, participant_id: str) -> Participant:
    one = state.participants.get(participant_id)
    if one is None:
        raise NotFoundError
    return one


def _left(participant_id: str, left_at_ms: int) -> events.ParticipantLeft:
    return events.ParticipantLeft(participant_id=participant_id, left_at_ms=left_at_ms)
