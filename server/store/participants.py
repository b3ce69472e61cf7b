"""Who may come to a session, and who its participants are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.store.models import (
    PersonRow,
    SeminarCentreRow,
    SeminarPersonRow,
    SeminarRow,
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person before a seminar's door."""

    person_id: str
    name: str
    post: str
    centre_id: str | None
    account_role: str
    is_own_seminar: bool
    is_invited: bool
    """By their centre, by a link, or because the seminar names no centres."""
    capacity: int


@dataclass(frozen=True, slots=True)
class Named:
    """What the roster shows of a person."""

    person_id: str
    name: str
    post: str
    centre_id: str | None


async def applicant(
    db: AsyncSession, seminar_id: str, person_id: str
) -> Applicant | None:
    """Read what admission needs; None when the seminar or the person is not there."""
    seminar = await db.get(SeminarRow, seminar_id)
    person = await db.get(PersonRow, person_id)
    if seminar is None or person is None:
        return None
    return Applicant(
        person_id=person.person_id,
        name=person.name,
        post=person.post,
        centre_id=person.centre_id,
        account_role=person.role,
        is_own_seminar=seminar.trainer_id == person.person_id,
        is_invited=await _is_invited(db, seminar_id, person),
        capacity=seminar.capacity,
    )


async def let_in(
    db: AsyncSession, seminar_id: str, person_id: str, now_ms: int
) -> None:
    """Invite one person, whatever their centre; again changes nothing."""
    row = SeminarPersonRow(
        seminar_id=seminar_id, person_id=person_id, granted_at_ms=now_ms
    )
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        if not await is_let_in(db, seminar_id, person_id):
            raise


async def is_let_in(db: AsyncSession, seminar_id: str, person_id: str) -> bool:
    """Tell whether a link invited this person."""
    return await db.get(SeminarPersonRow, (seminar_id, person_id)) is not None


async def _is_invited(db: AsyncSession, seminar_id: str, person: PersonRow) -> bool:
    if await is_let_in(db, seminar_id, person.person_id):
        return True
    if person.is_guest:
        return person.guest_seminar_id == seminar_id
    centres = select(SeminarCentreRow).where(SeminarCentreRow.seminar_id == seminar_id)
    own = centres.where(SeminarCentreRow.centre_id == person.centre_id)
    invited = await db.scalar(select(or_(exists(own), ~exists(centres))))
    return bool(invited)


async def named(db: AsyncSession, person_ids: Collection[str]) -> dict[str, Named]:
    """Read names by person id; people who were erased are missing."""
    wanted = list(person_ids)
    found: dict[str, Named] = {}
    for start in range(0, len(wanted), 500):
        rows = await db.scalars(
            select(PersonRow).where(
                PersonRow.person_id.in_(wanted[start : start + 500])
            )
        )
        found.update((row.person_id, _named(row)) for row in rows)
    return found


async def invited(db: AsyncSession, seminar_id: str) -> list[Named]:
    """List whom a seminar is for, by name: of its centres, and who came by a link."""
    of_centres = select(SeminarCentreRow.centre_id).where(
        SeminarCentreRow.seminar_id == seminar_id
    )
    let_in_by_link = select(SeminarPersonRow.person_id).where(
        SeminarPersonRow.seminar_id == seminar_id
    )
    rows = await db.scalars(
        select(PersonRow)
        .where(PersonRow.role.in_(("participant", "coordinator")))
        .where(
            or_(
                PersonRow.guest_seminar_id == seminar_id,
                PersonRow.person_id.in_(let_in_by_link),
                PersonRow.centre_id.in_(of_centres) & PersonRow.is_guest.is_(False),
            )
        )
        .order_by(PersonRow.name, PersonRow.person_id)
    )
    return [_named(row) for row in rows]


def _named(row: PersonRow) -> Named:
    return Named(row.person_id, row.name, row.post, row.centre_id)
