"""From state to what media should do: who may publish, and who is in which slot.

Pure and whole: the media side is told the desired stage each time it may have changed
and brings the workers to it, however often one of them was restarted meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.domain.events import Source
from server.domain.state import OpenSource, State

VideoSlot = Literal["presenter", "floor-1", "floor-2", "screen", "programme"]
Receivers = Literal["nobody", "staff", "everyone"]


@dataclass(frozen=True, slots=True)
class SourceRef:
    participant_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class Stage:
    """What media should be doing for one session."""

    slots: dict[VideoSlot, SourceRef | None]
    publishers: frozenset[str]
    """Participants who may publish; peers of all others are to be closed."""
    staff: frozenset[str]
    muted: frozenset[str]
    """Participants whose audio is not forwarded."""
    removed: frozenset[str]
    """Banned: every peer of theirs is to be closed."""
    receivers: Receivers
    is_live: bool
    """Record from now on."""
    started_at_ms: int | None
    ended_at_ms: int | None
    """Set once: close the router and end the recording."""


def stage_of(state: State) -> Stage:
    publishers = may_publish(state)
    slots = _slots(state, publishers)
    return Stage(
        slots=slots,
        publishers=publishers,
        staff=frozenset(_trainers(state)),
        muted=frozenset(p for p, one in state.participants.items() if one.is_muted),
        removed=frozenset(p for p, one in state.participants.items() if one.is_removed),
        receivers=_receivers(state),
        is_live=state.status == "live",
        started_at_ms=state.started_at_ms,
        ended_at_ms=state.ended_at_ms,
    )


def may_publish(state: State) -> frozenset[str]:
    """Trainers from the green room on; others while they have the floor."""
    if state.status not in ("green_room", "live"):
        return frozenset()
    speakers = {speech.participant_id for speech in state.floor}
    return frozenset(speakers | _trainers(state))


def _trainers(state: State) -> set[str]:
    return {
        participant_id
        for participant_id, one in state.participants.items()
        if one.role == "trainer" and not one.is_removed
    }


def _receivers(state: State) -> Receivers:
    if state.status == "live":
        return "everyone"
    return "staff" if state.status == "green_room" else "nobody"


def _slots(
    state: State, publishers: frozenset[str]
) -> dict[VideoSlot, SourceRef | None]:
    shown = [
        one
        for one in state.sources
        if one.has_video and one.participant_id in publishers
    ]
    cameras = {one.participant_id: one for one in shown if one.source == "camera"}
    screens = [one for one in shown if one.source == "screen"]
    speakers = {speech.slot: speech.participant_id for speech in state.floor}
    trainers = _trainers(state)
    presenter = next((cameras[p] for p in cameras if p in trainers), None)
    # The newest speech wins the programme, like the newest screen wins its slot.
    on_floor = [
        cameras[s.participant_id] for s in state.floor if s.participant_id in cameras
    ]
    return {
        "presenter": _ref(presenter),
        "floor-1": _ref(cameras.get(speakers.get("floor-1", ""))),
        "floor-2": _ref(cameras.get(speakers.get("floor-2", ""))),
        "screen": _ref(screens[-1] if screens else None),
        "programme": _ref(on_floor[-1] if on_floor else presenter),
    }


def _ref(source: OpenSource | None) -> SourceRef | None:
    if source is None:
        return None
    return SourceRef(source.participant_id, source.source)
