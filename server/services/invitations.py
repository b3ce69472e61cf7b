"""Joining by an invitation link: guests give a name, people with a login come in."""

from __future__ import annotations

from server.auth import Login, Logins
from server.clock import Clock
from server.domain.ids import new_id
from server.errors import (
    BadRequestError,
    FieldProblem,
    LinkExpiredError,
    LinkWrongError,
)
from server.http.wire import GuestRequest, Invitation
from server.services.people import centre_body
from server.services.seminar_access import may_see
from server.store import participants, people, seminars
from server.store.database import Database, UnitOfWork
from server.store.people import PersonRecord
from server.store.seminars import SeminarRecord


class InvitationService:
    def __init__(self, database: Database, logins: Logins, clock: Clock) -> None:
        self._database = database
        self._logins = logins
        self._clock = clock

    async def look(self, token: str) -> Invitation:
        """Show what the link leads to. Raise LinkWrongError or LinkExpiredError."""
        async with self._database.read() as db:
            seminar = await _open_link(db, token)
            centres = await people.list_centres(db, seminar.centre_ids)
        session = seminar.session
        return Invitation(
            seminar_id=seminar.seminar_id,
            title=seminar.title,
            starts_at_ms=seminar.starts_at_ms,
            time_zone=seminar.time_zone,
            trainer_name=seminar.trainer_name,
            status="planned" if session is None else session.status,
            centres=[centre_body(centre) for centre in centres],
        )

    async def let_in(self, token: str, person: PersonRecord) -> None:
        """Open the seminar to someone who is logged in. Raise as `look`."""
        async with self._database.write() as db:
            seminar = await _open_link(db, token)
            if not await may_see(db, person, seminar):
                await participants.let_in(
                    db, seminar.seminar_id, person.person_id, self._clock.now_ms()
                )

    async def accept(self, token: str, guest: GuestRequest) -> Login:
        """Log a guest in. Raise as `look`, or BadRequestError for a foreign centre."""
        async with self._database.write() as db:
            seminar = await _open_link(db, token)
            if guest.centre_id is not None and (
                guest.centre_id not in seminar.centre_ids
            ):
                raise BadRequestError(
                    fields=(
                        FieldProblem(
                            "centre_id", "unknown", "This centre is not invited."
                        ),
                    )
                )
            person = PersonRecord(
                person_id=new_id("per"),
                name=guest.name,
                post=guest.post,
                centre_id=guest.centre_id,
                role="participant",
                locale=guest.locale,
                created_at_ms=self._clock.now_ms(),
                is_guest=True,
                guest_seminar_id=seminar.seminar_id,
            )
            await people.insert(db, person)
        return await self._logins.open(person)


async def _open_link(db: UnitOfWork, token: str) -> SeminarRecord:
    seminar = await seminars.find_by_invitation(db, token)
    if seminar is None:
        raise LinkWrongError
    if seminar.is_over:
        raise LinkExpiredError
    return seminar
