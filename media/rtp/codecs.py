"""What the engine must know of each codec; the only place that lists them."""

from __future__ import annotations

from media.protocol import Codec
from media.rtp import h264, vp8

CLOCK_RATE_HZ: dict[Codec, int] = {
    "opus": 48_000,
    "red": 48_000,
    "h264": 90_000,
    "vp8": 90_000,
}

RED_BLOCK_PAYLOAD_TYPE = 111
"""Written inside redundant packets, which all viewers share. It is the number that
Chromium gives Opus; who gives it another one gets plain Opus."""

OPUS_SILENCE = b"\xf8\xff\xfe"
"""One 20 ms frame of silence (RFC 6716): CELT, fullband, mono."""


class KeyframeDetector:
    """Finds the first packet of each keyframe in one stream."""

    __slots__ = ("_has_parameter_sets", "_start_timestamp")

    def __init__(self) -> None:
        self._has_parameter_sets = False
        self._start_timestamp = -1

    def is_start(self, codec: Codec, payload: bytes, rtp_timestamp: int) -> bool:
        if codec == "vp8":
            return vp8.is_keyframe_start(payload)
        if codec == "h264":
            start = h264.keyframe_start(payload)
            return start != h264.NO_START and self._is_h264_start(start, rtp_timestamp)
        return False

    def _is_h264_start(self, start: int, rtp_timestamp: int) -> bool:
        if start == h264.FULL_START:
            self._has_parameter_sets = True
        elif self._has_parameter_sets:
            # This stream sends parameter sets before each IDR slice: the slice is
            # the middle of the keyframe, or what is left after they got lost.
            return False
        if rtp_timestamp == self._start_timestamp:
            return False
        self._start_timestamp = rtp_timestamp
        return True
