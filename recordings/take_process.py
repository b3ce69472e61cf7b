"""The child process of one take: `python -m recordings.take_process`.

Talks with the recorder over its standard input and output (frames as on the control
socket): a `TakeOrder` and then commands in, `Prepared` or a `Failure` and then events
out. The end of the input ends the take. A crash here, in FFmpeg for example, ends this
take only.
"""

from __future__ import annotations

import logging
import os
import queue
import selectors
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from media.channel import FrameReader, encode_frame
from media.clock import SystemClock
from recordings.archive import close_archive, mend, remove_spare_parts, session_lock
from recordings.disk import DEFAULT_RATE_BYTES_S, disk_space
from recordings.errors import ManifestError, TakeRefused
from recordings.manifest import RenditionName
from recordings.protocol import (
    ArchiveReady,
    Event,
    Failure,
    Health,
    HlsEdge,
    Prepared,
    RecordingHealth,
    RecordingStart,
    RecordingStop,
)
from recordings.spare import TakeOrder
from recordings.store import TakeStore
from recordings.take import Take

log = logging.getLogger(__name__)

TICK_S = 0.01
HEALTH_INTERVAL_S = 5.0
DISK_INTERVAL_S = 1.0
MAX_INBOX_DATAGRAMS = 20_000
"""Some 60 s of a seminar; beyond it the newest are dropped, and show as gaps."""
RECEIVE_BUFFER_BYTES = 4 << 20
LINGER_S = 20.0
"""How long part files outlive the recording for pages with a live playlist."""
SWITCH_INTERVAL_S = 0.001
"""The thread that empties the socket must not wait long for the others."""
EXIT_REFUSED = 3

_commands: msgspec.msgpack.Decoder[RecordingStart | RecordingStop] = (
    msgspec.msgpack.Decoder(RecordingStart | RecordingStop)
)


@dataclass(frozen=True)
class _Datagram:
    data: bytes
    arrival_ns: int


@dataclass(frozen=True)
class _InputClosed:
    pass


_Item = _Datagram | RecordingStart | RecordingStop | _InputClosed


class Inbox:
    """A thread that empties the datagram socket and the input, whatever else runs.

    Unix datagram sockets queue as few as 10 datagrams (net.unix.max_dgram_qlen).
    """

    def __init__(self, datagrams: socket.socket, input_fd: int) -> None:
        self._socket = datagrams
        self._input_fd = input_fd
        self._reader = FrameReader()
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self.dropped = 0
        threading.Thread(target=self._run, name="inbox", daemon=True).start()

    def get(self, timeout_s: float) -> _Item | None:
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def get_now(self) -> _Item | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._input_fd, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == self._input_fd:
                        if not self._read_input():
                            return
                    else:
                        self._drain()

    def _drain(self) -> None:
        receive = self._socket.recv
        while True:
            try:
                data = receive(65_536)
            except BlockingIOError:
                return
            if self._queue.qsize() < MAX_INBOX_DATAGRAMS:
                self._queue.put(_Datagram(data, time.monotonic_ns()))
            else:
                self.dropped += 1

    def _read_input(self) -> bool:
        data = os.read(self._input_fd, 65_536)
        for body in self._reader.feed(data):
            self._queue.put(_commands.decode(body))
        if not data:
            self._queue.put(_InputClosed())
        return bool(data)


class Output:
    """Frames to the recorder; called from the loop and from the store's thread."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()

    def send(self, message: Event | Prepared | Failure) -> None:
        frame = memoryview(encode_frame(message))
        with self._lock:
            try:
                while frame:
                    frame = frame[os.write(self._fd, frame) :]
            except BrokenPipeError:
                # The recorder was killed; the end of the input follows and ends us.
                return


class TakeProcess:
    """Runs one take until it is stopped, its input ends, or the disk is full."""

    def __init__(
        self,
        session_id: str,
        started_at_ms: int,
        folder: Path,
        store: TakeStore,
        inbox: Inbox,
        output: Output,
    ) -> None:
        self._session_id = session_id
        self._started_at_ms = started_at_ms
        self._folder = folder
        self._store = store
        self._inbox = inbox
        self._output = output
        self._clock = SystemClock()
        self._take: Take | None = None
        self._health: Health = "waiting"
        self._reported: Health | None = None
        self._reported_at = self._disk_at = self._ticked_at = 0.0
        self._rate_bytes_s = float(DEFAULT_RATE_BYTES_S)
        self._free_bytes = 0
        self._began_at = time.monotonic()

    def run(self) -> RecordingStop | None:
        """Record; give the command that stopped it, None when the take just ended."""
        while True:
            item = self._inbox.get(TICK_S)
            while item is not None:
                if isinstance(item, RecordingStop | _InputClosed):
                    self._finish()
                    return item if isinstance(item, RecordingStop) else None
                self._take_item(item)
                item = None if self._is_time_to_tick() else self._inbox.get_now()
            self._tick()

    def _is_time_to_tick(self) -> bool:
        return time.monotonic() - self._ticked_at >= TICK_S

    def _session_us(self, monotonic_ns: int) -> int:
        wall_us = self._clock.wall_ns_at(monotonic_ns) // 1000
        return wall_us - self._started_at_ms * 1000

    def _take_item(self, item: _Datagram | RecordingStart) -> None:
        if isinstance(item, RecordingStart):
            self._take = Take(item.streams, self._started_at_ms, self._store)
        elif self._take is not None and self._health != "disk_full":
            self._take.on_datagram(item.data, self._session_us(item.arrival_ns))

    def _tick(self) -> None:
        now = self._ticked_at = time.monotonic()
        if now - self._disk_at >= DISK_INTERVAL_S:
            self._disk_at = now
            self._check_disk(now)
        if self._take is not None and self._health != "disk_full":
            self._take.tick(self._session_us(time.monotonic_ns()))
        if self._health != self._reported or (
            now - self._reported_at >= HEALTH_INTERVAL_S
        ):
            self._report(now)

    def _check_disk(self, now: float) -> None:
        space = disk_space(self._folder)
        self._free_bytes = space.free_bytes
        running_s = now - self._began_at
        if running_s > 60:
            self._rate_bytes_s = self._store.written_bytes / running_s
        level = space.level(self._rate_bytes_s)
        if self._health == "disk_full":
            return
        if level == "full" or self._store.failure is not None:
            self._finish()
            self._health = "disk_full"
        elif level == "low":
            self._health = "disk_low"
        else:
            is_writing = self._take is not None and self._take.is_writing
            self._health = "recording" if is_writing else "waiting"

    def _report(self, now: float) -> None:
        self._reported, self._reported_at = self._health, now
        gaps = self._inbox.dropped + (self._take.gaps if self._take else 0)
        self._output.send(
            RecordingHealth(
                session_id=self._session_id,
                health=self._health,
                duration_ms=self._store.duration_ms,
                gaps=gaps,
                free_bytes=self._free_bytes,
            )
        )

    def _finish(self) -> None:
        if self._take is not None:
            self._take.finish(self._session_us(time.monotonic_ns()))
        self._store.close()


def _bind(path: str) -> socket.socket:
    """Bind the datagram socket; only our own user may send to it."""
    Path(path).unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    bound.setblocking(False)
    old_umask = os.umask(0o177)
    try:
        bound.bind(path)
    finally:
        os.umask(old_umask)
    return bound


def _record(order: TakeOrder, output: Output) -> float:
    """Run the take; give how long the process should linger for readers, in s."""
    folder = Path(order.folder)
    with session_lock(folder):
        if disk_space(folder).level(DEFAULT_RATE_BYTES_S) == "full":
            raise TakeRefused("disk_full", "there is no room for a recording")
        mend(folder)
        store = TakeStore(
            folder,
            session_id=order.session_id,
            started_at_ms=order.started_at_ms,
            now_ms=time.time_ns() // 1_000_000,
            announce=lambda rendition, msn, part: output.send(
                _edge(order.session_id, rendition, msn, part)
            ),
        )
        with _bind(order.socket) as datagrams:
            inbox = Inbox(datagrams, sys.stdin.fileno())
            output.send(Prepared(path=order.socket, epoch=store.epoch))
            process = TakeProcess(
                order.session_id,
                order.started_at_ms,
                folder,
                store,
                inbox,
                output,
            )
            stopped = process.run()
            Path(order.socket).unlink(missing_ok=True)
        if stopped is None:
            return 0.0
        duration_ms = close_archive(folder, stopped.ended_at_ms)
    output.send(ArchiveReady(session_id=order.session_id, duration_ms=duration_ms))
    return LINGER_S


def _edge(session_id: str, rendition: RenditionName, msn: int, part: int) -> HlsEdge:
    return HlsEdge(session_id=session_id, rendition=rendition, msn=msn, part=part)


def _linger(seconds: float, folder: Path) -> None:
    """Wait for the end of the input or the time, then remove spare part files."""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.select(seconds)
    remove_spare_parts(folder)


def _read_order(input_fd: int) -> TakeOrder | None:
    """Wait for the order; None when the recorder ended before it had one.

    Nothing follows it before it is answered, so no byte is read too much.
    """
    reader = FrameReader()
    while data := os.read(input_fd, 65_536):
        for body in reader.feed(data):
            return msgspec.msgpack.decode(body, type=TakeOrder)
    return None


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    order = _read_order(sys.stdin.fileno())
    if order is None:
        return 0
    output = Output(sys.stdout.fileno())
    try:
        linger_s = _record(order, output)
    except TakeRefused as refused:
        output.send(Failure(code=refused.code, message=str(refused)))
        return EXIT_REFUSED
    except (ManifestError, OSError) as error:
        output.send(Failure(code="internal", message=str(error)))
        raise
    if linger_s:
        _linger(linger_s, Path(order.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
