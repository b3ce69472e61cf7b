"""Who may come through a seminar's door, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from server.domain.events import Role
from server.domain.system import Join
from server.errors import ForbiddenError, NotFoundError
from server.http.wire import RosterEntry
from server.permissions import AccountRole, session_role
from server.store import participants
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class Admission:
    """A person who may join: their part in the session, and their name tag."""

    person_id: str
    role: Role
    centre_id: str | None
    capacity: int
    entry: RosterEntry

    def join(self) -> Join:
        return Join(self.person_id, self.role, self.centre_id, self.capacity)


async def admit(database: Database, seminar_id: str, person_id: str) -> Admission:
    """Admit a person to a seminar. Raises `not_found` and `forbidden`."""
    async with database.read() as db:
        applicant = await participants.applicant(db, seminar_id, person_id)
    if applicant is None:
        raise NotFoundError
    role = session_role(
        cast(AccountRole, applicant.account_role),
        is_own_seminar=applicant.is_own_seminar,
    )
    if role != "trainer" and not applicant.is_invited:
        raise ForbiddenError
    entry = RosterEntry(
        name=applicant.name, post=applicant.post, centre_id=applicant.centre_id
    )
    return Admission(person_id, role, applicant.centre_id, applicant.capacity, entry)
