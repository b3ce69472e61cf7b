"""Make a recording whole after its take: idempotent, from the manifest alone.

`mend` closes what a killed take left open; `close_archive` ends the recording, after
which its playlists are video on demand. Both may be interrupted and run again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordings.errors import TakeRefused
from recordings.index import Rendition, Segment, segment_name
from recordings.manifest import (
    MANIFEST_NAME,
    LostLine,
    PartLine,
    RenditionName,
    SegmentLine,
    read_chain,
)
from recordings.store import ManifestFile, end_line, sync_folder, write_file

LOCK_NAME = ".lock"
LOCK_WAIT_S = 4.0


@contextmanager
def session_lock(folder: Path, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
    """Hold the only right to write in a session's folder.

    A take whose parent was killed may still be ending; raises TakeRefused when it
    does not let go in time. The kernel frees the lock of a killed process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise TakeRefused(
                        "internal", "an older take still writes"
                    ) from error
                time.sleep(0.02)
        yield
    finally:
        os.close(fd)


def mend(folder: Path) -> None:
    """Close every open segment with the parts that are whole on disk."""
    if not (folder / MANIFEST_NAME).exists():
        return
    manifest = ManifestFile(folder)
    try:
        hashes = _open_part_hashes(folder)
        for rendition in manifest.index.renditions.values():
            last = rendition.segments[-1] if rendition.segments else None
            if last is not None and last.file is None:
                _mend_segment(folder, manifest, rendition, last, hashes)
        manifest.sync()
    finally:
        manifest.close()


def _open_part_hashes(folder: Path) -> dict[tuple[str, str], str]:
    """Give the SHA-256 of each part by rendition and file."""
    data = (folder / MANIFEST_NAME).read_bytes()
    return {
        (line.rendition, line.file): line.sha256
        for line, _ in read_chain(data)
        if isinstance(line, PartLine)
    }


def _mend_segment(
    folder: Path,
    manifest: ManifestFile,
    rendition: Rendition,
    segment: Segment,
    hashes: dict[tuple[str, str], str],
) -> None:
    name: RenditionName = rendition.name
    pieces: list[bytes] = []
    for part in segment.parts:
        path = folder / name / part.file
        data = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(data).hexdigest() != hashes[name, part.file]:
            break
        pieces.append(data)
    if len(pieces) < len(segment.parts):
        manifest.append(LostLine(rendition=name, msn=segment.msn, part=len(pieces)))
    if not pieces:
        return
    whole = b"".join(pieces)
    file = segment_name(manifest.index.epoch, segment.msn)
    fd = write_file(folder / name / file, whole)
    os.fdatasync(fd)
    os.close(fd)
    sync_folder(folder / name)
    manifest.append(
        SegmentLine(
            rendition=name,
            msn=segment.msn,
            file=file,
            sha256=hashlib.sha256(whole).hexdigest(),
            size_bytes=len(whole),
            parts=len(pieces),
            start_us=segment.start_us,
            duration_us=segment.duration_us,
        )
    )


def close_archive(folder: Path, ended_at_ms: int) -> int:
    """End a recording and give its duration in ms; nothing happens when it has ended.

    Raises TakeRefused when there is nothing recorded.
    """
    if not (folder / MANIFEST_NAME).exists():
        raise TakeRefused("not_found", "nothing was recorded of this session")
    mend(folder)
    manifest = ManifestFile(folder)
    try:
        if not manifest.index.is_ended:
            manifest.append(end_line(manifest.index, ended_at_ms))
        return manifest.index.duration_us // 1000
    finally:
        manifest.close()


def remove_spare_parts(folder: Path) -> None:
    """Remove the part files of a closed recording: its segments hold the same bytes."""
    for path in folder.glob("*/e*-p*.m4s"):
        path.unlink(missing_ok=True)
