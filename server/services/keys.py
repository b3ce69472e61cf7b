"""Stream keys: what OBS and players bring instead of a login."""

from __future__ import annotations

import hmac
from typing import Literal

from server.config import Config
from server.errors import NotFoundError, NotLoggedInError
from server.http.wire import StreamKeys
from server.services.seminar_access import edit_seminar
from server.services.seminars import new_key
from server.store import seminars
from server.store.database import Database
from server.store.people import PersonRecord
from server.store.seminars import SeminarRecord

KeyKind = Literal["whip", "whep"]


class KeyService:
    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config

    async def get(self, person: PersonRecord, seminar_id: str) -> StreamKeys:
        """Show the keys to who may edit. Raise NotFoundError or ForbiddenError."""
        async with self._database.read() as db:
            return self._body(await edit_seminar(db, person, seminar_id))

    async def get_as_operator(self, seminar_id: str) -> StreamKeys:
        """Show the keys to who sits at the machine. Raise NotFoundError."""
        async with self._database.read() as db:
            seminar = await seminars.find(db, seminar_id)
        if seminar is None:
            raise NotFoundError
        return self._body(seminar)

    async def renew(self, person: PersonRecord, seminar_id: str) -> StreamKeys:
        """Make new keys and a new link; the old ones stop working at once."""
        async with self._database.write() as db:
            seminar = await edit_seminar(db, person, seminar_id)
            await seminars.save_keys(db, seminar_id, new_key(), new_key(), new_key())
            renewed = await seminars.find(db, seminar.seminar_id)
        assert renewed is not None
        return self._body(renewed)

    async def check(self, seminar_id: str, kind: KeyKind, key: str) -> SeminarRecord:
        """Return the seminar a key opens. Raise NotLoggedInError when it does not."""
        async with self._database.read() as db:
            seminar = await seminars.find(db, seminar_id)
        # An unknown seminar is compared too, so that time does not tell it apart.
        known = new_key()
        if seminar is not None:
            known = seminar.whip_key if kind == "whip" else seminar.whep_key
        if not hmac.compare_digest(known.encode(), key.encode()) or seminar is None:
            raise NotLoggedInError
        return seminar

    def _body(self, seminar: SeminarRecord) -> StreamKeys:
        origin, seminar_id = self._config.origin, seminar.seminar_id
        return StreamKeys(
            whip_url=f"{origin}/whip/{seminar_id}",
            whip_key=seminar.whip_key,
            whep_url=f"{origin}/whep/{seminar_id}",
            whep_key=seminar.whep_key,
            invite_url=f"{origin}/j/{seminar.invite_token}",
        )
