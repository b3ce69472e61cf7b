"""Keeps a set of processes running: what `hallcast serve` does (see `server.node`).

The supervisor holds no state of a seminar: killing any child, or the supervisor
itself, loses nothing. A child's death is noticed by waitpid, so within milliseconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

EXIT_CANNOT_START = 2
STOP_TIMEOUT_S = 10.0
FIRST_DELAY_S = 0.25
"""Second restart in a row; the first is immediate."""
MAX_DELAY_S = 5.0
STEADY_S = 3.0
"""A child that lived this long starts its back-off anew: what can not start ends
within a second, and what died in a seminar is missed by everybody in it."""
GOODBYE_S = 2.0
"""Of these, what the demonstration may take to leave its seminar."""
LAST_LINES_S = 0.1
READY_POLL_S = 0.2
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class CannotStart(Exception):
    """The node can not run as configured; the message is for the operator."""


@dataclass(frozen=True)
class ChildSpec:
    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    after_ready: bool = False
    """Start only once the node answers /readyz (the demo's presenter)."""


class Backoff:
    """How long to wait before the next start: 0, 0.25, 0.5, 1, 2, 4, 5, 5... s."""

    def __init__(self) -> None:
        self._deaths = 0

    def delay_s(self, lived_s: float) -> float:
        """Return the wait after a child died that had lived `lived_s`."""
        if lived_s >= STEADY_S:
            self._deaths = 0
        self._deaths += 1
        if self._deaths == 1:
            return 0.0
        return float(min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** (self._deaths - 2)))


class Child:
    """Keeps one process running until `stop`; its output comes prefixed by its name."""

    def __init__(self, spec: ChildSpec, write: Callable[[str], None]) -> None:
        self.spec = spec
        self.starts = 0
        self._write = write
        self._backoff = Backoff()
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    async def run(self) -> None:
        """Start and restart. Raise CannotStart when the first start is refused."""
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            if code == EXIT_CANNOT_START and self.starts == 1:
                raise CannotStart(f"{self.spec.name} can not start, see its line above")
            delay_s = self._backoff.delay_s(time.monotonic() - started)
            self._write(f"{self.spec.name} ended ({_why(code)}), starting it again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._stopping.wait()

    async def _run_once(self) -> int:
        # An own pipe: asyncio's would make `wait` wait for every process that holds
        # it, and a grandchild may outlive the child whose death is to be noticed.
        read_end, write_end = os.pipe()
        copying = asyncio.create_task(self._copy_output(read_end))
        try:
            process = await asyncio.create_subprocess_exec(
                *self.spec.argv,
                env={**os.environ, **self.spec.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only the supervisor
                preexec_fn=_die_with_parent,
            )
        finally:
            os.close(write_end)
        self._process = process
        self.starts += 1
        try:
            return await process.wait()
        finally:
            self._process = None
            # The last lines are in the pipe by now; more need not be waited for.
            await asyncio.wait({copying}, timeout=LAST_LINES_S)
            copying.cancel()
            await asyncio.wait({copying})

    async def _copy_output(self, read_end: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
        )
        try:
            while line := await _read_line(reader):
                text = line.decode(errors="replace").rstrip()
                self._write(f"{self.spec.name} | {text}")
        finally:
            transport.close()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        self._stopping.set()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(by)


class Supervisor:
    """Runs children until a signal; `url` is asked for /readyz."""

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        url: str,
        on_ready: Callable[[], None],
        write: Callable[[str], None],
    ) -> None:
        self.children = [Child(spec, write) for spec in specs]
        self._url = url
        self._on_ready = on_ready
        self._write = write
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Return after a clean stop. Raise CannotStart when a child refuses."""
        first = [child for child in self.children if not child.spec.after_ready]
        tasks = [asyncio.create_task(child.run()) for child in first]
        greeting = asyncio.create_task(self._greet(tasks))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            greeting.cancel()
            stopping.cancel()
            await self._stop_all(tasks)
        for task in tasks:
            if not task.cancelled() and task.exception() is not None:
                raise task.exception()  # type: ignore[misc]  # checked not None

    def stop(self) -> None:
        """End all children; called a second time, kill them."""
        if self._stopping.is_set():
            for child in self.children:
                child.stop(signal.SIGKILL)
        self._stopping.set()

    async def _greet(self, tasks: list[asyncio.Task[None]]) -> None:
        while not await asyncio.to_thread(_answers, f"{self._url}/readyz"):  # noqa: ASYNC110
            await asyncio.sleep(READY_POLL_S)
        self._on_ready()
        late = [child for child in self.children if child.spec.after_ready]
        tasks += [asyncio.create_task(child.run()) for child in late]

    async def _stop_all(self, tasks: list[asyncio.Task[None]]) -> None:
        await self._stop_late(tasks)
        for child in self.children:
            child.stop()
        _, pending = await asyncio.wait(tasks, timeout=STOP_TIMEOUT_S)
        for child in self.children:
            child.stop(signal.SIGKILL)
        if pending:
            _, pending = await asyncio.wait(pending, timeout=1.0)
        for task in pending:
            task.cancel()

    async def _stop_late(self, tasks: list[asyncio.Task[None]]) -> None:
        """End first those who use the node, so that they can say goodbye to it."""
        late = [child for child in self.children if child.spec.after_ready]
        for child in late:
            child.stop()
        running = tasks[len(self.children) - len(late) :]
        if running:
            await asyncio.wait(running, timeout=GOODBYE_S)
        for child in late:
            child.stop(signal.SIGKILL)


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    """Return the next line; empty at the end."""
    try:
        return await reader.readline()
    except ValueError:
        return b"(a line too long to show)"


def _answers(url: str) -> bool:
    """Tell whether the address answers 200; runs in a thread."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _die_with_parent() -> None:
    """Run in the new child before exec: SIGTERM when the supervisor is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _why(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
