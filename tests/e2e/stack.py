"""A whole Hallcast on loopback: what `make run` starts, on ports of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
ROOT = Path(__file__).parents[2]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a loopback port that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_media_port(workers: int) -> int:
    """Return the first of so many neighbouring UDP and TCP ports that nobody uses."""
    for _ in range(50):
        first = free_port(socket.SOCK_DGRAM)
        try:
            for port in range(first, first + workers):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(socket.AF_INET, kind) as probe:
                        probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first
    raise RuntimeError("no free ports")


def data_folder(parent: Path, demo_clips: Path) -> Path:
    """Make a data directory; the demo's rendered clips are kept between stacks."""
    folder = parent / "data"
    folder.mkdir()
    (folder / "demo").symlink_to(demo_clips)
    return folder


class Stack:
    """The supervisor's process and what can be done to its children."""

    def __init__(
        self, process: asyncio.subprocess.Process, port: int, data: Path
    ) -> None:
        self.process = process
        self.url = f"http://localhost:{port}"
        self.data = data
        self.output: list[str] = []

    def child_pid(self, module: str, *arguments: str) -> int:
        """Return the pid of the supervisor's child that runs `python -m module`.

        With arguments, of the one that was given these.
        """
        wanted = {b"-m", module.encode(), *(one.encode() for one in arguments)}
        tasks = Path(f"/proc/{self.process.pid}/task")
        for children in tasks.glob("*/children"):
            for pid in children.read_text().split():
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if wanted <= set(words):
                    return int(pid)
        raise LookupError(f"no child runs {module}")

    def kill(self, module: str, *arguments: str) -> None:
        """`kill -9` one child."""
        os.kill(self.child_pid(module, *arguments), signal.SIGKILL)

    async def wait_for_line(self, words: str) -> None:
        """Read the supervisor's output up to a line that contains `words`."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.output.append(line.decode(errors="replace").rstrip())
            if words in self.output[-1]:
                return
        raise RuntimeError("\n".join(["Hallcast ended:", *self.output[-40:]]))

    async def drain(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.output.append(line.decode(errors="replace").rstrip())


@asynccontextmanager
async def open_stack(
    data: Path, *arguments: str, **settings: str
) -> AsyncIterator[Stack]:
    """Run `hallcast serve` until the context ends; settings are HALLCAST_* in lower."""
    port = free_port()
    environment = os.environ | {
        "HALLCAST_HOST": "127.0.0.1",
        "HALLCAST_PORT": str(port),
        "HALLCAST_MEDIA_HOST": "127.0.0.1",
        "HALLCAST_MEDIA_PORT": str(free_port(socket.SOCK_DGRAM)),
        "HALLCAST_DATA_DIR": str(data),
        "HALLCAST_WEB_DIST": os.environ.get(
            "HALLCAST_WEB_DIST", str(ROOT / "web" / "dist")
        ),
        **{f"HALLCAST_{name.upper()}": value for name, value in settings.items()},
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "serve", *arguments),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    stack = Stack(process, port, data)
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            await stack.wait_for_line("Hallcast is ready")
        drain = asyncio.create_task(stack.drain())
        yield stack
        drain.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
