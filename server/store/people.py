"""People, centres and regions: queries and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.http.wire import AccountRole, Locale
from server.store.models import CentreRow, PersonRow, RegionRow


@dataclass(frozen=True, slots=True)
class PersonRecord:
    person_id: str
    name: str
    post: str
    centre_id: str | None
    role: AccountRole
    locale: Locale
    created_at_ms: int
    email: str | None = None
    """Lower case."""
    password_hash: str | None = None
    is_guest: bool = False
    guest_seminar_id: str | None = None


@dataclass(frozen=True, slots=True)
class CentreRecord:
    centre_id: str
    name: str
    region: str


async def insert(db: AsyncSession, person: PersonRecord) -> None:
    db.add(
        PersonRow(
            person_id=person.person_id,
            name=person.name,
            post=person.post,
            centre_id=person.centre_id,
            email=person.email,
            password_hash=person.password_hash,
            role=person.role,
            locale=person.locale,
            is_guest=person.is_guest,
            guest_seminar_id=person.guest_seminar_id,
            created_at_ms=person.created_at_ms,
        )
    )
    await db.flush()


async def find(db: AsyncSession, person_id: str) -> PersonRecord | None:
    row = await db.get(PersonRow, person_id)
    return None if row is None else record_of(row)


async def find_by_email(db: AsyncSession, email: str) -> PersonRecord | None:
    """Find an account; `email` in lower case."""
    row = await db.scalar(select(PersonRow).where(PersonRow.email == email))
    return None if row is None else record_of(row)


async def first_with_role(db: AsyncSession, role: AccountRole) -> PersonRecord | None:
    """Find the oldest account of a role (the demo's one-click login)."""
    row = await db.scalar(
        select(PersonRow)
        .where(PersonRow.role == role, PersonRow.is_guest.is_(False))
        .order_by(PersonRow.created_at_ms, PersonRow.email)
        .limit(1)
    )
    return None if row is None else record_of(row)


async def set_locale(db: AsyncSession, person_id: str, locale: Locale) -> None:
    await db.execute(
        update(PersonRow).where(PersonRow.person_id == person_id).values(locale=locale)
    )


async def set_password_hash(db: AsyncSession, person_id: str, encoded: str) -> None:
    await db.execute(
        update(PersonRow)
        .where(PersonRow.person_id == person_id)
        .values(password_hash=encoded)
    )


async def count(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).select_from(PersonRow)) or 0


async def list_centres(
    db: AsyncSession, centre_ids: Sequence[str] | None = None
) -> list[CentreRecord]:
    """List centres by region and name: all, or those of the ids that exist."""
    query = (
        select(CentreRow, RegionRow.name)
        .join(RegionRow, RegionRow.region_id == CentreRow.region_id)
        .order_by(RegionRow.name, CentreRow.name)
    )
    if centre_ids is not None:
        query = query.where(CentreRow.centre_id.in_(centre_ids))
    return [
        CentreRecord(row.centre_id, row.name, region)
        for row, region in await db.execute(query)
    ]


async def count_by_centre(db: AsyncSession) -> dict[str, int]:
    """Count the people with accounts of every centre."""
    query = (
        select(PersonRow.centre_id, func.count())
        .where(PersonRow.centre_id.is_not(None), PersonRow.is_guest.is_(False))
        .group_by(PersonRow.centre_id)
    )
    return {
        centre_id: number
        for centre_id, number in await db.execute(query)
        if centre_id is not None
    }


async def put_region(db: AsyncSession, region_id: str, name: str) -> None:
    """Add a region, or give it this name."""
    await db.merge(RegionRow(region_id=region_id, name=name))
    await db.flush()


async def put_centre(
    db: AsyncSession, centre_id: str, name: str, region_id: str
) -> None:
    """Add a centre, or give it this name and region."""
    await db.merge(CentreRow(centre_id=centre_id, name=name, region_id=region_id))
    await db.flush()


def record_of(row: PersonRow) -> PersonRecord:
    return PersonRecord(
        person_id=row.person_id,
        name=row.name,
        post=row.post,
        centre_id=row.centre_id,
        email=row.email,
        password_hash=row.password_hash,
        role=cast(AccountRole, row.role),
        locale=cast(Locale, row.locale),
        is_guest=row.is_guest,
        guest_seminar_id=row.guest_seminar_id,
        created_at_ms=row.created_at_ms,
    )
