"""What a manifest says, folded: renditions, segments and parts in order (pure).

The server keeps one per recording and applies each new line; the parts of segments
that playlists no longer list one by one are forgotten, only their number stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from recordings.errors import ManifestError
from recordings.manifest import (
    RENDITIONS,
    DiscontinuityLine,
    EndLine,
    EpochLine,
    InitLine,
    Line,
    LostLine,
    PartLine,
    RenditionName,
    SegmentLine,
)

TARGET_DURATION_S = 4
"""EXT-X-TARGETDURATION; plain HLS players stay 3 of it behind: the promised 12 s."""
PART_TARGET_US = 500_000
LISTED_PARTS_US = 3 * TARGET_DURATION_S * 1_000_000
"""Parts are listed for three target durations (rfc8216bis 4.4.4.9)."""


def init_name(epoch: int, number: int) -> str:
    return f"e{epoch}-i{number:04}.mp4"


def part_name(epoch: int, number: int) -> str:
    """Name a part by its place in the epoch, so that the next name is always known."""
    return f"e{epoch}-p{number:06}.m4s"


def segment_name(epoch: int, msn: int) -> str:
    return f"e{epoch}-s{msn:06}.m4s"


@dataclass(frozen=True, slots=True)
class Part:
    file: str
    start_us: int
    duration_us: int
    size_bytes: int
    independent: bool


@dataclass(slots=True)
class Segment:
    """One media segment; it has a `file` once it is closed."""

    msn: int
    start_us: int
    wall_ms: int
    """Wall clock of its first moment, Unix ms."""
    init: str
    is_discontinuity: bool
    parts: list[Part] = field(default_factory=list)
    part_count: int = 0
    duration_us: int = 0
    size_bytes: int = 0
    file: str | None = None

    @property
    def end_us(self) -> int:
        return self.start_us + self.duration_us


@dataclass(slots=True)
class Rendition:
    """One stream of a recording, as far as it is written."""

    name: RenditionName
    segments: list[Segment] = field(default_factory=list)
    init: InitLine | None = None
    codecs: tuple[str, ...] = ()
    width: int = 0
    height: int = 0
    epoch: int = 0
    next_part: int = 0
    """Number of the part that will come next in this epoch."""
    pending_discontinuity: bool = False
    peak_bps: int = 0

    @property
    def edge(self) -> tuple[int, int] | None:
        """Give the newest (msn, part), None while nothing is written."""
        if not self.segments:
            return None
        last = self.segments[-1]
        return last.msn, last.part_count - 1

    @property
    def hint(self) -> str:
        """Name the file of the part that will come next."""
        return part_name(self.epoch, self.next_part)

    @property
    def start_us(self) -> int:
        return self.segments[0].start_us if self.segments else 0

    @property
    def end_us(self) -> int:
        return self.segments[-1].end_us if self.segments else 0


class RecordingIndex:
    """All renditions of one recording; `apply` takes the lines in order."""

    def __init__(self) -> None:
        self.session_id = ""
        self.started_at_ms = 0
        self.epoch = 0
        self.ended_at_ms: int | None = None
        self.renditions = {name: Rendition(name) for name in RENDITIONS}

    @property
    def is_ended(self) -> bool:
        return self.ended_at_ms is not None

    @property
    def duration_us(self) -> int:
        """From the first to the last recorded moment, gaps included."""
        written = [one for one in self.renditions.values() if one.segments]
        if not written:
            return 0
        return max(one.end_us for one in written) - min(one.start_us for one in written)

    def apply(self, line: Line) -> None:
        """Take in the next line; raises ManifestError when it makes no sense."""
        match line:
            case EpochLine():
                self._begin_epoch(line)
            case InitLine():
                self._take_init(line)
            case DiscontinuityLine():
                self.renditions[line.rendition].pending_discontinuity = True
            case PartLine():
                self._take_part(line)
            case SegmentLine():
                self._close_segment(line)
            case LostLine():
                self._lose_parts(line)
            case EndLine():
                self.ended_at_ms = line.ended_at_ms
            case _:
                assert_never(line)

    def _begin_epoch(self, line: EpochLine) -> None:
        self.session_id = line.session_id
        self.started_at_ms = line.started_at_ms
        self.epoch = line.epoch
        self.ended_at_ms = None
        for rendition in self.renditions.values():
            rendition.epoch = line.epoch
            rendition.next_part = 0

    def _take_init(self, line: InitLine) -> None:
        rendition = self.renditions[line.rendition]
        rendition.init = line
        rendition.codecs = line.codecs
        rendition.width = max(rendition.width, line.width)
        rendition.height = max(rendition.height, line.height)

    def _take_part(self, line: PartLine) -> None:
        rendition = self.renditions[line.rendition]
        segment = self._segment_for(rendition, line)
        if line.part != segment.part_count:
            raise ManifestError(f"part {line.msn}.{line.part} is out of order")
        segment.parts.append(
            Part(
                file=line.file,
                start_us=line.start_us,
                duration_us=line.duration_us,
                size_bytes=line.size_bytes,
                independent=line.independent,
            )
        )
        segment.part_count += 1
        segment.duration_us = line.start_us + line.duration_us - segment.start_us
        segment.size_bytes += line.size_bytes
        rendition.next_part += 1

    def _segment_for(self, rendition: Rendition, line: PartLine) -> Segment:
        last = rendition.segments[-1] if rendition.segments else None
        if last is not None and last.msn == line.msn and last.file is None:
            return last
        expected = 0 if last is None else last.msn + 1
        if line.msn != expected or rendition.init is None:
            raise ManifestError(f"segment {line.msn} is out of order")
        segment = Segment(
            msn=line.msn,
            start_us=line.start_us,
            wall_ms=self.started_at_ms + line.start_us // 1000,
            init=rendition.init.file,
            is_discontinuity=rendition.pending_discontinuity and last is not None,
        )
        rendition.pending_discontinuity = False
        rendition.segments.append(segment)
        return segment

    def _close_segment(self, line: SegmentLine) -> None:
        rendition = self.renditions[line.rendition]
        segment = rendition.segments[-1] if rendition.segments else None
        if segment is None or segment.msn != line.msn or segment.file is not None:
            raise ManifestError(f"segment {line.msn} is closed without being open")
        segment.file = line.file
        segment.duration_us = line.duration_us
        segment.size_bytes = line.size_bytes
        if line.duration_us:
            bits_per_s = line.size_bytes * 8_000_000 // line.duration_us
            rendition.peak_bps = max(rendition.peak_bps, bits_per_s)
        self._forget_parts(rendition)

    def _forget_parts(self, rendition: Rendition) -> None:
        listed_from_us = rendition.end_us - LISTED_PARTS_US
        for segment in reversed(rendition.segments):
            if segment.end_us < listed_from_us and segment.file is not None:
                if not segment.parts:
                    return
                segment.parts = []

    def _lose_parts(self, line: LostLine) -> None:
        rendition = self.renditions[line.rendition]
        segment = rendition.segments[-1] if rendition.segments else None
        if segment is None or segment.msn != line.msn or segment.file is not None:
            raise ManifestError(f"parts of segment {line.msn} are lost from nowhere")
        del segment.parts[line.part :]
        segment.part_count = line.part
        if not segment.parts:
            rendition.segments.pop()
            return
        last = segment.parts[-1]
        segment.duration_us = last.start_us + last.duration_us - segment.start_us
        segment.size_bytes = sum(part.size_bytes for part in segment.parts)
