"""A small academy in a real database, and a live session of its one seminar."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import TypeAdapter

from server.clock import ManualClock
from server.domain.commands import Command
from server.http.wire import CommandAck
from server.services.admission import admit
from server.services.audience import NoAudience
from server.services.live import LiveSession
from server.services.live_registry import Live
from server.services.media_port import NoMedia
from server.store.database import Database, sqlite_url
from server.store.models import (
    CentreRow,
    DeckRow,
    PersonRow,
    RegionRow,
    SeminarCentreRow,
    SeminarRow,
)

SEMINAR = "sem_seminar"
TRAINER = "prs_trainer"
DECK = "deck_slides"
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


def person(number: int) -> str:
    """Name participant `number` (0, 1, 2...)."""
    return f"prs_{number:04}"


async def seed(
    database: Database, people: int = 3, capacity: int = 2000, now_ms: int = 1
) -> None:
    """Write one region, two centres, a trainer, `people` participants, a seminar."""
    async with database.write() as db:
        db.add(RegionRow(region_id="reg_north", name="North"))
        await db.flush()
        db.add_all(
            CentreRow(centre_id=f"ctr_{name}", name=name, region_id="reg_north")
            for name in ("one", "two")
        )
        await db.flush()
        db.add(_person(TRAINER, "Trainer", "trainer", None))
        db.add(_person("prs_admin", "Administrator", "administrator", None))
        db.add(_person("prs_hall", "Coordinator", "coordinator", "ctr_one"))
        db.add(_person("prs_other", "Other Trainer", "trainer", None))
        db.add_all(
            _person(person(number), f"Mayor {number}", "participant", "ctr_one")
            for number in range(people)
        )
        db.add(_person("prs_stranger", "Stranger", "participant", "ctr_two"))
        await db.flush()
        db.add(
            SeminarRow(
                seminar_id=SEMINAR,
                trainer_id=TRAINER,
                title="67 functions",
                starts_at_ms=now_ms,
                duration_min=60,
                time_zone="Asia/Almaty",
                capacity=capacity,
                whip_key="whip",
                whep_key="whep",
                invite_token="invite",
                created_at_ms=now_ms,
            )
        )
        await db.flush()
        db.add(SeminarCentreRow(seminar_id=SEMINAR, centre_id="ctr_one"))
        db.add(
            DeckRow(
                deck_id=DECK,
                seminar_id=SEMINAR,
                title="Slides",
                pages=5,
                status="ready",
                created_at_ms=now_ms,
            )
        )


def _person(person_id: str, name: str, role: str, centre_id: str | None) -> PersonRow:
    return PersonRow(
        person_id=person_id,
        name=name,
        role=role,
        centre_id=centre_id,
        created_at_ms=1,
    )


class Hall:
    """A live session with people in it."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database = database
        self.clock = clock
        self.media = NoMedia()
        self.key = Ed25519PrivateKey.generate()
        self.audience = NoAudience()
        self.live = self._new_live()

    def _new_live(self) -> Live:
        def audience_of(_session: LiveSession) -> NoAudience:
            return self.audience

        return Live(self.database, self.clock, self.media, self.key, audience_of)

    async def session(self) -> LiveSession:
        return await self.live.session_of(SEMINAR)

    async def join(self, person_id: str, connection_id: str | None = None) -> str:
        """Join with one connection (named like the person); return participant id."""
        session = await self.session()
        admission = await admit(self.database, SEMINAR, person_id)
        return await session.connect(admission, connection_id or person_id)

    async def send(
        self, sender: str, /, type_: str, key: str | None = None, **fields: object
    ) -> CommandAck:
        command = COMMANDS.validate_python({"type": type_, **fields})
        session = await self.session()
        return await session.command(sender, key or uuid.uuid4().hex, command)

    async def must(self, sender: str, /, type_: str, **fields: object) -> None:
        ack = await self.send(sender, type_, None, **fields)
        assert ack.ok, ack.error

    async def go_live(self) -> str:
        """Join the trainer and go live; return their participant id."""
        trainer = await self.join(TRAINER)
        await self.must(trainer, "session.go_live")
        return trainer

    async def restart(self) -> None:
        """Lose the process and start the next one."""
        self.live = self._new_live()
        await self.live.open()

    async def poll(self, trainer: str, **fields: object) -> str:
        """Open a poll with three options; return its id."""
        await self.must(
            trainer,
            "poll.create",
            **{
                "question": "Which?",
                "kind": "single",
                "options": ["a", "b", "c"],
                **fields,
            },
        )
        return list((await self.session()).state.polls)[-1]


@asynccontextmanager
async def open_hall(
    folder: Path, people: int = 3, url: str | None = None
) -> AsyncIterator[Hall]:
    """Open a hall in a SQLite file of `folder`, or in the database at `url`."""
    database = Database(url or sqlite_url(folder / "hallcast.db"))
    await database.migrate()
    await seed(database, people)
    hall = Hall(database, ManualClock())
    try:
        yield hall
    finally:
        await hall.live.close()
        await database.close()
