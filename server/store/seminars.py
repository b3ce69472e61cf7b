"""Planned seminars, whom they invite, their keys and newest session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, and_, delete, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.domain.events import Status
from server.store.models import (
    PersonRow,
    SeminarCentreRow,
    SeminarPersonRow,
    SeminarRow,
    SessionRow,
)
from server.store.people import PersonRecord


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """The newest run of a seminar, as lists need it."""

    session_id: str
    status: Status
    started_at_ms: int | None
    ended_at_ms: int | None
    archive_duration_ms: int | None


@dataclass(frozen=True, slots=True)
class SeminarRecord:
    seminar_id: str
    trainer_id: str
    title: str
    summary: str
    starts_at_ms: int
    duration_min: int
    time_zone: str
    capacity: int
    centre_ids: tuple[str, ...]
    whip_key: str
    whep_key: str
    invite_token: str
    created_at_ms: int
    trainer_name: str = ""
    session: SessionRecord | None = None

    @property
    def is_over(self) -> bool:
        return self.session is not None and self.session.status == "ended"


async def insert(db: AsyncSession, seminar: SeminarRecord) -> None:
    db.add(
        SeminarRow(
            seminar_id=seminar.seminar_id,
            trainer_id=seminar.trainer_id,
            whip_key=seminar.whip_key,
            whep_key=seminar.whep_key,
            invite_token=seminar.invite_token,
            created_at_ms=seminar.created_at_ms,
            **_plan_of(seminar),
        )
    )
    await db.flush()
    await _set_centres(db, seminar)


async def save_plan(db: AsyncSession, seminar: SeminarRecord) -> None:
    """Write what a trainer can change: the plan and the centres."""
    await db.execute(
        update(SeminarRow)
        .where(SeminarRow.seminar_id == seminar.seminar_id)
        .values(**_plan_of(seminar))
    )
    await db.execute(
        delete(SeminarCentreRow).where(
            SeminarCentreRow.seminar_id == seminar.seminar_id
        )
    )
    await _set_centres(db, seminar)


async def save_keys(
    db: AsyncSession, seminar_id: str, whip_key: str, whep_key: str, invite_token: str
) -> None:
    await db.execute(
        update(SeminarRow)
        .where(SeminarRow.seminar_id == seminar_id)
        .values(whip_key=whip_key, whep_key=whep_key, invite_token=invite_token)
    )


async def find(db: AsyncSession, seminar_id: str) -> SeminarRecord | None:
    found = await _load(db, SeminarRow.seminar_id == seminar_id)
    return found[0] if found else None


async def find_by_invitation(db: AsyncSession, token: str) -> SeminarRecord | None:
    found = await _load(db, SeminarRow.invite_token == token)
    return found[0] if found else None


async def find_by_session(db: AsyncSession, session_id: str) -> SeminarRecord | None:
    of_session = select(SessionRow.seminar_id).where(
        SessionRow.session_id == session_id
    )
    found = await _load(db, SeminarRow.seminar_id.in_(of_session))
    return found[0] if found else None


async def list_unarchived(db: AsyncSession, limit: int) -> list[str]:
    """List the newest seminars whose session ended without an archive so far."""
    rows = await db.scalars(
        select(SessionRow.seminar_id)
        .where(
            SessionRow.status == "ended",
            SessionRow.started_at_ms.is_not(None),
            SessionRow.archive_duration_ms.is_(None),
        )
        .order_by(SessionRow.ended_at_ms.desc())
        .limit(limit)
    )
    return list(rows)


async def list_all(db: AsyncSession) -> list[SeminarRecord]:
    """List every seminar by its start (an administrator's view)."""
    return await _load(db, true())


async def list_for(db: AsyncSession, person: PersonRecord) -> list[SeminarRecord]:
    """List what a person leads, is invited to, or is a guest of.

    Invited is who came by the link, whose centre is named, and every account where
    no centre is named.
    """
    named = select(SeminarCentreRow.seminar_id)
    let_in = select(SeminarPersonRow.seminar_id).where(
        SeminarPersonRow.person_id == person.person_id
    )
    return await _load(
        db,
        or_(
            SeminarRow.trainer_id == person.person_id,
            SeminarRow.seminar_id == person.guest_seminar_id,
            SeminarRow.seminar_id.in_(let_in),
            and_(
                false() if person.is_guest else true(),
                or_(
                    SeminarRow.seminar_id.in_(
                        named.where(SeminarCentreRow.centre_id == person.centre_id)
                    ),
                    SeminarRow.seminar_id.not_in(named),
                ),
            ),
        ),
    )


async def _load(
    db: AsyncSession, condition: ColumnElement[bool]
) -> list[SeminarRecord]:
    query = (
        select(SeminarRow, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == SeminarRow.trainer_id)
        .where(condition)
        .order_by(SeminarRow.starts_at_ms, SeminarRow.seminar_id)
    )
    rows = (await db.execute(query)).all()
    ids = [row.seminar_id for row, _ in rows]
    centres = await _centres_of(db, ids)
    sessions = await _newest_sessions(db, ids)
    return [
        _record_of(
            row, name, centres.get(row.seminar_id, ()), sessions.get(row.seminar_id)
        )
        for row, name in rows
    ]


async def _centres_of(
    db: AsyncSession, seminar_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    query = (
        select(SeminarCentreRow)
        .where(SeminarCentreRow.seminar_id.in_(seminar_ids))
        .order_by(SeminarCentreRow.centre_id)
    )
    found: dict[str, list[str]] = {}
    for row in await db.scalars(query):
        found.setdefault(row.seminar_id, []).append(row.centre_id)
    return {seminar_id: tuple(ids) for seminar_id, ids in found.items()}


async def _newest_sessions(
    db: AsyncSession, seminar_ids: Sequence[str]
) -> dict[str, SessionRecord]:
    query = (
        select(SessionRow)
        .where(SessionRow.seminar_id.in_(seminar_ids))
        .order_by(SessionRow.created_at_ms)
    )
    newest: dict[str, SessionRecord] = {}
    for row in await db.scalars(query):
        newest[row.seminar_id] = SessionRecord(
            session_id=row.session_id,
            status=cast(Status, row.status),
            started_at_ms=row.started_at_ms,
            ended_at_ms=row.ended_at_ms,
            archive_duration_ms=row.archive_duration_ms,
        )
    return newest


async def _set_centres(db: AsyncSession, seminar: SeminarRecord) -> None:
    db.add_all(
        SeminarCentreRow(seminar_id=seminar.seminar_id, centre_id=centre_id)
        for centre_id in seminar.centre_ids
    )
    await db.flush()


def _plan_of(seminar: SeminarRecord) -> dict[str, str | int]:
    return {
        "title": seminar.title,
        "summary": seminar.summary,
        "starts_at_ms": seminar.starts_at_ms,
        "duration_min": seminar.duration_min,
        "time_zone": seminar.time_zone,
        "capacity": seminar.capacity,
    }


def _record_of(
    row: SeminarRow,
    trainer_name: str,
    centre_ids: tuple[str, ...],
    session: SessionRecord | None,
) -> SeminarRecord:
    return SeminarRecord(
        seminar_id=row.seminar_id,
        trainer_id=row.trainer_id,
        title=row.title,
        summary=row.summary,
        starts_at_ms=row.starts_at_ms,
        duration_min=row.duration_min,
        time_zone=row.time_zone,
        capacity=row.capacity,
        centre_ids=centre_ids,
        whip_key=row.whip_key,
        whep_key=row.whep_key,
        invite_token=row.invite_token,
        created_at_ms=row.created_at_ms,
        trainer_name=trainer_name,
        session=session,
    )
