"""Up to three Opus voices to one stereo mix on the session's clock.

Silence is time here: every frame of the grid is mixed, whether anyone speaks or not.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.error import FFmpegError

from recordings.aac import CHANNELS, Pcm
from recordings.boxes import AAC_FRAME_SAMPLES, AUDIO_TIMESCALE_HZ

MAX_WAIT_US = 300_000
"""How long a frame waits for a voice that is heard but late."""
IDLE_WAIT_US = 80_000
"""The same when nobody is heard: whoever begins now is not cut."""
HEARD_US = 200_000
"""A voice without packets for this long is not waited for (Opus DTX, mute)."""
RING_SAMPLES = 1 << 18
"""5.4 s of room for each voice."""
MAX_AHEAD_SAMPLES = RING_SAMPLES - 48_000
PLACE_SAMPLES = 2880
"""60 ms: a voice further off its place is put there at once (gap or overlap)."""
DEAD_BAND_SAMPLES = 48
"""1 ms off is not worth a correction."""
MAX_BEND_SAMPLES = 10
"""A 20 ms frame is made longer or shorter by at most 1 %."""
KNEE = 0.7
"""Below this level the limiter does nothing."""


def session_sample(session_us: int) -> int:
    return session_us * AUDIO_TIMESCALE_HZ // 1_000_000


def soft_limit(pcm: Pcm) -> Pcm:
    """Bend what is above the knee so that voices together never clip."""
    loud = np.abs(pcm)
    if float(loud.max(initial=0.0)) <= KNEE:
        return pcm
    room = 1.0 - KNEE
    bent = KNEE + room * np.tanh((loud - KNEE) / room)
    return np.where(loud > KNEE, np.sign(pcm) * bent, pcm).astype(np.float32)


def bend(pcm: Pcm, samples: int) -> Pcm:
    """Resample a frame to `samples` by linear interpolation (within 1 % of its own)."""
    count = pcm.shape[1]
    at = np.linspace(0, count - 1, samples)
    rows = [np.interp(at, np.arange(count), row) for row in pcm]
    return np.stack(rows).astype(np.float32)


class Voice:
    """One audio slot: decodes Opus and puts the sound where it belongs in time."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("libopus", "r")
        self._ring: Pcm = np.zeros((CHANNELS, RING_SAMPLES), np.float32)
        self._last: Pcm | None = None
        self.end = 0
        """Session sample up to which the voice is known."""
        self.heard_us: int | None = None
        self.refused_packets = 0

    def push(self, payload: bytes, session_us: int, now_us: int, cursor: int) -> None:
        """Take one packet; `cursor` is the first sample not yet mixed."""
        self.heard_us = now_us
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except FFmpegError:
            self.refused_packets += 1
            return
        start = session_sample(session_us)
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)
            interleaved = frame.to_ndarray().reshape(-1, CHANNELS)
            pcm = np.multiply(interleaved.T, 1 / 32768, dtype=np.float32)
            self._place(pcm, start, cursor)
            start += pcm.shape[1]

    def _place(self, pcm: Pcm, start: int, cursor: int) -> None:
        error = start - self.end
        if abs(error) > PLACE_SAMPLES:
            self._conceal(error, cursor)
            if error > 0 or self.end < cursor:
                self.end = start
            else:
                pcm = pcm[:, min(-error, pcm.shape[1]) :]
        elif abs(error) > DEAD_BAND_SAMPLES:
            limit = min(MAX_BEND_SAMPLES, abs(error))
            pcm = bend(pcm, pcm.shape[1] + (limit if error > 0 else -limit))
        self._last = pcm if pcm.shape[1] else self._last
        self._write(pcm, cursor)

    def _conceal(self, gap: int, cursor: int) -> None:
        """Let the sound before a gap fade out, mirrored in time, instead of a click."""
        if self._last is None or not 0 < gap <= AUDIO_TIMESCALE_HZ:
            return
        count = min(self._last.shape[1], gap)
        fade = np.linspace(1.0, 0.0, count, dtype=np.float32)
        self._write(self._last[:, ::-1][:, :count] * fade, cursor)
        self._last = None

    def _write(self, pcm: Pcm, cursor: int) -> None:
        late = min(max(0, cursor - self.end), pcm.shape[1])
        pcm = pcm[:, late:]
        self.end += late
        count = pcm.shape[1]
        if not count or self.end + count - cursor > MAX_AHEAD_SAMPLES:
            return
        at = np.arange(self.end, self.end + count) % RING_SAMPLES
        self._ring[:, at] = pcm
        self.end += count

    def take(self, cursor: int, count: int) -> Pcm:
        """Give and clear the samples from `cursor` on."""
        at = np.arange(cursor, cursor + count) % RING_SAMPLES
        pcm: Pcm = self._ring[:, at]
        self._ring[:, at] = 0.0
        return pcm


class Mixer:
    """Mixes the voices frame by frame, as soon as all that are heard are known."""

    def __init__(self, first_index: int) -> None:
        self.next_index = first_index
        self._voices: dict[str, Voice] = {}

    def push(self, slot: str, payload: bytes, session_us: int, now_us: int) -> None:
        voice = self._voices.get(slot)
        if voice is None:
            voice = self._voices[slot] = Voice()
        cursor = self.next_index * AAC_FRAME_SAMPLES
        voice.push(payload, session_us, now_us, cursor)

    def advance(self, now_us: int) -> Iterator[tuple[int, Pcm]]:
        """Give every frame whose time has come, with its place on the grid."""
        while self._is_ready(now_us):
            yield self.next_index, self._mix()
            self.next_index += 1

    def _is_ready(self, now_us: int) -> bool:
        end = (self.next_index + 1) * AAC_FRAME_SAMPLES
        age_us = now_us - end * 1_000_000 // AUDIO_TIMESCALE_HZ
        heard = [
            voice
            for voice in self._voices.values()
            if voice.heard_us is not None and now_us - voice.heard_us < HEARD_US
        ]
        if not heard:
            return age_us >= IDLE_WAIT_US
        return all(voice.end >= end for voice in heard) or age_us >= MAX_WAIT_US

    def _mix(self) -> Pcm:
        cursor = self.next_index * AAC_FRAME_SAMPLES
        total: Pcm = np.zeros((CHANNELS, AAC_FRAME_SAMPLES), np.float32)
        for voice in self._voices.values():
            if voice.end > cursor:
                total += voice.take(cursor, AAC_FRAME_SAMPLES)
        return soft_limit(total)
