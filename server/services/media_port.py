"""The seam between a live session and the media side (workers, recorder).

`LiveSession` calls a `MediaDirector`; the media side calls a `MediaListener`. Neither
knows more of the other. The director keeps the desired stage and brings workers and
recorder to it whenever they are there, so that its calls neither wait nor fail.

A publisher's peer id should carry its owner (`<participant_id>.<source>.<random>`), so
that a restarted web process finds the owners again in `worker.dump`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from server.domain.events import Source
from server.domain.stage import Stage
from server.services.line_board import MediaLines

RecordingState = Literal[
    "off", "recording", "waiting", "disk_low", "disk_full", "failed", "ready"
]


class MediaDirector(Protocol):
    def direct(self, session_id: str, stage: Stage) -> None:
        """Take `stage` as the desired one from now on. Never raises, never blocks.

        Close publishing peers of participants who are not in `publishers`, all peers of
        the `removed`, receiving peers that `receivers` excludes; pause audio of the
        `muted`; assign the slots; record while `is_live`; after `ended_at_ms` is set,
        stop the recording and close the router.
        """
        ...


class MediaListener(Protocol):
    """What a live session hears from media. Calls may be repeated without harm."""

    async def on_source_opened(
        self, participant_id: str, source: Source, has_video: bool, has_audio: bool
    ) -> None:
        """Tell that media flows; again when video or audio is added or ends."""
        ...

    async def on_source_closed(self, participant_id: str, source: Source) -> None: ...

    async def on_media_restarted(self) -> None:
        """Tell that the worker died: all sources are gone, publish and receive anew."""
        ...

    async def on_recording_changed(self, health: RecordingState) -> None: ...

    async def on_archive_ready(self, duration_ms: int) -> None: ...

    def on_viewers_moved(self, participant_ids: Sequence[str]) -> None:
        """Name who has to receive anew. Not logged: the others notice nothing."""
        ...

    def on_speakers_changed(self, participant_ids: Sequence[str]) -> None:
        """Name who is heard now, loudest first. Not logged, only shown."""
        ...

    def on_lines_reported(self, told: MediaLines) -> None:
        """Tell how peers receive and are received. Not logged, only shown."""
        ...


class NoMedia:
    """A director without media: remembers the last stage of each session."""

    def __init__(self) -> None:
        self.stages: dict[str, Stage] = {}

    def direct(self, session_id: str, stage: Stage) -> None:
        self.stages[session_id] = stage
