"""People and centres: what the pages show of them, and new accounts."""

from __future__ import annotations

from typing import TypeAlias

from server.auth import Logins
from server.clock import Clock
from server.domain.ids import new_id
from server.errors import AlreadyInStateError, NotFoundError
from server.http.wire import AccountRole, Centre, Locale, Person
from server.store import people
from server.store.database import Database
from server.store.people import CentreRecord, PersonRecord

Account: TypeAlias = PersonRecord
"""A person with a login, as the edges pass them from service to service."""


class PeopleService:
    def __init__(self, database: Database, logins: Logins, clock: Clock) -> None:
        self._database = database
        self._logins = logins
        self._clock = clock

    async def list_centres(self) -> list[Centre]:
        async with self._database.read() as db:
            return [centre_body(one) for one in await people.list_centres(db)]

    async def put_centre(self, centre: Centre, region_id: str) -> None:
        """Add a centre with its region, or rename them."""
        async with self._database.write() as db:
            await people.put_region(db, region_id, centre.region)
            await people.put_centre(db, centre.centre_id, centre.name, region_id)

    async def put_region(self, region_id: str, name: str) -> None:
        """Add a region, or rename it."""
        async with self._database.write() as db:
            await people.put_region(db, region_id, name)

    async def get(self, person_id: str) -> PersonRecord:
        """Return an account. Raise NotFoundError."""
        async with self._database.read() as db:
            person = await people.find(db, person_id)
        if person is None:
            raise NotFoundError
        return person

    async def find_by_email(self, email: str) -> PersonRecord | None:
        async with self._database.read() as db:
            return await people.find_by_email(db, email.lower())

    async def set_locale(self, person: PersonRecord, locale: Locale) -> None:
        async with self._database.write() as db:
            await people.set_locale(db, person.person_id, locale)
        self._logins.forget(person.person_id)

    async def create(
        self,
        *,
        name: str,
        email: str | None,
        role: AccountRole,
        post: str = "",
        centre_id: str | None = None,
        password: str | None = None,
        locale: Locale = "en",
    ) -> PersonRecord:
        """Add an account. Raise AlreadyInStateError when the address has one."""
        encoded = await self._logins.passwords.hash(password) if password else None
        person = PersonRecord(
            person_id=new_id("per"),
            name=name,
            post=post,
            centre_id=centre_id,
            role=role,
            locale=locale,
            created_at_ms=self._clock.now_ms(),
            email=email.strip().lower() if email else None,
            password_hash=encoded,
        )
        async with self._database.write() as db:
            if person.email and await people.find_by_email(db, person.email):
                raise AlreadyInStateError
            await people.insert(db, person)
        return person


def person_body(person: PersonRecord) -> Person:
    return Person(
        person_id=person.person_id,
        name=person.name,
        post=person.post,
        centre_id=person.centre_id,
        role=person.role,
        locale=person.locale,
    )


def centre_body(centre: CentreRecord) -> Centre:
    return Centre(centre_id=centre.centre_id, name=centre.name, region=centre.region)
