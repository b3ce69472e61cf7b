"""Check that a session's log and recording are what was written and signed."""

from __future__ import annotations

from pathlib import Path

from recordings.library import Library, NoRecording
from server.domain import chain
from server.errors import NotFoundError
from server.services.signing_key import load_or_make, public_hex
from server.store import events, sessions
from server.store.database import Database


async def check_log(
    database: Database, session_id: str, key_path: Path
) -> tuple[int, list[str]]:
    """Return how many events the log has and everything wrong with it.

    Raise NotFoundError when there is no such session.
    """
    async with database.read() as db:
        if await sessions.find(db, session_id) is None:
            raise NotFoundError
        links = await events.links(db, session_id)
        heads = await events.heads(db, session_id)
    public_key = public_hex(load_or_make(key_path))
    return len(links), chain.verify(session_id, links, heads, public_key)


def check_recording(root: Path, session_id: str) -> list[str]:
    """Return everything wrong with a session's recording; none has nothing wrong."""
    library = Library(root)
    try:
        library.open(session_id)
    except NoRecording:
        return []
    return [str(finding) for finding in library.verify(session_id)]
