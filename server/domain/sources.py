"""Deciders of what media tells: sources, restarts, the recording's health."""

from __future__ import annotations

from server.domain import events
from server.domain.context import Context
from server.domain.events import Event
from server.domain.stage import may_publish
from server.domain.state import OpenSource, State
from server.domain.system import MediaRestart, RecordingChange, SourceClose, SourceOpen


def open_source(state: State, wish: SourceOpen, _context: Context) -> list[Event]:
    """Note a flowing source; nothing when its owner lost the right meanwhile."""
    if wish.participant_id not in may_publish(state):
        return []
    wanted = OpenSource(
        wish.participant_id, wish.source, wish.has_video, wish.has_audio
    )
    if wanted in state.sources:
        return []
    return [
        events.SourceOpened(
            participant_id=wish.participant_id,
            source=wish.source,
            has_video=wish.has_video,
            has_audio=wish.has_audio,
        )
    ]


def close_source(state: State, wish: SourceClose, _context: Context) -> list[Event]:
    if not any(
        (one.participant_id, one.source) == (wish.participant_id, wish.source)
        for one in state.sources
    ):
        return []
    return [events.SourceClosed(participant_id=wish.participant_id, source=wish.source)]


def restart_media(state: State, _wish: MediaRestart, _context: Context) -> list[Event]:
    if state.status not in ("green_room", "live"):
        return []
    return [events.MediaRestarted(media_epoch=state.media_epoch + 1)]


def change_recording(
    state: State, wish: RecordingChange, _context: Context
) -> list[Event]:
    if state.recording == wish.health:
        return []
    return [events.RecordingChanged(health=wish.health)]
