"""What media tells of a session that is no longer loaded: its archive got ready."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.events import Source
from server.services.line_board import MediaLines
from server.services.live_registry import Live
from server.services.media_port import MediaListener, RecordingState
from server.store import seminars, sessions
from server.store.database import Database

MAX_UNARCHIVED = 50
"""Sessions without a recording stay unarchived for ever; look at the newest."""


class LateListener:
    """A `MediaListener` that loads the session again for the one message that counts.

    All else concerns only who is there, and nobody is.
    """

    def __init__(self, session_id: str, live: Live, database: Database) -> None:
        self._session_id = session_id
        self._live = live
        self._database = database

    async def on_source_opened(
        self, participant_id: str, source: Source, has_video: bool, has_audio: bool
    ) -> None:
        return

    async def on_source_closed(self, participant_id: str, source: Source) -> None:
        return

    async def on_media_restarted(self) -> None:
        return

    async def on_recording_changed(self, health: RecordingState) -> None:
        return

    async def on_archive_ready(self, duration_ms: int) -> None:
        async with self._database.read() as db:
            record = await sessions.find(db, self._session_id)
        if record is not None:
            session = await self._live.session_of(record.seminar_id)
            await session.on_archive_ready(duration_ms)

    def on_viewers_moved(self, participant_ids: Sequence[str]) -> None:
        return

    def on_speakers_changed(self, participant_ids: Sequence[str]) -> None:
        return

    def on_lines_reported(self, told: MediaLines) -> None:
        return


def listener_of(session_id: str, live: Live, database: Database) -> MediaListener:
    """Return the live session, or what stands in for it."""
    return live.loaded(session_id) or LateListener(session_id, live, database)


async def settle_archives(live: Live, database: Database) -> None:
    """After a start: stop recordings whose session ended while nobody served it.

    Loading such a session tells the media side its stage, which is over.
    """
    async with database.read() as db:
        seminar_ids = await seminars.list_unarchived(db, MAX_UNARCHIVED)
    for seminar_id in seminar_ids:
        await live.session_of(seminar_id)
