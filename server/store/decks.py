"""Slide decks and their text layer: queries and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.store.models import DeckPageRow, DeckRow

DeckStatus = Literal["rendering", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class DeckRecord:
    deck_id: str
    seminar_id: str
    title: str
    pages: int
    status: DeckStatus
    error: str | None
    """Error code when failed."""
    created_at_ms: int


async def insert(db: AsyncSession, deck: DeckRecord) -> None:
    db.add(
        DeckRow(
            deck_id=deck.deck_id,
            seminar_id=deck.seminar_id,
            title=deck.title,
            pages=deck.pages,
            status=deck.status,
            error=deck.error,
            created_at_ms=deck.created_at_ms,
        )
    )
    await db.flush()


async def find(db: AsyncSession, deck_id: str) -> DeckRecord | None:
    row = await db.get(DeckRow, deck_id)
    return None if row is None else _record_of(row)


async def list_of_seminar(db: AsyncSession, seminar_id: str) -> list[DeckRecord]:
    """List a seminar's decks, oldest first."""
    rows = await db.scalars(
        select(DeckRow)
        .where(DeckRow.seminar_id == seminar_id)
        .order_by(DeckRow.created_at_ms, DeckRow.deck_id)
    )
    return [_record_of(row) for row in rows]


async def list_rendering(db: AsyncSession) -> list[DeckRecord]:
    """List decks whose rendering was cut off when the process ended."""
    rows = await db.scalars(select(DeckRow).where(DeckRow.status == "rendering"))
    return [_record_of(row) for row in rows]


async def mark_ready(db: AsyncSession, deck_id: str, texts: Sequence[str]) -> None:
    """Set pages and text layer; `texts` has one string a page."""
    await db.execute(
        update(DeckRow)
        .where(DeckRow.deck_id == deck_id)
        .values(status="ready", pages=len(texts), error=None)
    )
    await db.execute(delete(DeckPageRow).where(DeckPageRow.deck_id == deck_id))
    db.add_all(
        DeckPageRow(deck_id=deck_id, page=page, text=text)
        for page, text in enumerate(texts, start=1)
    )
    await db.flush()


async def mark_failed(db: AsyncSession, deck_id: str, error: str) -> None:
    await db.execute(
        update(DeckRow)
        .where(DeckRow.deck_id == deck_id)
        .values(status="failed", error=error)
    )


async def remove(db: AsyncSession, deck_id: str) -> None:
    await db.execute(delete(DeckPageRow).where(DeckPageRow.deck_id == deck_id))
    await db.execute(delete(DeckRow).where(DeckRow.deck_id == deck_id))


async def texts_of(db: AsyncSession, deck_id: str) -> list[str]:
    rows = await db.scalars(
        select(DeckPageRow.text)
        .where(DeckPageRow.deck_id == deck_id)
        .order_by(DeckPageRow.page)
    )
    return list(rows)


def _record_of(row: DeckRow) -> DeckRecord:
    return DeckRecord(
        deck_id=row.deck_id,
        seminar_id=row.seminar_id,
        title=row.title,
        pages=row.pages,
        status=cast(DeckStatus, row.status),
        error=row.error,
        created_at_ms=row.created_at_ms,
    )
