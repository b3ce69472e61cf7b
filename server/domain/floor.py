"""Deciders of the speaking queue and the floor."""

from __future__ import annotations

from typing import Literal

from server.domain import events
from server.domain.commands import (
    FloorGive,
    FloorTake,
    HandLower,
    HandRaise,
    QueueMove,
)
from server.domain.context import Context
from server.domain.events import Event
from server.domain.state import State
from server.errors import (
    AlreadyInStateError,
    FloorBusyError,
    ForbiddenError,
    HandsLockedError,
    NotFoundError,
    NotInQueueError,
)

FLOOR_SLOTS: tuple[Literal["floor-1", "floor-2"], ...] = ("floor-1", "floor-2")


def raise_hand(state: State, _command: HandRaise, context: Context) -> list[Event]:
    me = context.actor.participant_id
    if state.hands_locked and not context.actor.is_staff:
        raise HandsLockedError
    if me in state.queue or has_floor(state, me):
        raise AlreadyInStateError
    return [events.HandRaised(participant_id=me)]


def lower_hand(state: State, command: HandLower, context: Context) -> list[Event]:
    target = _target(command.participant_id, context)
    if target not in state.queue:
        raise NotInQueueError
    return [events.HandLowered(participant_id=target)]


def move_in_queue(state: State, command: QueueMove, _context: Context) -> list[Event]:
    if command.participant_id not in state.queue:
        raise NotInQueueError
    position = min(command.position, len(state.queue) - 1)
    if state.queue[position] == command.participant_id:
        raise AlreadyInStateError
    return [events.QueueMoved(participant_id=command.participant_id, position=position)]


def give_floor(state: State, command: FloorGive, context: Context) -> list[Event]:
    one = state.participants.get(command.participant_id)
    if one is None or not one.is_present:
        raise NotFoundError
    if has_floor(state, command.participant_id):
        raise AlreadyInStateError
    taken = {speech.slot for speech in state.floor}
    slot = next((slot for slot in FLOOR_SLOTS if slot not in taken), None)
    if slot is None:
        raise FloorBusyError(limit=len(FLOOR_SLOTS))
    return [
        events.FloorGiven(
            participant_id=command.participant_id,
            slot=slot,
            limit_s=command.limit_s,
            given_at_ms=context.now_ms,
        )
    ]


def take_floor(state: State, command: FloorTake, context: Context) -> list[Event]:
    target = _target(command.participant_id, context)
    if not has_floor(state, target):
        raise AlreadyInStateError
    return _end_speech(state, target, context.now_ms)


def has_floor(state: State, participant_id: str) -> bool:
    return any(speech.participant_id == participant_id for speech in state.floor)


def leave_stage(state: State, participant_id: str, now_ms: int) -> list[Event]:
    """End all that somebody has on stage: hand, speech and sources."""
    lowered: list[Event] = []
    if participant_id in state.queue:
        lowered = [events.HandLowered(participant_id=participant_id)]
    if has_floor(state, participant_id):
        return [*lowered, *_end_speech(state, participant_id, now_ms)]
    return [*lowered, *_close_sources(state, participant_id)]


def _end_speech(state: State, participant_id: str, now_ms: int) -> list[Event]:
    taken = events.FloorTaken(participant_id=participant_id, taken_at_ms=now_ms)
    one = state.participants.get(participant_id)
    if one and one.role == "trainer" and one.is_present:
        # A trainer stays on stage after a speech.
        return [taken]
    return [taken, *_close_sources(state, participant_id)]


def _close_sources(state: State, participant_id: str) -> list[Event]:
    return [
        events.SourceClosed(participant_id=participant_id, source=one.source)
        for one in state.sources
        if one.participant_id == participant_id
    ]


def _target(participant_id: str | None, context: Context) -> str:
    me = context.actor.participant_id
    if participant_id in (None, me):
        return me
    if not context.actor.is_staff:
        raise ForbiddenError
    assert participant_id is not None
    return participant_id
