"""The stored side of one live session: its log, chain, replies and counters.

`SessionLog` turns decided events into links and writes everything that belongs to one
group commit in one transaction. It keeps the end of the chain between commits.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.domain import chain, events
from server.domain.chain import Link
from server.domain.events import Event, Logged
from server.http.wire import CommandAck
from server.store import events as event_store
from server.store import sessions
from server.store.database import Database

ReplyKey = tuple[str, str]
"""Participant id and the client's key."""


@dataclass(slots=True)
class Batch:
    """Everything one transaction writes."""

    logged: list[Logged] = field(default_factory=list)
    replies: dict[ReplyKey, CommandAck] = field(default_factory=dict)
    votes: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Of anonymous polls: (poll id, option) to votes."""

    @property
    def is_empty(self) -> bool:
        return not (self.logged or self.replies)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a session is opened from."""

    log: list[Logged]
    replies: dict[ReplyKey, CommandAck]
    tallies: dict[str, list[int]]


class SessionLog:
    def __init__(
        self,
        database: Database,
        session_id: str,
        key: Ed25519PrivateKey,
        on_commit_s: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._session_id = session_id
        self._key = key
        self._on_commit_s = on_commit_s
        self._end: tuple[int, str] = (0, chain.GENESIS)
        """Sequence number and hash of the newest committed link."""
        self._signed_seq = -1

    @property
    def head_hash(self) -> str:
        return self._end[1]

    async def load(self) -> Stored:
        async with self._database.read() as db:
            links = await event_store.links(db, self._session_id)
            heads = await event_store.heads(db, self._session_id)
            replies = await sessions.replies(db, self._session_id)
            tallies = await sessions.tallies(db, self._session_id)
        self._end = (links[-1].seq, links[-1].hash) if links else (0, chain.GENESIS)
        self._signed_seq = heads[-1].seq if heads else -1
        return Stored(
            [event_store.to_logged(link) for link in links],
            {key: CommandAck.model_validate(reply) for key, reply in replies.items()},
            tallies,
        )

    async def commit(self, batch: Batch, now_ms: int) -> None:
        """Write `batch` in one transaction; nothing of it is kept when this raises."""
        links = self._link(batch.logged)
        columns = _columns(batch.logged)
        replies = {
            key: reply.model_dump(mode="json") for key, reply in batch.replies.items()
        }
        began_s = time.perf_counter()
        async with self._database.write() as db:
            await event_store.append(db, links)
            await sessions.open_tallies(
                db, self._session_id, _new_tallies(batch.logged)
            )
            await sessions.add_votes(db, batch.votes.items())
            await sessions.add_replies(db, self._session_id, replies)
            if columns:
                await sessions.change(db, self._session_id, columns)
            if "ended_at_ms" in columns:
                head = links[-1]
                await event_store.add_head(
                    db,
                    chain.sign_head(
                        self._key, self._session_id, head.seq, head.hash, now_ms
                    ),
                )
        self._on_commit_s(time.perf_counter() - began_s)
        if links:
            self._end = (links[-1].seq, links[-1].hash)
        if "ended_at_ms" in columns:
            self._signed_seq = self._end[0]

    async def sign(self, now_ms: int) -> bool:
        """Sign the head, unless that was done since the last event."""
        seq, hash_ = self._end
        if seq == self._signed_seq or seq == 0:
            return False
        head = chain.sign_head(self._key, self._session_id, seq, hash_, now_ms)
        async with self._database.write() as db:
            await event_store.add_head(db, head)
        self._signed_seq = seq
        return True

    async def beat(self, now_ms: int) -> None:
        """Note that the session is being served."""
        async with self._database.write() as db:
            await sessions.change(db, self._session_id, {"alive_at_ms": now_ms})

    async def set_archive(self, duration_ms: int) -> None:
        async with self._database.write() as db:
            values = {"archive_duration_ms": duration_ms}
            await sessions.change(db, self._session_id, values)

    def _link(self, logged: Sequence[Logged]) -> list[Link]:
        links: list[Link] = []
        prev_hash = self._end[1]
        for one in logged:
            links.append(chain.link(self._session_id, prev_hash, one))
            prev_hash = links[-1].hash
        return links


def _new_tallies(logged: Sequence[Logged]) -> dict[str, int]:
    made = [one.event for one in logged if isinstance(one.event, events.PollCreated)]
    return {poll.poll_id: len(poll.options) for poll in made if poll.is_anonymous}


def _columns(logged: Sequence[Logged]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for one in logged:
        columns.update(_columns_of(one.event))
    return columns


def _columns_of(event: Event) -> dict[str, Any]:
    match event:
        case events.SessionOpened():
            return {"status": "green_room"}
        case events.SessionWentLive(started_at_ms=started_at_ms):
            return {"status": "live", "started_at_ms": started_at_ms}
        case events.SessionEnded(ended_at_ms=ended_at_ms):
            return {"status": "ended", "ended_at_ms": ended_at_ms}
        case _:
            return {}
