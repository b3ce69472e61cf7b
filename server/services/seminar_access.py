"""Who may see a seminar, who may change it, and what a person is in it."""

from __future__ import annotations

from server.domain.events import Role
from server.errors import ForbiddenError, NotFoundError
from server.permissions import may_edit_seminar, session_role
from server.store import participants, seminars
from server.store.database import UnitOfWork
from server.store.people import PersonRecord
from server.store.seminars import SeminarRecord


async def access_seminar(
    db: UnitOfWork, person: PersonRecord, seminar_id: str
) -> SeminarRecord:
    """Return a seminar the person may see. Raise NotFoundError or ForbiddenError."""
    seminar = await seminars.find(db, seminar_id)
    if seminar is None:
        raise NotFoundError
    if not await may_see(db, person, seminar):
        raise ForbiddenError
    return seminar


async def edit_seminar(
    db: UnitOfWork, person: PersonRecord, seminar_id: str
) -> SeminarRecord:
    """Return a seminar the person may change. Raise NotFoundError or ForbiddenError."""
    seminar = await access_seminar(db, person, seminar_id)
    if not may_edit(person, seminar):
        raise ForbiddenError
    return seminar


async def may_see(db: UnitOfWork, person: PersonRecord, seminar: SeminarRecord) -> bool:
    """Tell whether a seminar is for this person.

    One that names no centres is for everybody with an account.
    """
    if person.role == "administrator" or person.person_id == seminar.trainer_id:
        return True
    if person.is_guest:
        is_invited = person.guest_seminar_id == seminar.seminar_id
    else:
        is_invited = not seminar.centre_ids or person.centre_id in seminar.centre_ids
    return is_invited or await participants.is_let_in(
        db, seminar.seminar_id, person.person_id
    )


def may_edit(person: PersonRecord, seminar: SeminarRecord) -> bool:
    return may_edit_seminar(
        person.role, is_own_seminar=person.person_id == seminar.trainer_id
    )


def role_in(person: PersonRecord, seminar: SeminarRecord) -> Role:
    return session_role(
        person.role, is_own_seminar=person.person_id == seminar.trainer_id
    )
