from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.store.database import Database, sqlite_url
from tests.fakes.academy import seed
from tests.fakes.postgres import Postgres, open_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with open_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Database]:
    """A migrated database with the small academy in it, on both engines."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "hallcast.db")
    else:
        url = request.getfixturevalue("postgres").fresh_database()
    database = Database(url)
    await database.migrate()
    await seed(database)
    yield database
    await database.close()
