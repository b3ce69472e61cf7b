"""AAC-LC by FFmpeg, with its delay accounted for.

The encoder gives first a frame of priming, then each frame with the time its samples
had: packet n decodes to the samples of frame n. The priming frame is left out, so no
edit list is needed and sound stays in step with the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from recordings.boxes import AAC_FRAME_SAMPLES, AUDIO_TIMESCALE_HZ, AudioConfig

CHANNELS = 2
BIT_RATE_BPS = 96_000
_TIME_BASE = Fraction(1, AUDIO_TIMESCALE_HZ)

Pcm = npt.NDArray[np.float32]
"""Planar samples, shape (channels, samples), nominal range -1 to 1."""


class AacEncoder:
    """Encodes frames of 1,024 samples numbered by their place on the session's grid."""

    def __init__(self) -> None:
        context = av.CodecContext.create("aac", "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate = AUDIO_TIMESCALE_HZ
        context.layout = "stereo"
        context.format = av.AudioFormat("fltp")
        context.bit_rate = BIT_RATE_BPS
        context.time_base = _TIME_BASE
        context.open()
        self._context = context
        self._first_index: int | None = None
        assert context.extradata is not None
        self.config = AudioConfig(bytes(context.extradata), CHANNELS, BIT_RATE_BPS)

    def encode(self, index: int, pcm: Pcm) -> list[tuple[int, bytes]]:
        """Take frame `index`; give finished frames with their indices."""
        if self._first_index is None:
            self._first_index = index
        frame = av.AudioFrame.from_ndarray(pcm, format="fltp", layout="stereo")
        frame.sample_rate = AUDIO_TIMESCALE_HZ
        frame.time_base = _TIME_BASE
        frame.pts = index * AAC_FRAME_SAMPLES
        return list(self._packets(frame))

    def finish(self) -> list[tuple[int, bytes]]:
        """Give what is still inside."""
        return list(self._packets(None)) if self._first_index is not None else []

    def _packets(self, frame: av.AudioFrame | None) -> Iterator[tuple[int, bytes]]:
        assert self._first_index is not None
        for packet in self._context.encode(frame):
            assert packet.pts is not None
            index = packet.pts // AAC_FRAME_SAMPLES
            if index >= self._first_index:
                yield index, bytes(packet)


def silent_frame() -> bytes:
    """Encode a frame of silence (a few bytes), for a track that only keeps time."""
    encoder = AacEncoder()
    silence = np.zeros((CHANNELS, AAC_FRAME_SAMPLES), np.float32)
    frames = [data for index in range(4) for _, data in encoder.encode(index, silence)]
    return frames[-1]
