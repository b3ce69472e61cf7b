"""Who may see what a session left and leaves: timeline, recording, attendance."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from server.clock import Clock
from server.errors import (
    ForbiddenError,
    NotFoundError,
    NotLoggedInError,
    RemovedError,
)
from server.services.live_registry import Live
from server.services.seminar_access import may_edit, may_see
from server.store import events, seminars
from server.store.database import Database, UnitOfWork
from server.store.people import PersonRecord
from server.store.seminars import SeminarRecord

CACHE_MS = 2_000
"""Players ask several times a second; a removal still counts within 2 s."""
MAX_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Access:
    seminar: SeminarRecord
    is_live: bool
    may_edit: bool


class SessionAccess:
    def __init__(self, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._cache: dict[tuple[str, str], tuple[int, Access]] = {}

    async def check(self, session_id: str, person: PersonRecord | None) -> Access:
        """Let a person of the seminar pass.

        Raise NotLoggedInError, NotFoundError, ForbiddenError or RemovedError.
        """
        if person is None:
            raise NotLoggedInError
        self._refuse_removed(session_id, person)
        known = self._known(session_id, person.person_id)
        if known is not None:
            return known
        async with self._database.read() as db:
            seminar = await _seminar_of(db, session_id)
            if not await may_see(db, person, seminar):
                raise ForbiddenError
            if await events.is_removed(db, session_id, person.person_id):
                raise RemovedError
        return self._keep(session_id, person.person_id, seminar, person)

    async def check_key(self, session_id: str, key: str) -> Access:
        """Let the holder of the seminar's WHEP key pass. Raise NotLoggedInError."""
        known = self._known(session_id, f"key {key}")
        if known is not None:
            return known
        async with self._database.read() as db:
            seminar = await _seminar_of(db, session_id)
        if not hmac.compare_digest(seminar.whep_key.encode(), key.encode()):
            raise NotLoggedInError
        return self._keep(session_id, f"key {key}", seminar, None)

    async def participant_of(self, seminar_id: str, person_id: str) -> str | None:
        """Tell as whom a person is or was in the seminar's session."""
        session = self._live.loaded_of(seminar_id)
        if session is not None:
            return session.memory.participant_id_of(person_id)
        async with self._database.read() as db:
            seminar = await seminars.find(db, seminar_id)
            if seminar is None or seminar.session is None:
                return None
            return await events.participant_of(
                db, seminar.session.session_id, person_id
            )

    def _refuse_removed(self, session_id: str, person: PersonRecord) -> None:
        """Ask a running session, which knows at once; the log is asked besides."""
        session = self._live.loaded(session_id)
        if session is None:
            return
        participant_id = session.memory.participant_id_of(person.person_id)
        if participant_id is None:
            return
        if session.state.participants[participant_id].is_removed:
            raise RemovedError

    def _known(self, session_id: str, who: str) -> Access | None:
        known = self._cache.get((session_id, who))
        if known is None or known[0] <= self._clock.now_ms():
            return None
        return known[1]

    def _keep(
        self,
        session_id: str,
        who: str,
        seminar: SeminarRecord,
        person: PersonRecord | None,
    ) -> Access:
        session = seminar.session
        access = Access(
            seminar=seminar,
            is_live=session is not None and session.status == "live",
            may_edit=person is not None and may_edit(person, seminar),
        )
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[session_id, who] = (self._clock.now_ms() + CACHE_MS, access)
        return access


async def _seminar_of(db: UnitOfWork, session_id: str) -> SeminarRecord:
    seminar = await seminars.find_by_session(db, session_id)
    if seminar is None:
        raise NotFoundError
    return seminar
