"""Sessions: which one is current, its columns, command keys and anonymous counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.domain.ids import new_id
from server.store.models import (
    AnonymousTallyRow,
    CommandKeyRow,
    DeckRow,
    SessionRow,
)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session's columns, as values."""

    session_id: str
    seminar_id: str
    status: str
    started_at_ms: int | None
    ended_at_ms: int | None
    alive_at_ms: int
    archive_duration_ms: int | None


@dataclass(frozen=True, slots=True)
class ReadyDeck:
    deck_id: str
    title: str
    pages: int


async def newest_of(db: AsyncSession, seminar_id: str) -> SessionRecord | None:
    """Find the session of a seminar: the current one, else the last that ended."""
    row = await db.scalar(
        select(SessionRow)
        .where(SessionRow.seminar_id == seminar_id)
        .order_by(SessionRow.created_at_ms.desc(), SessionRow.session_id)
        .limit(1)
    )
    return None if row is None else _record(row)


async def find(db: AsyncSession, session_id: str) -> SessionRecord | None:
    row = await db.get(SessionRow, session_id)
    return None if row is None else _record(row)


async def unfinished(db: AsyncSession, ended_after_ms: int) -> list[SessionRecord]:
    """List what a starting web process has to serve again.

    Sessions that run, and those that ended lately with their recording not yet closed.
    """
    runs = SessionRow.status.in_(("green_room", "live"))
    lacks_archive = SessionRow.archive_duration_ms.is_(None) & (
        SessionRow.ended_at_ms > ended_after_ms
    )
    rows = await db.scalars(select(SessionRow).where(runs | lacks_archive))
    return [_record(row) for row in rows]


async def create(db: AsyncSession, seminar_id: str, now_ms: int) -> SessionRecord:
    row = SessionRow(
        session_id=new_id("ses"),
        seminar_id=seminar_id,
        status="planned",
        created_at_ms=now_ms,
        alive_at_ms=now_ms,
    )
    db.add(row)
    await db.flush()
    return _record(row)


async def change(db: AsyncSession, session_id: str, values: Mapping[str, Any]) -> None:
    """Set columns such as `status`, `started_at_ms`, `alive_at_ms`."""
    await db.execute(
        update(SessionRow).where(SessionRow.session_id == session_id).values(**values)
    )


async def ready_decks(db: AsyncSession, seminar_id: str) -> list[ReadyDeck]:
    rows = await db.scalars(
        select(DeckRow)
        .where(DeckRow.seminar_id == seminar_id, DeckRow.status == "ready")
        .order_by(DeckRow.created_at_ms, DeckRow.deck_id)
    )
    return [ReadyDeck(row.deck_id, row.title, row.pages) for row in rows]


async def add_replies(
    db: AsyncSession, session_id: str, replies: Mapping[tuple[str, str], dict[str, Any]]
) -> None:
    """Store replies by (participant id, key)."""
    rows = [
        {
            "session_id": session_id,
            "participant_id": participant_id,
            "key": key,
            "reply": reply,
        }
        for (participant_id, key), reply in replies.items()
    ]
    if rows:
        await db.execute(insert(CommandKeyRow), rows)


async def replies(
    db: AsyncSession, session_id: str
) -> dict[tuple[str, str], dict[str, Any]]:
    rows = await db.execute(
        select(
            CommandKeyRow.participant_id, CommandKeyRow.key, CommandKeyRow.reply
        ).where(CommandKeyRow.session_id == session_id)
    )
    return {(participant_id, key): reply for participant_id, key, reply in rows}


async def open_tallies(
    db: AsyncSession, session_id: str, options: Mapping[str, int]
) -> None:
    """Make the counters of new anonymous polls (poll id to number of options)."""
    rows = [
        {"poll_id": poll_id, "option": option, "session_id": session_id, "count": 0}
        for poll_id, number in options.items()
        for option in range(number)
    ]
    if rows:
        await db.execute(insert(AnonymousTallyRow), rows)


async def add_votes(
    db: AsyncSession, votes: Iterable[tuple[tuple[str, int], int]]
) -> None:
    """Add to counters: ((poll id, option), votes)."""
    for (poll_id, option), number in votes:
        await db.execute(
            update(AnonymousTallyRow)
            .where(
                AnonymousTallyRow.poll_id == poll_id, AnonymousTallyRow.option == option
            )
            .values(count=AnonymousTallyRow.count + number)
        )


async def tallies(db: AsyncSession, session_id: str) -> dict[str, list[int]]:
    """Read the counters of all anonymous polls of a session, options in order."""
    rows: Sequence[AnonymousTallyRow] = (
        await db.scalars(
            select(AnonymousTallyRow)
            .where(AnonymousTallyRow.session_id == session_id)
            .order_by(AnonymousTallyRow.poll_id, AnonymousTallyRow.option)
        )
    ).all()
    counts: dict[str, list[int]] = {}
    for row in rows:
        counts.setdefault(row.poll_id, []).append(row.count)
    return counts


def _record(row: SessionRow) -> SessionRecord:
    return SessionRecord(
        session_id=row.session_id,
        seminar_id=row.seminar_id,
        status=row.status,
        started_at_ms=row.started_at_ms,
        ended_at_ms=row.ended_at_ms,
        alive_at_ms=row.alive_at_ms,
        archive_duration_ms=row.archive_duration_ms,
    )
