"""A Hallcast of the benchmark's own, with one live seminar; public interfaces only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM

from benchmarks.fanout.process import end, free_port
from benchmarks.whep.wire import Endpoint
from demo.account import Account, open_account
from demo.room import Room

READY_TIMEOUT_S = 60.0
EMAIL = "load@academy.example"


@dataclass
class Node:
    """Where to publish and watch, and the trainer who may go live."""

    whip: Endpoint
    whep: Endpoint
    media_pids: tuple[int, ...]
    room: Room

    async def go_live(self) -> None:
        await self.room.send("session.go_live")


@asynccontextmanager
async def open_node(viewers: int, workers: int = 1) -> AsyncIterator[Node]:
    """Run `hallcast serve` in a folder of its own until the context ends.

    Each media worker takes its share of the viewers and the publisher, no more: so that
    all of them must be used.
    """
    with tempfile.TemporaryDirectory(prefix="hallcast-bench-") as folder:
        port = free_port()
        settings = {
            "HALLCAST_CONFIG": str(Path(folder) / "none.toml"),
            "HALLCAST_HOST": "127.0.0.1",
            "HALLCAST_PORT": str(port),
            "HALLCAST_MEDIA_HOST": "127.0.0.1",
            "HALLCAST_MEDIA_PORT": str(free_port(SOCK_DGRAM)),
            "HALLCAST_MEDIA_WORKERS": str(workers),
            "HALLCAST_MEDIA_PEERS_PER_WORKER": str(viewers // workers + 2),
            "HALLCAST_DATA_DIR": str(Path(folder) / "data"),
            # All viewers come from one address: who measures allows it for that.
            "HALLCAST_OFFERS_PER_MINUTE": str(600 + 3 * viewers),
        }
        password = secrets.token_urlsafe(16)
        _create_trainer(settings, password)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cli", "serve"),
            env=os.environ | settings,
            stdout=subprocess.PIPE,
        )
        try:
            await _wait_until_ready(process)
            async with (
                open_account(f"http://localhost:{port}") as account,
                _open_seminar(account, password) as node,
            ):
                node.media_pids = child_pids(process.pid, "media")
                yield node
        finally:
            await end(process)


@asynccontextmanager
async def _open_seminar(account: Account, password: str) -> AsyncIterator[Node]:
    await account.post("/api/login", {"email": EMAIL, "password": password})
    draft = {
        "title": "Load",
        "summary": "",
        "starts_at_ms": int(time.time() * 1000),
        "duration_min": 60,
        "time_zone": "Asia/Almaty",
        "centre_ids": [],
        "capacity": 2_000,
    }
    planned = await account.post("/api/seminars", draft)
    seminar_id = str(planned["card"]["seminar_id"])
    keys = await account.get(f"/api/seminars/{seminar_id}/keys")
    room = Room(account.http, account.base_url, seminar_id)
    await room.join()
    try:
        await room.send("session.open")
        yield Node(
            whip=Endpoint(keys["whip_url"], keys["whip_key"]),
            whep=Endpoint(keys["whep_url"], keys["whep_key"]),
            media_pids=(),
            room=room,
        )
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await room.leave()


def _create_trainer(settings: dict[str, str], password: str) -> None:
    words = ["create-user", "--name", "Load", "--email", EMAIL, "--role", "trainer"]
    subprocess.run(
        [sys.executable, "-m", "server.cli", *words, "--password-stdin"],
        env=os.environ | settings,
        input=password.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )


async def _wait_until_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(READY_TIMEOUT_S):
        async for line in process.stdout:
            if b"is ready" in line:
                return
    raise RuntimeError("hallcast serve ended before it was ready")


def child_pids(parent: int, module: str) -> tuple[int, ...]:
    """Return the children of a process that run `python -m module`, oldest first."""
    found: list[int] = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for pid in children.read_text().split():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if b"-m" in words and module.encode() in words:
                found.append(int(pid))
    if not found:
        raise LookupError(f"no child runs {module}")
    return tuple(sorted(found))
