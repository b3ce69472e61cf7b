"""The disk: files first, then their manifest line, then the announcement.

A thread of its own writes, so that a stalling disk never stops the packets. Data is
written per part, `fdatasync` follows each second, directories are synced after new
names. Files never change once they are announced. Part files are removed a while
after their segment, which holds the same bytes, is closed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from recordings.index import RecordingIndex, init_name, part_name, segment_name
from recordings.manifest import (
    GENESIS,
    MANIFEST_NAME,
    RENDITIONS,
    Chain,
    DiscontinuityLine,
    EndLine,
    EpochLine,
    InitLine,
    Line,
    PartLine,
    RenditionName,
    SegmentLine,
    read_chain,
    whole_lines,
)
from recordings.packager import FinishedInit, FinishedPart

log = logging.getLogger(__name__)

SYNC_INTERVAL_S = 1.0
MAX_QUEUED_BYTES = 64 << 20
"""What may wait for a stalled disk; beyond it parts are dropped, and marked."""
PARTS_KEPT_S = 60.0
"""Part files outlive their segment for readers with an older playlist."""
RESERVE_NAME = ".reserve"
RESERVE_BYTES = 1 << 20
"""Freed when the disk is full, so that the last lines can be written."""

Announce = Callable[[RenditionName, int, int], None]


def sync_folder(folder: Path) -> None:
    """Make new and removed names in a folder last (fsync of the directory)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class ManifestFile:
    """The manifest opened for appending; a torn last line is cut off first.

    Raises ManifestError when the chain is broken.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / MANIFEST_NAME
        self.index = RecordingIndex()
        data = self.path.read_bytes() if self.path.exists() else b""
        head = GENESIS
        for line, line_head in read_chain(data):
            self.index.apply(line)
            head = line_head
        self._chain = Chain(head)
        self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        os.ftruncate(self._fd, whole_lines(data)[1])

    def append(self, line: Line) -> None:
        """Write one line; raises OSError, after which the file is as before."""
        head = self._chain.head
        body = self._chain.seal(line)
        size = os.fstat(self._fd).st_size
        try:
            if os.write(self._fd, body) != len(body):
                raise OSError(errno.ENOSPC, "the manifest line did not fit")
        except OSError:
            self._chain.head = head
            os.ftruncate(self._fd, size)
            raise
        self.index.apply(line)

    def sync(self) -> None:
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Sync and close; raises OSError after closing when the sync failed."""
        try:
            os.fsync(self._fd)
        finally:
            os.close(self._fd)


def write_file(path: Path, data: bytes) -> int:
    """Write a new file and give its descriptor, still to be synced and closed.

    Raises OSError after removing what was written of it.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
    except OSError:
        os.close(fd)
        path.unlink(missing_ok=True)
        raise
    return fd


@dataclass
class _OpenSegment:
    data: list[bytes] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    start_us: int = 0
    end_us: int = 0


class _Writer:
    """Does the writing, on the store's thread."""

    def __init__(
        self, folder: Path, manifest: ManifestFile, announce: Announce
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._announce = announce
        self._unsynced: list[int] = []
        self._new_names: set[Path] = set()
        self._segments: dict[str, _OpenSegment] = {}
        self._inits: dict[str, int] = {}
        self._old_parts: deque[tuple[float, Path]] = deque()
        self._synced_at = time.monotonic()
        self.written_bytes = 0

    def init(self, rendition: RenditionName, init: FinishedInit) -> None:
        epoch = self.manifest.index.epoch
        number = self._inits.get(rendition, 0)
        self._inits[rendition] = number + 1
        name = init_name(epoch, number)
        self._write(rendition, name, init.data)
        self.manifest.append(
            InitLine(
                rendition=rendition,
                epoch=epoch,
                file=name,
                sha256=hashlib.sha256(init.data).hexdigest(),
                size_bytes=len(init.data),
                codecs=init.codecs,
                width=init.width,
                height=init.height,
            )
        )

    def part(self, rendition: RenditionName, done: FinishedPart) -> None:
        state = self.manifest.index.renditions[rendition]
        name = part_name(state.epoch, state.next_part)
        path = self._write(rendition, name, done.data)
        self.manifest.append(
            PartLine(
                rendition=rendition,
                msn=done.msn,
                part=done.part,
                file=name,
                sha256=hashlib.sha256(done.data).hexdigest(),
                size_bytes=len(done.data),
                start_us=done.start_us,
                duration_us=done.duration_us,
                independent=done.independent,
            )
        )
        segment = self._segments.setdefault(rendition, _OpenSegment())
        if not segment.data:
            segment.start_us = done.start_us
        segment.end_us = done.start_us + done.duration_us
        segment.data.append(done.data)
        segment.paths.append(path)
        self._announce(rendition, done.msn, done.part)

    def segment(self, rendition: RenditionName, msn: int) -> None:
        segment = self._segments.pop(rendition)
        data = b"".join(segment.data)
        name = segment_name(self.manifest.index.epoch, msn)
        self._write(rendition, name, data)
        self.manifest.append(
            SegmentLine(
                rendition=rendition,
                msn=msn,
                file=name,
                sha256=hashlib.sha256(data).hexdigest(),
                size_bytes=len(data),
                parts=len(segment.data),
                start_us=segment.start_us,
                duration_us=segment.end_us - segment.start_us,
            )
        )
        gone_at = time.monotonic() + PARTS_KEPT_S
        self._old_parts.extend((gone_at, path) for path in segment.paths)

    def _write(self, rendition: str, name: str, data: bytes) -> Path:
        path = self.folder / rendition / name
        self._unsynced.append(write_file(path, data))
        self._new_names.add(path.parent)
        self.written_bytes += len(data)
        return path

    def idle(self) -> None:
        """Sync each second; remove part files whose time has come."""
        now = time.monotonic()
        if now - self._synced_at >= SYNC_INTERVAL_S:
            self._synced_at = now
            self.sync()
        while self._old_parts and self._old_parts[0][0] <= now:
            self._old_parts.popleft()[1].unlink(missing_ok=True)

    def sync(self) -> None:
        """Make everything last that was written: files, names, then the manifest."""
        for fd in self._unsynced:
            os.fdatasync(fd)
            os.close(fd)
        self._unsynced.clear()
        for folder in self._new_names:
            sync_folder(folder)
        self._new_names.clear()
        self.manifest.sync()

    def remove_old_parts(self) -> None:
        """Remove the part files of all closed segments at once."""
        while self._old_parts:
            self._old_parts.popleft()[1].unlink(missing_ok=True)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sync()
        for fd in self._unsynced:
            os.close(fd)
        self._unsynced.clear()
        with contextlib.suppress(OSError):
            self.manifest.close()


class TakeStore:
    """The `PartSink` of a take: queues for the writer thread and never blocks.

    `failure` is set when writing failed; nothing is written after that except the
    last lines.
    """

    def __init__(
        self,
        folder: Path,
        *,
        session_id: str,
        started_at_ms: int,
        now_ms: int,
        announce: Announce,
    ) -> None:
        for rendition in RENDITIONS:
            (folder / rendition).mkdir(parents=True, exist_ok=True)
        self._reserve = folder / RESERVE_NAME
        if not self._reserve.exists():
            os.close(write_file(self._reserve, bytes(RESERVE_BYTES)))
        manifest = ManifestFile(folder)
        epoch = manifest.index.epoch + 1
        is_continued = {
            name for name, one in manifest.index.renditions.items() if one.segments
        }
        manifest.append(
            EpochLine(
                session_id=session_id,
                epoch=epoch,
                started_at_ms=started_at_ms,
                at_ms=now_ms,
            )
        )
        for name in RENDITIONS:
            if name in is_continued:
                manifest.append(DiscontinuityLine(rendition=name, reason="epoch"))
        manifest.sync()
        sync_folder(folder)
        sync_folder(folder.parent)
        self.epoch = epoch
        self.failure: OSError | None = None
        self._writer = _Writer(folder, manifest, announce)
        self._queue: queue.SimpleQueue[tuple[Callable[[], None], int] | None] = (
            queue.SimpleQueue()
        )
        self._queued_bytes = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def is_overloaded(self) -> bool:
        return self._queued_bytes > MAX_QUEUED_BYTES

    @property
    def written_bytes(self) -> int:
        return self._writer.written_bytes

    @property
    def duration_ms(self) -> int:
        return self._writer.manifest.index.duration_us // 1000

    def next_msn(self, rendition: RenditionName) -> int:
        """Give the number of the next segment; ask before the first is queued."""
        segments = self._writer.manifest.index.renditions[rendition].segments
        return segments[-1].msn + 1 if segments else 0

    def add_init(self, rendition: RenditionName, init: FinishedInit) -> None:
        self._put(lambda: self._writer.init(rendition, init), len(init.data))

    def add_part(self, rendition: RenditionName, finished: FinishedPart) -> None:
        self._put(lambda: self._writer.part(rendition, finished), len(finished.data))

    def close_segment(self, rendition: RenditionName, msn: int) -> None:
        self._put(lambda: self._writer.segment(rendition, msn), 0)

    def add_discontinuity(
        self,
        rendition: RenditionName,
        reason: Literal["epoch", "parameters", "overload"],
    ) -> None:
        line = DiscontinuityLine(rendition=rendition, reason=reason)
        self._put(lambda: self._writer.manifest.append(line), 0)

    def close(self) -> None:
        """Write what is queued, sync and stop the thread. Idempotent."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def remove_old_parts(self) -> None:
        """Remove part files of closed segments; only after `close`."""
        self._writer.remove_old_parts()

    def _put(self, job: Callable[[], None], size: int) -> None:
        with self._lock:
            self._queued_bytes += size
        self._queue.put((job, size))

    def _run(self) -> None:
        while True:
            try:
                item = self._queue.get(timeout=SYNC_INTERVAL_S / 4)
            except queue.Empty:
                self._attempt(self._writer.idle)
                continue
            if item is None:
                break
            job, size = item
            self._attempt(job)
            with self._lock:
                self._queued_bytes -= size
            self._attempt(self._writer.idle)
        self._writer.close()
        self._reserve.unlink(missing_ok=True)

    def _attempt(self, job: Callable[[], None]) -> None:
        if self.failure is not None:
            return
        try:
            job()
        except OSError as error:
            log.error("writing failed: %s", error)
            self.failure = error
            self._reserve.unlink(missing_ok=True)


def end_line(index: RecordingIndex, ended_at_ms: int) -> EndLine:
    """Make the last line of a recording."""
    return EndLine(ended_at_ms=ended_at_ms, duration_us=index.duration_us)
