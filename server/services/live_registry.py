"""All live sessions of this process: opened once, ticked, closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.clock import Clock
from server.http.wire import RosterEntry
from server.services.audience import Audience
from server.services.live import LiveSession
from server.services.media_port import MediaDirector
from server.services.session_log import SessionLog
from server.services.session_memory import SessionMemory
from server.services.session_timers import SessionTimers
from server.store import participants, sessions
from server.store.database import Database
from server.store.sessions import SessionRecord

log = logging.getLogger(__name__)

TICK_S = 0.2
"""Polls close this soon after their time; votes after it are refused anyway."""
UNFINISHED_FOR_MS = 3_600_000
"""A recording that was not closed an hour after the end is not waited for."""


class Live:
    """Opens sessions on demand. A seminar has one session that has not ended."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        director: MediaDirector,
        key: Ed25519PrivateKey,
        audience_of: Callable[[LiveSession], Audience] | None = None,
        on_commit_s: Callable[[float], None] = lambda _: None,
    ) -> None:
        """`on_commit_s` hears how long each batch of events took to write."""
        self._database = database
        self._clock = clock
        self._director = director
        self._key = key
        self._on_commit_s = on_commit_s
        self.audience_of = audience_of
        """Set by the realtime side before the first session opens."""
        self._sessions: dict[str, LiveSession] = {}
        self._opening = asyncio.Lock()
        self._ticker: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Serve again what was running when the last process ended, and tick."""
        async with self._database.read() as db:
            since_ms = self._clock.now_ms() - UNFINISHED_FOR_MS
            records = await sessions.unfinished(db, since_ms)
        for record in records:
            await self._load(record)
        self._ticker = asyncio.create_task(self._tick_forever())

    async def close(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for session in list(self._sessions.values()):
            await session.close()
        self._sessions.clear()

    @property
    def all(self) -> tuple[LiveSession, ...]:
        """The sessions that are open in this process."""
        return tuple(self._sessions.values())

    def loaded(self, session_id: str) -> LiveSession | None:
        """Return a session if it is open in this process."""
        return self._sessions.get(session_id)

    def loaded_of(self, seminar_id: str) -> LiveSession | None:
        """Return the open session of a seminar, if there is one in this process."""
        return next(
            (one for one in self._sessions.values() if one.seminar_id == seminar_id),
            None,
        )

    async def session_of(self, seminar_id: str) -> LiveSession:
        """Return the seminar's session, made now if it has none.

        After the end it is still that session: it is not run a second time.
        """
        session = self.loaded_of(seminar_id)
        if session is not None:
            return session
        async with self._opening:
            return self.loaded_of(seminar_id) or await self._load(
                await self._record_of(seminar_id)
            )

    async def tick(self) -> None:
        for session in list(self._sessions.values()):
            await session.tick()
            if session.is_idle:
                await self._unload(session)

    async def _unload(self, session: LiveSession) -> None:
        # Another tick may have met the same idle session while this one waited.
        if self._sessions.pop(session.session_id, None) is not None:
            await session.close()

    async def _record_of(self, seminar_id: str) -> SessionRecord:
        async with self._database.write() as db:
            newest = await sessions.newest_of(db, seminar_id)
            if newest is not None:
                return newest
            return await sessions.create(db, seminar_id, self._clock.now_ms())

    async def _load(self, record: SessionRecord) -> LiveSession:
        memory = SessionMemory(record.session_id, record.seminar_id)
        session_log = SessionLog(
            self._database, record.session_id, self._key, self._on_commit_s
        )
        memory.restore(await session_log.load())
        async with self._database.read() as db:
            decks = await sessions.ready_decks(db, record.seminar_id)
            people = {one.person_id for one in memory.state.participants.values()}
            named = await participants.named(db, people)
        memory.name({one.person_id: _entry(one) for one in named.values()})
        timers = SessionTimers(
            opened_at_ms=self._clock.now_ms(),
            alive_at_ms=max(record.alive_at_ms, memory.last_at_ms),
        )
        session = LiveSession(memory, session_log, self._clock, self._director, timers)
        if self.audience_of is not None:
            session.audience = self.audience_of(session)
        self._sessions[record.session_id] = session
        if record.archive_duration_ms is None and memory.state.status != "planned":
            # Also for one that ended: its recording may still have to be stopped.
            session.direct()
        for deck in decks:
            await session.add_deck(deck.deck_id, deck.title, deck.pages)
        return session

    async def _tick_forever(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.tick()
            except Exception:  # the outermost loop: one bad tick stops no other
                log.exception("a tick failed")


def _entry(named: participants.Named) -> RosterEntry:
    return RosterEntry(name=named.name, post=named.post, centre_id=named.centre_id)
