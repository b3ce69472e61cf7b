"""One video slot to one unbroken H.264 stream, whatever its source does.

Plain H.264 is copied; VP8 and unusual H.264 are decoded and encoded again. When the
source falls silent its last picture is held, later a neutral card is shown, so that
the rendition never stalls. Whoever follows takes over at their first keyframe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import av
from av.error import FFmpegError

from media.protocol import Codec
from recordings.assembler import AccessUnit
from recordings.errors import BadBitstream
from recordings.h264 import (
    NAL_IDR,
    NAL_PPS,
    NAL_SLICE,
    NAL_SPS,
    VideoConfig,
    join_with_lengths,
    nal_type,
    parse_sps,
    with_start_codes,
)
from recordings.picture_encoder import (
    CARD_SIZE,
    PictureEncoder,
    VideoSample,
    card_picture,
    fit_size,
)

HOLD_AFTER_US = 1_500_000
"""Chromium sends a still screen once a second; longer silence is a stall."""
STILL_INTERVAL_US = 250_000
STEP_US = 1_000
"""The least distance of two pictures, when the clock had to hold still."""
GROW_PERCENT = 130
"""A source so much larger than the encoder's picture is worth a new one."""
MAX_GROUP_BYTES = 16 << 20


@dataclass(frozen=True)
class TrackRules:
    """How a slot behaves without a picture."""

    card_after_us: int
    """Silence after which the held picture gives way to the card."""
    shows_card_first: bool
    """Show the card even before the first picture ever (the programme)."""


class _Decoder:
    """Decodes one source; forgets everything when the codec changes."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._context = av.CodecContext.create(
            "h264" if codec == "h264" else "vp8", "r"
        )
        self._context.thread_count = 1

    def decode(self, data: bytes) -> list[av.VideoFrame]:
        return self._context.decode(av.Packet(data))


class PictureTrack:
    """Takes the access units of a slot, gives samples in order of session time."""

    def __init__(self, rules: TrackRules, begin_us: int) -> None:
        self._rules = rules
        self._mode: Literal["nothing", "copy", "encode"] = "nothing"
        self._is_still = False
        self._unit_us = begin_us
        """Time of the last unit of the source."""
        self._sample_us = begin_us - STEP_US
        self._config: VideoConfig | None = None
        self._group: list[AccessUnit] = []
        self._group_bytes = 0
        self._decoder: _Decoder | None = None
        self._encoder: PictureEncoder | None = None
        self._picture: av.VideoFrame | None = None
        self.refused_units = 0

    def push(self, unit: AccessUnit, session_us: int) -> Iterator[VideoSample]:
        """Take the next unit of the slot."""
        try:
            if unit.codec == "h264" and self._may_copy(unit):
                yield from self._copy(unit, session_us)
            else:
                yield from self._transcode(unit, session_us)
        except (BadBitstream, FFmpegError):
            self.refused_units += 1

    def tick(self, now_us: int) -> Iterator[VideoSample]:
        """Hold the last picture, or show the card, while the source is silent."""
        silent_us = now_us - self._unit_us
        if silent_us < HOLD_AFTER_US and not self._is_still:
            return
        if self._mode == "nothing" and not self._rules.shows_card_first:
            return
        if not self._is_still:
            self._begin_still()
        if self._picture is not None and silent_us >= self._rules.card_after_us:
            self._picture = None
        while self._sample_us + STILL_INTERVAL_US <= now_us:
            yield from self._show_still(now_us)

    def _stamp(self, session_us: int) -> int:
        self._sample_us = max(session_us, self._sample_us + STEP_US)
        return self._sample_us

    # Copying.

    def _may_copy(self, unit: AccessUnit) -> bool:
        """Decide at each keyframe with parameter sets; keep to it until the next."""
        if unit.is_key:
            sps, pps = _all(unit, NAL_SPS), _all(unit, NAL_PPS)
            if sps and pps:
                self._read_parameters(sps, pps)
        return self._mode == "copy"

    def _read_parameters(self, all_sps: set[bytes], all_pps: set[bytes]) -> None:
        sps, pps = min(all_sps), min(all_pps)
        known = self._config
        if self._mode == "copy" and known and (known.sps, known.pps) == (sps, pps):
            return
        parameters = parse_sps(sps)
        if parameters.is_plain and len(all_sps) == len(all_pps) == 1:
            self._config = VideoConfig(sps, pps, parameters.width, parameters.height)
            self._mode = "copy"
        else:
            self._mode = "encode"

    def _copy(self, unit: AccessUnit, session_us: int) -> Iterator[VideoSample]:
        self._unit_us = max(self._unit_us, session_us)
        if unit.is_key:
            self._group.clear()
            self._group_bytes = 0
            self._is_still = False
        elif self._is_still:
            # The picture was held meanwhile: the source is back at its next keyframe.
            return
        self._remember(unit)
        slices = [n for n in unit.payloads if NAL_SLICE <= nal_type(n) <= NAL_IDR]
        if slices and self._config is not None:
            data = join_with_lengths(slices)
            stamp_us = self._stamp(session_us)
            yield VideoSample(stamp_us, data, unit.is_key, self._config)

    def _remember(self, unit: AccessUnit) -> None:
        """Keep the group of pictures, to be able to hold its last one."""
        self._group_bytes += sum(len(nal) for nal in unit.payloads)
        if self._group_bytes <= MAX_GROUP_BYTES:
            self._group.append(unit)

    # Encoding.

    def _transcode(self, unit: AccessUnit, session_us: int) -> Iterator[VideoSample]:
        if self._decoder is None or self._decoder.codec != unit.codec:
            if not unit.is_key:
                return
            self._decoder = _Decoder(unit.codec)
        self._mode = "encode"
        self._group.clear()
        self._unit_us = max(self._unit_us, session_us)
        for picture in self._decoder.decode(_bytes_of(unit)):
            self._picture = picture
            self._is_still = False
            encoder = self._encoder_for(picture)
            yield from encoder.encode(picture, self._stamp(session_us))

    def _encoder_for(self, picture: av.VideoFrame) -> PictureEncoder:
        """Keep the encoder while the source only changes its size a little.

        WebRTC sources shrink and grow with the line; each new encoder would be a
        discontinuity for every viewer.
        """
        size = fit_size(picture.width, picture.height)
        encoder = self._encoder
        if encoder is not None:
            is_same_shape = abs(size[0] * encoder.height - size[1] * encoder.width) <= (
                2 * (encoder.width + encoder.height)
            )
            if is_same_shape and size[0] * 100 < encoder.width * GROW_PERCENT:
                return encoder
        self._encoder = PictureEncoder(*size)
        return self._encoder

    # Standing still.

    def _begin_still(self) -> None:
        self._is_still = True
        if self._mode != "copy":
            return
        self._picture = self._last_of_group()
        self._encoder = None

    def _last_of_group(self) -> av.VideoFrame | None:
        decoder = _Decoder("h264")
        last: av.VideoFrame | None = None
        try:
            for unit in self._group:
                frames = decoder.decode(_bytes_of(unit))
                last = frames[-1] if frames else last
        except FFmpegError:
            self.refused_units += 1
        self._group.clear()
        return last

    def _show_still(self, now_us: int) -> Iterator[VideoSample]:
        picture = self._picture
        if self._encoder is None:
            size = fit_size(picture.width, picture.height) if picture else CARD_SIZE
            self._encoder = PictureEncoder(*size)
        encoder = self._encoder
        if picture is None:
            picture = card_picture(encoder.width, encoder.height)
        # A stall must not be filled picture by picture: one at the newest place.
        behind_us = now_us - self._sample_us - STILL_INTERVAL_US
        step_us = STILL_INTERVAL_US + behind_us // STILL_INTERVAL_US * STILL_INTERVAL_US
        yield from encoder.encode(picture, self._stamp(self._sample_us + step_us))


def _all(unit: AccessUnit, kind: int) -> set[bytes]:
    return {nal for nal in unit.payloads if nal_type(nal) == kind}


def _bytes_of(unit: AccessUnit) -> bytes:
    return with_start_codes(unit.payloads) if unit.codec == "h264" else unit.payloads[0]
