"""Play a clip's encoded frames as aiortc tracks, in step and in a loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack

from demo.clip import Clip, Unit

MICROSECOND = Fraction(1, 1_000_000)


class Playhead:
    """The one clock of a clip's two tracks."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.started_s: float | None = None

    def start(self) -> float:
        """Begin at the first call; return the monotonic start in seconds."""
        if self.started_s is None:
            self.started_s = time.monotonic()
        return self.started_s

    def position_s(self) -> float:
        """Where in the clip the speaker is now; 0 before the start."""
        if self.started_s is None:
            return 0.0
        return (time.monotonic() - self.started_s) % self.clip.duration_s


class ClipTrack(MediaStreamTrack):
    """One kind of a clip; `recv` gives encoded packets at their time.

    A clip that is still being made is waited for.
    """

    def __init__(self, playhead: Playhead, kind: str, units: Sequence[Unit]) -> None:
        super().__init__()
        self.kind = kind
        self._playhead = playhead
        self._units = units
        self._index = 0
        self._loops = 0

    async def recv(self) -> av.Packet[Any]:
        """Wait until the next frame is due and return it."""
        clip = self._playhead.clip
        # Polled, because the maker is a thread.
        while self._index >= len(self._units) and not clip.is_whole:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        if self._index >= len(self._units):
            self._index = 0
            self._loops += 1
        unit = self._units[self._index]
        self._index += 1
        time_s = unit.time_s + self._loops * clip.duration_s
        due_s = self._playhead.start() + time_s
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        packet = av.Packet(unit.data)
        packet.pts = int(time_s * 1_000_000)
        packet.time_base = MICROSECOND
        return packet
