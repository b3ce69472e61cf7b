"""Logins: which token belongs to whom. The table knows only SHA-256 of tokens."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.store.models import LoginSessionRow, PersonRow
from server.store.people import PersonRecord, record_of


async def insert(
    db: AsyncSession,
    token_sha256: bytes,
    person_id: str,
    *,
    now_ms: int,
    expires_at_ms: int,
) -> None:
    db.add(
        LoginSessionRow(
            token_sha256=token_sha256,
            person_id=person_id,
            created_at_ms=now_ms,
            expires_at_ms=expires_at_ms,
        )
    )
    await db.flush()


async def find_person(
    db: AsyncSession, token_sha256: bytes, now_ms: int
) -> PersonRecord | None:
    """Find whose token this is; None when unknown or expired."""
    row = await db.scalar(
        select(PersonRow)
        .join(LoginSessionRow, LoginSessionRow.person_id == PersonRow.person_id)
        .where(
            LoginSessionRow.token_sha256 == token_sha256,
            LoginSessionRow.expires_at_ms > now_ms,
        )
    )
    return None if row is None else record_of(row)


async def remove(db: AsyncSession, token_sha256: bytes) -> None:
    await db.execute(
        delete(LoginSessionRow).where(LoginSessionRow.token_sha256 == token_sha256)
    )


async def remove_expired(db: AsyncSession, now_ms: int) -> None:
    await db.execute(
        delete(LoginSessionRow).where(LoginSessionRow.expires_at_ms <= now_ms)
    )
