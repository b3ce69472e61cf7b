"""The database: engine, pragmas, units of work, migrations.

SQLite (WAL, `synchronous=FULL`, so that an acknowledged commit survives power loss) or
PostgreSQL, chosen by the URL. One `AsyncSession` per unit of work, never shared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite writer waits for another; a group commit takes a few ms."""
_WRITES = "hallcast_writes"

UnitOfWork: TypeAlias = AsyncSession
"""What `read` and `write` give, and queries of `server.store` take. Services pass it
on without looking inside; only `server.store` knows SQLAlchemy."""
StoreError: TypeAlias = SQLAlchemyError
"""What the database raises when it fails."""


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


class Database:
    """Owns the connection pool. `write` and `read` are the only ways in."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = create_async_engine(url, pool_pre_ping=not self._is_sqlite)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _set_pragmas)
            event.listen(self._engine.sync_engine, "begin", _begin)

    @property
    def is_sqlite(self) -> bool:
        return self._is_sqlite

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that commits at its end, or rolls back on any error."""
        async with self._sessions() as session, session.begin():
            _ = await session.connection(execution_options={_WRITES: True})
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that only looks."""
        async with self._sessions() as session:
            yield session

    async def migrate(self) -> None:
        """Bring the schema to the newest revision."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_upgrade)

    async def check(self) -> None:
        """Raise when the database does not answer."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._engine.dispose()


def _set_pragmas(connection: Any, _record: object) -> None:
    # We open transactions ourselves: sqlite3's own begin comes too late to take the
    # write lock before the first read.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that turns writer can meet SQLITE_BUSY at once, whatever the timeout;
    # writers therefore take the lock first.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
