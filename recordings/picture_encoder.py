"""H.264 by libx264 for what can not be copied: VP8, still pictures, unusual H.264.

Settings for a fraction of a core: `superfast`, one thread, no look-ahead, quality
bound by CRF and by a rate cap; a keyframe every 2 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.codec.context import Flags
from av.video.frame import PictureType

from recordings.boxes import VIDEO_TIMESCALE_HZ
from recordings.h264 import (
    NAL_IDR,
    NAL_SLICE,
    VideoConfig,
    config_from_avcc,
    join_with_lengths,
    nal_type,
    split_lengths,
)

MAX_WIDTH, MAX_HEIGHT = 1280, 720
KEY_INTERVAL_US = 2_000_000
MAX_RATE = "1500k"
CARD_SIZE = (640, 360)
_CARD_LUMA, _CARD_CHROMA = 30, 128
"""A plain dark grey."""
_TIME_BASE = Fraction(1, VIDEO_TIMESCALE_HZ)


@dataclass(frozen=True, slots=True)
class VideoSample:
    """One coded H.264 picture in session time, ready for an `avc1` track."""

    session_us: int
    data: bytes
    is_key: bool
    config: VideoConfig


def fit_size(width: int, height: int) -> tuple[int, int]:
    """Scale down to 720p at most, keep the shape, make both numbers even."""
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    return max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)


def card_picture(width: int, height: int) -> av.VideoFrame:
    """Make the neutral picture shown while there is none."""
    planes = np.full((height * 3 // 2, width), _CARD_CHROMA, np.uint8)
    planes[:height] = _CARD_LUMA
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


class PictureEncoder:
    """Encodes pictures of any size into one stream of a fixed size."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, av.VideoCodecContext)
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = _TIME_BASE
        context.framerate = Fraction(30, 1)
        context.thread_count = 1
        context.flags |= int(Flags.global_header)
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "profile": "main",
            "crf": "26",
            "maxrate": MAX_RATE,
            "bufsize": MAX_RATE,
            "x264-params": "keyint=infinite:scenecut=0:annexb=0",
        }
        context.open()
        assert context.extradata is not None
        self.config = config_from_avcc(bytes(context.extradata))
        self._context = context
        self._last_key_us: int | None = None

    def encode(
        self, picture: av.VideoFrame, session_us: int, *, wants_key: bool = False
    ) -> list[VideoSample]:
        """Encode one picture; zero latency, so its sample comes at once."""
        frame = picture.reformat(self.width, self.height, "yuv420p")
        if frame is picture:
            frame = _same_planes(picture)
        frame.pts = session_us * 9 // 100
        frame.time_base = _TIME_BASE
        last = self._last_key_us
        is_due = last is None or session_us - last >= KEY_INTERVAL_US
        frame.pict_type = PictureType.I if wants_key or is_due else PictureType.NONE
        samples = []
        for packet in self._context.encode(frame):
            if packet.is_keyframe:
                self._last_key_us = session_us
            data = _slices_only(bytes(packet))
            samples.append(
                VideoSample(session_us, data, packet.is_keyframe, self.config)
            )
        return samples


def _same_planes(picture: av.VideoFrame) -> av.VideoFrame:
    """Copy a frame, whose time and type the caller may want to keep."""
    return av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")


def _slices_only(sample: bytes) -> bytes:
    """Leave out SEI and parameter sets: the latter are in the initialisation."""
    nals = split_lengths(sample)
    return join_with_lengths(
        nal for nal in nals if NAL_SLICE <= nal_type(nal) <= NAL_IDR
    )
