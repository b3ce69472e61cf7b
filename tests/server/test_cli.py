"""The operator's commands, as processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from server.config import Config, media_socket
from server.store import people, seminars
from server.store.database import Database, sqlite_url
from tests.fakes.node import PASSWORD, Node, open_node


async def hallcast(
    data_dir: Path, *args: str, stdin: str = "", **settings: str
) -> tuple[int, str]:
    """Run a command to its end; return exit code and output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", *args),
        env=os.environ | {"HALLCAST_DATA_DIR": str(data_dir)} | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.fixture
async def node(tmp_path: Path) -> Node:
    node = await open_node(tmp_path)
    await node.close()
    return node


async def test_keys_are_printed(node: Node) -> None:
    code, output = await hallcast(node.config.data_dir, "keys", node.seminar_id)
    assert code == 0
    assert f"/whip/{node.seminar_id}" in output
    assert "bearer key" in output
    code, output = await hallcast(node.config.data_dir, "keys", "sem_unknown")
    assert (code, output) == (2, "This does not exist.\n")


async def test_created_user_can_log_in(node: Node) -> None:
    user = ("--name", "New Trainer", "--email", "new@example.org", "--role", "trainer")
    create = ("create-user", *user, "--password-stdin")
    code, output = await hallcast(node.config.data_dir, *create, stdin=PASSWORD)
    assert (code, output[:4]) == (0, "per_")
    code, output = await hallcast(node.config.data_dir, *create, stdin=PASSWORD)
    assert code == 2
    code, output = await hallcast(node.config.data_dir, *create, stdin="short")
    assert (code, "at least 8" in output) == (2, True)


async def test_preset_gives_a_new_database_centres_and_nobody(tmp_path: Path) -> None:
    code, output = await hallcast(tmp_path, "preset", "kazakhstan")
    assert (code, output.count("\n")) == (0, 1), output
    assert "14 centres" in output
    database = Database(sqlite_url(tmp_path / "hallcast.sqlite3"))
    async with database.write() as db:
        centres = await people.list_centres(db)
        assert await people.count(db) == 0
        assert await seminars.list_all(db) == []
        await people.put_centre(db, "ctr_aktau", "Renamed", "reg_mangystau")
    assert len(centres) == 14
    code, output = await hallcast(tmp_path, "preset", "kazakhstan")
    assert (code, "nothing was changed" in output) == (0, True)
    async with database.read() as db:
        names = [one.name for one in await people.list_centres(db)]
    await database.close()
    assert (len(names), names.count("Renamed")) == (14, 1)
    code, output = await hallcast(tmp_path, "preset", "atlantis")
    assert (code, "kazakhstan" in output) == (2, True)


async def test_people_are_added_before_the_first_start(tmp_path: Path) -> None:
    user = ("--name", "New Trainer", "--email", "new@example.org", "--password-stdin")
    code, output = await hallcast(tmp_path, "create-user", *user, stdin=PASSWORD)
    assert (code, output[:4]) == (0, "per_"), output


async def test_log_is_verified(tmp_path: Path) -> None:
    node = await open_node(tmp_path)
    session_id = (await node.live_session()).session_id
    await node.end()
    await node.close()
    code, output = await hallcast(node.config.data_dir, "verify-log", session_id)
    assert code == 0, output
    assert "whole" in output


async def test_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, output = await hallcast(tmp_path, "serve", HALLCAST_PORT=port)
    assert code == 2
    assert output.count("\n") == 1
    assert "HALLCAST_PORT" in output


async def test_wrong_settings_are_told(tmp_path: Path) -> None:
    code, output = await hallcast(tmp_path, "migrate", HALLCAST_PORT="many")
    assert (code, "settings are not valid" in output) == (2, True)


async def test_node_gets_ready_survives_a_kill_and_ends_cleanly(
    tmp_path: Path,
) -> None:
    """The real processes: `hallcast serve`, `kill -9` of the media worker, SIGTERM."""
    ports = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(str(probe.getsockname()[1]))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "serve"),
        env=os.environ
        | {
            "HALLCAST_DATA_DIR": str(tmp_path),
            "HALLCAST_PORT": ports[0],
            "HALLCAST_MEDIA_PORT": ports[1],
            "HALLCAST_MEDIA_HOST": "127.0.0.1",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        await _line_with(process.stdout, "Hallcast is ready")
        os.kill(_child_of(process.pid, "media"), signal.SIGKILL)
        await _line_with(process.stdout, "media-0 ended (killed by SIGKILL)")
        while (pid := _child_of(process.pid, "media")) == 0:
            await asyncio.sleep(0.01)
        process.terminate()
        await process.stdout.read()
        assert await process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def _line_with(stream: asyncio.StreamReader, words: str) -> None:
    while line := (await stream.readline()).decode():
        if words in line:
            return
    pytest.fail(f"the node ended before it said: {words}")


def _child_of(parent: int, module: str) -> int:
    """Find the running child `python -m module`; 0 while there is none."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for pid in children:
        argv = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if argv[1:3] == [b"-m", module.encode()]:
            return int(pid)
    return 0


async def test_drain_signals_the_worker_and_it_ends_when_it_is_empty(
    tmp_path: Path,
) -> None:
    code, output = await hallcast(tmp_path, "drain", "0")
    assert (code, output) == (2, "No media worker 0 runs here.\n")
    control = str(media_socket(Config(data_dir=tmp_path), 0))
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "media", "--control", control),
        *("--udp-host", "127.0.0.1", "--udp-port", "0"),
    )
    try:
        async with asyncio.timeout(10):
            while not Path(f"{control}.relay").exists():
                await asyncio.sleep(0.02)
            code, output = await hallcast(tmp_path, "drain", "0")
            assert (code, output[:14]) == (0, "media-0 drains")
            assert await worker.wait() == 0
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
