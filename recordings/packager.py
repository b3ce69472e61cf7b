"""Coded frames of one rendition to CMAF parts and segments.

Time is counted on the grid of AAC frames (1,024 samples at 48 kHz from session time
0): parts begin and end on it, so sound never needs cutting. Every rendition has a
sound track; `screen` has a silent one, which keeps a player's clock going while the
screen stands still.

A part is closed when all its frames are there. A picture is written once the next
one is known, because its duration is the distance to it: a guess too short would make
browsers drop everything up to the next keyframe.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

from recordings.boxes import (
    AAC_CODEC,
    AAC_FRAME_SAMPLES,
    AUDIO_TRACK,
    VIDEO_TRACK,
    AudioConfig,
    Sample,
    TrackRun,
    init_segment,
    part,
)
from recordings.h264 import VideoConfig
from recordings.manifest import RenditionName
from recordings.picture_encoder import VideoSample

PART_UNITS = 21
"""448 ms: with what is still in the encoders, a kill loses less than 0.6 s."""
SEGMENT_UNITS = 9 * PART_UNITS
"""4.03 s, where no keyframe invites to cut earlier."""
MAX_SEGMENT_UNITS = 206
"""4.39 s: rounds to the target duration of 4 s."""
MIN_SEGMENT_UNITS = 47
"""1 s: keyframes closer together do not each begin a segment."""
VIDEO_WAIT_US = 350_000
"""How long the end of a part waits for the next picture."""
DEFAULT_GROUP_UNITS = 94
"""2 s: the keyframe distance to expect before two were seen."""


def unit_us(index: int) -> int:
    """Give the session time of a grid position (1024 / 48000 s is 64 / 3 ms)."""
    return index * 64_000 // 3


def unit_at(session_us: int) -> int:
    """Give the grid position whose interval holds this moment."""
    return session_us * 3 // 64_000


def _ticks(session_us: int) -> int:
    return session_us * 9 // 100


@dataclass(frozen=True, slots=True)
class FinishedPart:
    """A part as it goes to the disk."""

    data: bytes
    msn: int
    part: int
    start_us: int
    duration_us: int
    independent: bool


@dataclass(frozen=True, slots=True)
class FinishedInit:
    data: bytes
    codecs: tuple[str, ...]
    width: int
    height: int


class PartSink(Protocol):
    """Where a packager's output goes, in order; must not block."""

    @property
    def is_overloaded(self) -> bool: ...

    def add_init(self, rendition: RenditionName, init: FinishedInit) -> None: ...

    def add_part(self, rendition: RenditionName, finished: FinishedPart) -> None: ...

    def close_segment(self, rendition: RenditionName, msn: int) -> None: ...

    def add_discontinuity(
        self,
        rendition: RenditionName,
        reason: Literal["epoch", "parameters", "overload"],
    ) -> None: ...


class Packager:
    """Writes one rendition from `first_index` on; the first segment is `first_msn`."""

    def __init__(
        self,
        rendition: RenditionName,
        sink: PartSink,
        audio: AudioConfig,
        *,
        has_video: bool,
        first_index: int,
        first_msn: int,
    ) -> None:
        self._rendition: RenditionName = rendition
        self._sink = sink
        self._audio_config = audio
        self._has_video = has_video
        self._start = self._segment_start = first_index
        self._msn = first_msn
        self._part = 0
        self._sequence = 0
        self._audio: deque[bytes] = deque()
        self._video: deque[VideoSample] = deque()
        self._config: VideoConfig | None = None
        self._is_open = False
        self._last_key: int | None = None
        self._group_units = DEFAULT_GROUP_UNITS
        self.dropped_parts = 0
        self._is_dropping = False

    @property
    def audio_end(self) -> int:
        """Grid position up to which sound is there."""
        return self._start + len(self._audio)

    def add_audio(self, index: int, data: bytes) -> None:
        """Take the AAC frame of a grid position; they come without holes."""
        if index >= self._start:
            assert index == self.audio_end
            self._audio.append(data)

    def add_video(self, sample: VideoSample) -> None:
        """Take the next picture, in order of time."""
        self._video.append(sample)

    def advance(self, now_us: int) -> None:
        """Close every part that is complete, or will not be."""
        if self._has_video and not self._is_open and not self._video:
            return
        self._open()
        while True:
            boundary, cut = self._next_boundary()
            if not self._is_ready(boundary, now_us):
                return
            self._close_part(boundary, cut)

    def finish(self) -> None:
        """Write what is left and close the last segment."""
        if not self._is_open and not self._video and self._has_video:
            return
        self._open()
        while self.audio_end > self._start:
            boundary, cut = self._next_boundary()
            if boundary >= self.audio_end:
                boundary, cut = self.audio_end, len(self._video)
            self._close_part(boundary, cut, is_last=boundary == self.audio_end)
        self._close_segment()

    def _open(self) -> None:
        if self._is_open:
            return
        self._is_open = True
        if self._has_video:
            # The first picture also stands for the moments of sound before it.
            first = self._video.popleft()
            begin_us = unit_us(self._start)
            first = VideoSample(begin_us, first.data, first.is_key, first.config)
            self._video.appendleft(first)
            self._config = first.config
        self._write_init()

    def _write_init(self) -> None:
        config = self._config
        codecs = (AAC_CODEC,) if config is None else (config.codec, AAC_CODEC)
        self._sink.add_init(
            self._rendition,
            FinishedInit(
                data=init_segment(self._audio_config, config),
                codecs=codecs,
                width=config.width if config else 0,
                height=config.height if config else 0,
            ),
        )

    def _next_boundary(self) -> tuple[int, int]:
        """Give the end of the open part and how many waiting pictures are before it."""
        limit = self._start + PART_UNITS
        before = 0
        for sample in self._video:
            at = max(self._start, unit_at(sample.session_us))
            if at >= limit:
                break
            if self._wants_cut(sample, at):
                return at, before
            before += 1
        return limit, before

    def _wants_cut(self, sample: VideoSample, at: int) -> bool:
        """Say whether a new segment begins at this picture."""
        if sample.config != self._config:
            return True
        if not sample.is_key:
            return False
        age = at - self._segment_start
        return age >= MIN_SEGMENT_UNITS and age + self._group_units > MAX_SEGMENT_UNITS

    def _is_ready(self, boundary: int, now_us: int) -> bool:
        if self.audio_end < boundary:
            return False
        if not self._has_video or boundary == self._start:
            return True
        if self._video and unit_at(self._video[-1].session_us) >= boundary:
            return True
        return now_us >= unit_us(boundary) + VIDEO_WAIT_US

    def _close_part(self, boundary: int, cut: int, *, is_last: bool = False) -> None:
        is_cut = cut < len(self._video) and self._wants_cut(
            self._video[cut], max(self._start, boundary)
        )
        if boundary > self._start:
            count = boundary - self._start
            audio = [
                Sample(self._audio.popleft(), AAC_FRAME_SAMPLES) for _ in range(count)
            ]
            pictures = self._take_pictures(cut, boundary if is_last else None)
            self._write_part(boundary, audio, pictures)
        else:
            # Late pictures right before a keyframe: nobody will miss them.
            for _ in range(cut):
                self._video.popleft()
        self._start = boundary
        if is_cut or boundary - self._segment_start >= SEGMENT_UNITS:
            self._close_segment()
        if is_cut and self._video[0].config != self._config:
            self._change_parameters()

    def _take_pictures(
        self, count: int, end: int | None
    ) -> list[tuple[VideoSample, int]]:
        """Take `count` pictures with their durations in ticks.

        The last one waits for its successor, unless nothing follows after `end`.
        """
        taken: list[tuple[VideoSample, int]] = []
        while len(taken) < count and self._video:
            sample = self._video.popleft()
            if self._video:
                next_us = self._video[0].session_us
            elif end is not None:
                next_us = unit_us(end)
            else:
                self._video.appendleft(sample)
                break
            duration = max(1, _ticks(next_us) - _ticks(sample.session_us))
            taken.append((sample, duration))
        return taken

    def _write_part(
        self,
        boundary: int,
        audio: list[Sample],
        pictures: list[tuple[VideoSample, int]],
    ) -> None:
        for sample, _ in pictures:
            if sample.is_key:
                self._note_key(unit_at(sample.session_us))
        if self._may_drop():
            return
        runs = [TrackRun(AUDIO_TRACK, self._start * AAC_FRAME_SAMPLES, audio)]
        if pictures:
            samples = [Sample(one.data, length, one.is_key) for one, length in pictures]
            start = _ticks(pictures[0][0].session_us)
            runs.insert(0, TrackRun(VIDEO_TRACK, start, samples))
        start_us = unit_us(self._start)
        finished = FinishedPart(
            data=part(self._sequence, runs),
            msn=self._msn,
            part=self._part,
            start_us=start_us,
            duration_us=unit_us(boundary) - start_us,
            independent=not self._has_video or any(one.is_key for one, _ in pictures),
        )
        self._sink.add_part(self._rendition, finished)
        self._sequence += 1
        self._part += 1

    def _note_key(self, at: int) -> None:
        if self._last_key is not None:
            self._group_units = min(SEGMENT_UNITS, max(1, at - self._last_key))
        self._last_key = at

    def _may_drop(self) -> bool:
        """Drop the part while the disk does not keep up; mark the hole after it."""
        if self._sink.is_overloaded:
            self.dropped_parts += 1
            self._close_segment()
            self._is_dropping = True
        elif self._is_dropping:
            self._is_dropping = False
            self._segment_start = self._start
            self._sink.add_discontinuity(self._rendition, "overload")
        return self._is_dropping

    def _close_segment(self) -> None:
        self._segment_start = self._start
        if self._part:
            self._sink.close_segment(self._rendition, self._msn)
            self._msn += 1
            self._part = 0

    def _change_parameters(self) -> None:
        self._config = self._video[0].config
        self._sink.add_discontinuity(self._rendition, "parameters")
        self._write_init()
