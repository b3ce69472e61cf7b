"""A recording on disk, written line by line as a test wishes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from recordings.index import init_name, part_name, segment_name
from recordings.manifest import (
    MANIFEST_NAME,
    Chain,
    EndLine,
    EpochLine,
    InitLine,
    Line,
    PartLine,
    RenditionName,
    SegmentLine,
)

PART_US = 500_000
PARTS_PER_SEGMENT = 8


class ScriptedRecording:
    """Half-second parts of a few bytes; `add_part` closes a segment after each 8th."""

    def __init__(self, root: Path, session_id: str) -> None:
        self._folder = root / session_id
        self._folder.mkdir(parents=True)
        self._chain = Chain()
        self._parts: dict[RenditionName, int] = {}
        self._write(EpochLine(session_id=session_id, epoch=1, started_at_ms=0, at_ms=0))

    def begin(self, rendition: RenditionName) -> None:
        (self._folder / rendition).mkdir()
        self._parts[rendition] = 0
        name, size_bytes, sha256 = self._file(rendition, init_name(1, 0), b"init")
        self._write(
            InitLine(
                rendition=rendition,
                epoch=1,
                file=name,
                sha256=sha256,
                size_bytes=size_bytes,
                codecs=("avc1.42e01f", "mp4a.40.2"),
                width=640,
                height=360,
            )
        )

    def add_part(self, rendition: RenditionName) -> str:
        """Write the next part; return its file name."""
        number = self._parts[rendition]
        self._parts[rendition] = number + 1
        msn, part = divmod(number, PARTS_PER_SEGMENT)
        data = f"part {number}".encode()
        name, size_bytes, sha256 = self._file(rendition, part_name(1, number), data)
        self._write(
            PartLine(
                rendition=rendition,
                msn=msn,
                part=part,
                file=name,
                sha256=sha256,
                size_bytes=size_bytes,
                start_us=number * PART_US,
                duration_us=PART_US,
                independent=part == 0,
            )
        )
        if part == PARTS_PER_SEGMENT - 1:
            self._close_segment(rendition, msn)
        return name

    def end(self) -> None:
        longest = max(self._parts.values(), default=0)
        duration_us = longest * PART_US
        self._write(EndLine(ended_at_ms=duration_us // 1000, duration_us=duration_us))

    def _close_segment(self, rendition: RenditionName, msn: int) -> None:
        name, size_bytes, sha256 = self._file(rendition, segment_name(1, msn), b"seg")
        self._write(
            SegmentLine(
                rendition=rendition,
                msn=msn,
                file=name,
                sha256=sha256,
                size_bytes=size_bytes,
                parts=PARTS_PER_SEGMENT,
                start_us=msn * PARTS_PER_SEGMENT * PART_US,
                duration_us=PARTS_PER_SEGMENT * PART_US,
            )
        )

    def _file(
        self, rendition: RenditionName, name: str, data: bytes
    ) -> tuple[str, int, str]:
        (self._folder / rendition / name).write_bytes(data)
        return name, len(data), hashlib.sha256(data).hexdigest()

    def _write(self, line: Line) -> None:
        with (self._folder / MANIFEST_NAME).open("ab") as file:
            file.write(self._chain.seal(line))
