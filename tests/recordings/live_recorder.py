"""A real recorder process with its control channel and a paced sender."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from media.channel import ChannelClient, Wire
from recordings.protocol import (
    Command,
    Dump,
    Event,
    Failure,
    Notice,
    Prepared,
    RecorderDump,
    RecordingPrepare,
    RecordingStart,
    Reply,
    Request,
    Result,
)
from tests.recordings.streams import STREAMS, Datagram, Slot, video, voice

SESSION = "ses_live"


class LiveRecorder:
    """One recorder process; events are collected."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data_dir = root / "recordings"
        self.events: list[Event] = []
        self._changed = asyncio.Condition()
        wire: Wire[Command, Result, Event] = Wire(Request, Reply, Notice, Failure)
        self.client: ChannelClient[Command, Result, Event] = ChannelClient(
            str(root / "c.sock"), wire, on_event=self.events.append
        )
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "recordings",
                "--control",
                str(self.root / "c.sock"),
            ),
            *("--data-dir", str(self.data_dir), "--run-dir", str(self.root / "run")),
        )

    async def prepare(self, started_at_ms: int) -> Prepared:
        command = RecordingPrepare(session_id=SESSION, started_at_ms=started_at_ms)
        prepared = await self.client.request(command)
        assert isinstance(prepared, Prepared)
        start = RecordingStart(session_id=SESSION, streams=STREAMS)
        await self.client.request(start)
        return prepared

    async def connected(self) -> None:
        async with asyncio.timeout(5):
            while not self.client.is_connected:
                await asyncio.sleep(0.02)

    async def wait_for(self, kind: type[Event], timeout_s: float = 8.0) -> Event:
        async with asyncio.timeout(timeout_s):
            while True:
                found = [one for one in self.events if isinstance(one, kind)]
                if found:
                    return found[-1]
                await asyncio.sleep(0.02)

    async def dump(self) -> Dump:
        dump = await self.client.request(RecorderDump())
        assert isinstance(dump, Dump)
        return dump

    def take_pid(self) -> int:
        assert self.process is not None
        pid = self.process.pid
        # In order of their start: the one that waits for the next take comes last.
        child, *_ = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)


@asynccontextmanager
async def live_recorder(root: Path) -> AsyncIterator[LiveRecorder]:
    recorder = LiveRecorder(root)
    await recorder.start()
    recorder.client.start()
    try:
        await recorder.connected()
        yield recorder
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await recorder.client.close()
        assert recorder.process is not None
        if recorder.process.returncode is None:
            recorder.process.terminate()
        await recorder.process.wait()


class Seminar:
    """Coded media of some session time, made before the clock of a test starts."""

    def __init__(self, start_ms: float, end_ms: float) -> None:
        self._slots = Slot(1, 90_000), Slot(11, 48_000)
        self._span = start_ms, end_ms
        picture, sound = self._slots
        self._media = [
            *video(picture, "h264", start_ms, end_ms),
            *voice(sound, start_ms, end_ms),
        ]

    def datagrams(self, started_at_ms: int) -> list[Datagram]:
        """Give the media with its sender reports, for a session that began then."""
        reports = [
            one
            for slot in self._slots
            for one in slot.reports(started_at_ms, *self._span)
        ]
        return sorted([*self._media, *reports])


async def send(path: str, datagrams: Iterable[Datagram], started_at_ms: int) -> None:
    """Send each datagram at its session time; a full queue is tried again."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for one in datagrams:
            wait_s = (started_at_ms + one.at_ms) / 1000 - time.time()
            if wait_s > 0.002:
                await asyncio.sleep(wait_s)
            for _ in range(100):
                try:
                    sender.sendto(one.data, path)
                    break
                except BlockingIOError:
                    await asyncio.sleep(0.001)
                except (ConnectionRefusedError, FileNotFoundError):
                    return
