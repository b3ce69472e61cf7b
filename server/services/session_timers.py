"""What time alone causes in a session. Pure: asked at each tick."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from server.domain.state import State
from server.domain.system import GiveUpPlace, Leave, PollTimeout, SystemWish

PLACE_GRACE_MS = 15_000
"""How long a hand and the floor outlive the last connection (a reload takes 3 s)."""
RETURN_GRACE_MS = 15_000
"""How long after a restart people may take to come back without having left."""
BEAT_EVERY_MS = 5_000
"""Presence of people whose server died is known to this (promise: 15 s)."""
SIGN_EVERY_MS = 60_000


@dataclass(slots=True)
class SessionTimers:
    opened_at_ms: int
    """When this process loaded the session."""
    alive_at_ms: int
    """When a process last served it before: what people left behind then counts."""
    beaten_at_ms: int = 0
    signed_at_ms: int = 0
    _has_swept: bool = False

    def due(
        self, state: State, connected: Collection[str], now_ms: int
    ) -> list[SystemWish]:
        """List what is due now; `connected` are the participants with connections."""
        if state.status == "ended":
            return []
        return [
            *self._lost(state, connected, now_ms),
            *_timed_out(state, now_ms),
            *_places(state, now_ms),
        ]

    def wants_beat(self, now_ms: int) -> bool:
        if now_ms - self.beaten_at_ms < BEAT_EVERY_MS:
            return False
        self.beaten_at_ms = now_ms
        return True

    def wants_signature(self, now_ms: int) -> bool:
        if now_ms - self.signed_at_ms < SIGN_EVERY_MS:
            return False
        self.signed_at_ms = now_ms
        return True

    def _lost(
        self, state: State, connected: Collection[str], now_ms: int
    ) -> list[SystemWish]:
        """Find those who were here when the last process ended and did not return."""
        if self._has_swept or now_ms - self.opened_at_ms < RETURN_GRACE_MS:
            return []
        self._has_swept = True
        return [
            Leave(participant_id, self.alive_at_ms)
            for participant_id, one in state.participants.items()
            if one.is_present and participant_id not in connected
        ]


def _timed_out(state: State, now_ms: int) -> list[SystemWish]:
    return [
        PollTimeout(poll.poll_id)
        for poll in state.polls.values()
        if poll.status == "open"
        and poll.closes_at_ms is not None
        and poll.closes_at_ms <= now_ms
    ]


def _places(state: State, now_ms: int) -> list[SystemWish]:
    on_stage = [*state.queue, *(speech.participant_id for speech in state.floor)]
    return [
        GiveUpPlace(participant_id)
        for participant_id in on_stage
        if _is_long_gone(state, participant_id, now_ms)
    ]


def _is_long_gone(state: State, participant_id: str, now_ms: int) -> bool:
    one = state.participants.get(participant_id)
    if one is None or one.is_present or one.left_at_ms is None:
        return False
    return now_ms - one.left_at_ms >= PLACE_GRACE_MS
