from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from server.store import participants
from server.store.database import Database
from server.store.models import Base, RegionRow, SessionRow
from tests.fakes.academy import SEMINAR


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await database.migrate()
    await database.check()


async def test_the_migrations_make_exactly_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.read() as db:
        connection = await db.connection()
        assert await connection.run_sync(differences) == []


async def test_a_unit_of_work_that_fails_keeps_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as db:
            db.add(RegionRow(region_id="reg_lost", name="Lost"))
            await db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.read() as db:
        assert await db.get(RegionRow, "reg_lost") is None


async def test_many_writers_wait_for_each_other(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as db:
            db.add(RegionRow(region_id=f"reg_{number}", name="Region"))

    await asyncio.gather(*(write(number) for number in range(20)))
    async with database.read() as db:
        count = await db.scalar(text("SELECT count(*) FROM region"))
    assert count == 21


async def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as db:
            await db.execute(
                text("INSERT INTO centre VALUES ('ctr_x', 'x', 'reg_nowhere')")
            )


async def test_a_seminar_has_one_session_that_has_not_ended(
    database: Database,
) -> None:
    def session(session_id: str, status: str) -> SessionRow:
        return SessionRow(
            session_id=session_id,
            seminar_id=SEMINAR,
            status=status,
            created_at_ms=1,
            alive_at_ms=1,
        )

    async with database.write() as db:
        db.add_all([session("ses_1", "ended"), session("ses_2", "ended")])
        db.add(session("ses_3", "live"))
    with pytest.raises(IntegrityError):
        async with database.write() as db:
            db.add(session("ses_4", "planned"))


async def test_a_commit_survives_power_loss(database: Database) -> None:
    """G4: what was acknowledged is on disk; the settings that promise it."""
    async with database.read() as db:
        if database.is_sqlite:
            mode = await db.scalar(text("PRAGMA journal_mode"))
            full = await db.scalar(text("PRAGMA synchronous"))
            assert (mode, full) == ("wal", 2)
        else:
            assert await db.scalar(text("SHOW synchronous_commit")) == "on"
            assert await db.scalar(text("SHOW fsync")) == "on"


async def test_two_windows_that_use_a_link_at_once_let_one_person_in(
    database: Database,
) -> None:
    async def let_in() -> None:
        async with database.write() as db:
            await participants.let_in(db, SEMINAR, "prs_stranger", 1)

    await asyncio.gather(*(let_in() for _ in range(5)))
    async with database.read() as db:
        assert await participants.is_let_in(db, SEMINAR, "prs_stranger")
        assert not await participants.is_let_in(db, SEMINAR, "prs_other")


async def test_nobody_is_let_in_to_what_does_not_exist(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as db:
            await participants.let_in(db, "sem_nowhere", "prs_stranger", 1)
