"""Reads any session, running or over, without opening it."""

from __future__ import annotations

from dataclasses import dataclass

from server.errors import NotFoundError
from server.http.wire import RosterEntry
from server.services.live_registry import Live
from server.services.session_memory import SessionMemory
from server.store import events, participants, sessions
from server.store.database import Database
from server.store.participants import Named


@dataclass(frozen=True, slots=True)
class Past:
    """A session as it is now; `memory` may be in use by it, so only look."""

    seminar_id: str
    memory: SessionMemory
    head_hash: str


class SessionReader:
    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live

    async def read(self, session_id: str) -> Past:
        """Take a running session from memory, another from the store."""
        session = self._live.loaded(session_id)
        if session is not None:
            return Past(session.seminar_id, session.memory, session.head_hash)
        return await self._from_store(session_id)

    async def invited(self, seminar_id: str) -> list[Named]:
        async with self._database.read() as db:
            return await participants.invited(db, seminar_id)

    async def named(self, person_ids: set[str]) -> dict[str, Named]:
        async with self._database.read() as db:
            return await participants.named(db, person_ids)

    async def _from_store(self, session_id: str) -> Past:
        async with self._database.read() as db:
            record = await sessions.find(db, session_id)
            if record is None:
                raise NotFoundError
            links = await events.links(db, session_id)
            memory = SessionMemory(session_id, record.seminar_id)
            for link in links:
                memory.add(events.to_logged(link))
            people = {one.person_id for one in memory.state.participants.values()}
            named = await participants.named(db, people)
        memory.name(
            {
                one.person_id: RosterEntry(
                    name=one.name, post=one.post, centre_id=one.centre_id
                )
                for one in named.values()
            }
        )
        head_hash = links[-1].hash if links else ""
        return Past(record.seminar_id, memory, head_hash)
