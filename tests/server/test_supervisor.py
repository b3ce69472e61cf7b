"""Real child processes: what dies comes back, what should end ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.config import Config
from server.node import check_surroundings, child_specs
from server.supervisor import (
    EXIT_CANNOT_START,
    Backoff,
    CannotStart,
    ChildSpec,
    Supervisor,
)

FOREVER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)
READY = (
    "import http.server as h\n"
    "class A(h.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(200); self.end_headers()\n"
    "    def log_message(self, *a): pass\n"
    "h.HTTPServer(('127.0.0.1', {port}), A).serve_forever()\n"
)


def spec(code: str, name: str = "child", after_ready: bool = False) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-c", code), after_ready=after_ready)


class Running:
    def __init__(self, supervisor: Supervisor, lines: list[str]) -> None:
        self.supervisor = supervisor
        self.lines = lines

    @property
    def pid(self) -> int:
        pid = self.supervisor.children[0].pid
        assert pid is not None
        return pid

    async def until(self, holds: Callable[[], object], limit_s: float = 10.0) -> None:
        async with asyncio.timeout(limit_s):
            while not holds():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def running(
    *specs: ChildSpec, port: int = 1, is_ready: list[int] | None = None
) -> AsyncIterator[Running]:
    lines: list[str] = []
    supervisor = Supervisor(
        specs,
        f"http://127.0.0.1:{port}",
        on_ready=lambda: (is_ready if is_ready is not None else []).append(1),
        write=lines.append,
    )
    task = asyncio.create_task(supervisor.run())
    try:
        yield Running(supervisor, lines)
    finally:
        supervisor.stop()
        await task


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_killed_child_is_noticed_and_back_at_once() -> None:
    async with running(spec(FOREVER)) as node:
        await node.until(lambda: "child | up" in node.lines)
        first = node.pid
        started_s = time.monotonic()
        os.kill(first, signal.SIGKILL)
        await node.until(lambda: node.supervisor.children[0].pid not in (None, first))
        assert time.monotonic() - started_s < 0.3
        assert any("killed by SIGKILL" in line for line in node.lines)
        await node.until(lambda: node.lines.count("child | up") == 2)


async def test_stop_ends_every_child() -> None:
    async with running(spec(FOREVER, "one"), spec(FOREVER, "two")) as node:
        await node.until(lambda: len(node.lines) == 2)
        pids = [child.pid for child in node.supervisor.children]
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not any("ended" in line for line in node.lines)


async def test_second_signal_kills_who_does_not_listen() -> None:
    async with running(spec(STUBBORN)) as node:
        await node.until(lambda: "child | up" in node.lines)
        node.supervisor.stop()
        await asyncio.sleep(0)
        node.supervisor.stop()


async def test_child_that_can_not_start_ends_the_node() -> None:
    lines: list[str] = []
    code = f"import sys; print('port taken'); sys.exit({EXIT_CANNOT_START})"
    supervisor = Supervisor(
        [spec(code), spec(FOREVER)], "http://127.0.0.1:1", lambda: None, lines.append
    )
    with pytest.raises(CannotStart, match="child"):
        await supervisor.run()
    assert "child | port taken" in lines


async def test_ready_line_comes_once_and_starts_the_late_children() -> None:
    port, ready = free_port(), [0]
    late = spec(FOREVER, "late", after_ready=True)
    web = spec(READY.format(port=port), "web")
    async with running(web, late, port=port, is_ready=ready) as node:
        assert node.supervisor.children[1].starts == 0
        await node.until(lambda: "late | up" in node.lines)
    assert ready == [0, 1]


async def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from server.supervisor import ChildSpec, Supervisor\n"
        f"spec = ChildSpec('c', (sys.executable, '-c', {FOREVER!r}))\n"
        "s = Supervisor([spec], 'http://127.0.0.1:1', print, print)\n"
        "async def main():\n"
        "    task = asyncio.create_task(s.run())\n"
        "    while s.children[0].pid is None: await asyncio.sleep(0.01)\n"
        "    print(s.children[0].pid, flush=True)\n"
        "    await task\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    async with asyncio.timeout(5):
        while Path(f"/proc/{pid}/stat").exists() and _is_running(pid):
            await asyncio.sleep(0.01)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_backoff_begins_at_once_grows_and_forgets() -> None:
    backoff = Backoff()
    delays = [backoff.delay_s(0.1) for _ in range(8)]
    assert delays == [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert backoff.delay_s(60.0) == 0.0


def test_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = Config(data_dir=tmp_path, port=port)
        with pytest.raises(CannotStart, match=f"TCP port {port} .*HALLCAST_PORT"):
            check_surroundings(config)


def test_media_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        config = Config(
            data_dir=tmp_path,
            port=free_port(),
            media_host="127.0.0.1",
            media_port=port,
        )
        with pytest.raises(CannotStart, match=r"UDP port .*HALLCAST_MEDIA_PORT"):
            check_surroundings(config)


def test_unwritable_data_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = Config(data_dir=tmp_path / "file" / "data")
    with pytest.raises(CannotStart, match=r"not writable.*HALLCAST_DATA_DIR"):
        check_surroundings(config)


def test_node_runs_what_its_settings_say(tmp_path: Path) -> None:
    config = Config(
        data_dir=tmp_path, media_workers=2, media_announce=["192.0.2.1"], demo=True
    )
    by_name = {one.name: one for one in child_specs(config)}
    assert list(by_name) == ["web", "media-0", "media-1", "recorder", "demo"]
    argv = by_name["media-1"].argv
    assert argv[argv.index("--udp-port") + 1] == "42001"
    assert argv[argv.index("--announce") + 1] == "192.0.2.1"
    assert by_name["demo"].after_ready
    assert by_name["web"].env["HALLCAST_DEMO"] == "true"


async def test_grandchild_that_keeps_the_output_open_hides_no_death() -> None:
    code = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)'])\n"
        "print('up', flush=True)\n"
        "time.sleep(60)"
    )
    async with running(spec(code)) as node:
        await node.until(lambda: "child | up" in node.lines)
        started_s = time.monotonic()
        os.kill(node.pid, signal.SIGKILL)
        await node.until(lambda: any("SIGKILL" in line for line in node.lines))
        assert time.monotonic() - started_s < 0.3


async def test_late_children_end_before_those_they_use() -> None:
    port = free_port()
    said = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(print({!r}, flush=True)))\n"
    )
    web = spec(said.format("web ends") + READY.format(port=port), "web")
    demo = spec(said.format("demo ends") + FOREVER, "demo", after_ready=True)
    async with running(web, demo, port=port) as node:
        await node.until(lambda: "demo | up" in node.lines)
    ends = [line for line in node.lines if line.endswith("ends")]
    assert ends == ["demo | demo ends", "web | web ends"]
