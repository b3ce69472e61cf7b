"""What a player would find in a recording: decoded with PyAV."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
import numpy as np

from recordings.library import Library, Recording
from recordings.manifest import RenditionName


@dataclass
class Decoded:
    pictures_s: list[float] = field(default_factory=list)
    sizes: set[tuple[int, int]] = field(default_factory=set)
    flashes_s: list[float] = field(default_factory=list)
    beeps_s: list[float] = field(default_factory=list)
    sound_start_s: float = 0.0
    sound_end_s: float = 0.0
    errors: int = 0

    @property
    def longest_gap_s(self) -> float:
        return max((b - a for a, b in pairwise(self.pictures_s)), default=0.0)


def open_recording(root: Path, session_id: str = "ses_1") -> Recording:
    return Library(root).open(session_id)


def runs(recording: Recording, rendition: RenditionName) -> list[tuple[str, bytes]]:
    """Give the bytes of all segments and open parts, grouped by initialisation."""
    folder = recording.folder / rendition
    groups: list[tuple[str, bytes]] = []
    for segment in recording.index.renditions[rendition].segments:
        names = (
            [segment.file] if segment.file else [part.file for part in segment.parts]
        )
        data = b"".join((folder / name).read_bytes() for name in names)
        if groups and groups[-1][0] == segment.init and not segment.is_discontinuity:
            groups[-1] = (segment.init, groups[-1][1] + data)
        else:
            groups.append((segment.init, data))
    return [(init, (folder / init).read_bytes() + data) for init, data in groups]


def decode(recording: Recording, rendition: RenditionName) -> Decoded:
    """Decode a whole rendition; times are session seconds."""
    found = Decoded()
    is_first = True
    for _, data in runs(recording, rendition):
        with av.open(io.BytesIO(data)) as container:
            source = cast(av.container.InputContainer, container)
            sound_s = _decode_run(source, found)
        if sound_s is not None:
            found.sound_start_s = sound_s[0] if is_first else found.sound_start_s
            found.sound_end_s = sound_s[1]
            is_first = False
    return found


def _decode_run(
    container: av.container.InputContainer, found: Decoded
) -> tuple[float, float] | None:
    start: float | None = None
    end = 0.0
    was_bright = was_loud = False
    frames = cast(Iterator[av.VideoFrame | av.AudioFrame], container.decode())
    for frame in frames:
        at_s = float(frame.time or 0.0)
        if isinstance(frame, av.VideoFrame):
            found.pictures_s.append(at_s)
            found.sizes.add((frame.width, frame.height))
            found.errors += int(frame.is_corrupt)
            is_bright = float(frame.to_ndarray()[: frame.height].mean()) > 180
            if is_bright and not was_bright:
                found.flashes_s.append(at_s)
            was_bright = is_bright
        else:
            start = at_s if start is None else start
            end = at_s + frame.samples / frame.sample_rate
            was_loud = _find_beeps(frame, at_s, found, was_loud)
    return None if start is None else (start, end)


def _find_beeps(
    frame: av.AudioFrame, at_s: float, found: Decoded, was_loud: bool
) -> bool:
    pcm = np.abs(frame.to_ndarray()[0]).reshape(-1, 64).max(axis=1)
    for number, level in enumerate(pcm):
        is_loud = bool(level > 0.1) or (was_loud and bool(level > 0.02))
        if is_loud and not was_loud:
            found.beeps_s.append(at_s + number * 64 / frame.sample_rate)
        was_loud = is_loud
    return was_loud
