"""Real coded media as a media worker would send it: RTP and sender reports by time.

A flash and a beep together at each full second (of the source's time) tell how far
picture and sound are apart in what is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType

from media.clock import ntp_from_unix_ns
from media.protocol import Codec, SinkStream
from media.rtp.packet import build_rtp
from media.rtp.rtcp import SenderReport
from media.rtp.rtcp_codec import build_rtcp

OPUS_PT, H264_PT, VP8_PT = 111, 102, 96
MTU = 1100
FLASH_MS = 120
PICTURE_HZ = 25
STREAMS = (
    SinkStream(
        slot="programme", kind="video", ssrc=1, payload_types={102: "h264", 96: "vp8"}
    ),
    SinkStream(
        slot="screen", kind="video", ssrc=2, payload_types={102: "h264", 96: "vp8"}
    ),
    *(
        SinkStream(
            slot=f"audio-{n}", kind="audio", ssrc=10 + n, payload_types={111: "opus"}
        )
        for n in (1, 2, 3)
    ),
)


@dataclass(frozen=True, order=True)
class Datagram:
    at_ms: float
    """Session time at which it reaches the recorder."""
    data: bytes


@dataclass
class Slot:
    """Numbers the packets of one slot as the router does: gap-free over sources."""

    ssrc: int
    clock_rate_hz: int
    seqno: int = 65_000
    timestamp_base: int = 0xFFFF_0000

    def timestamp(self, session_ms: float) -> int:
        ticks = self.timestamp_base + session_ms * self.clock_rate_hz / 1000
        return round(ticks) & 0xFFFFFFFF

    def packets(
        self,
        payload_type: int,
        session_ms: float,
        payloads: list[bytes],
        delay_ms: float,
    ) -> Iterator[Datagram]:
        for number, payload in enumerate(payloads):
            data = build_rtp(
                payload_type,
                self.seqno,
                self.timestamp(session_ms),
                self.ssrc,
                payload,
                marker=number == len(payloads) - 1,
            )
            self.seqno = (self.seqno + 1) & 0xFFFF
            yield Datagram(session_ms + delay_ms + number * 0.01, data)

    def reports(
        self, started_at_ms: int, start_ms: float, end_ms: float
    ) -> Iterator[Datagram]:
        at_ms = start_ms + 130.0
        while at_ms < end_ms:
            ntp = ntp_from_unix_ns(round((started_at_ms + at_ms) * 1_000_000))
            report = SenderReport(self.ssrc, ntp, self.timestamp(at_ms), 0, 0)
            yield Datagram(at_ms, build_rtcp([report]))
            at_ms += 1000.0


def flash_picture(width: int, height: int, session_ms: float) -> av.VideoFrame:
    """A moving pattern; white while the beep sounds."""
    luma = np.add.outer(np.arange(height), np.arange(width) + session_ms / 8) % 128 + 16
    if session_ms % 1000 < FLASH_MS:
        luma = np.full((height, width), 235.0)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = luma.astype(np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def picture_encoder(
    codec: Codec, width: int, height: int, options: dict[str, str]
) -> av.VideoCodecContext:
    name = "libx264" if codec == "h264" else "libvpx"
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = width, height
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, 1000)
    context.framerate = Fraction(PICTURE_HZ, 1)
    context.bit_rate = 600_000
    context.thread_count = 1
    plain = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    quick = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    context.options = {**(plain if codec == "h264" else quick), **options}
    return context


def video(
    slot: Slot,
    codec: Codec,
    start_ms: float,
    end_ms: float,
    *,
    size: tuple[int, int] = (320, 240),
    key_interval_ms: float = 2000.0,
    picture_hz: float = PICTURE_HZ,
    delay_ms: float = 20.0,
    options: dict[str, str] | None = None,
) -> Iterator[Datagram]:
    """Encode and packetise moving pictures of one source."""
    encoder = picture_encoder(codec, *size, options or {})
    at_ms, key_at_ms = start_ms, start_ms
    while at_ms < end_ms:
        frame = flash_picture(*size, at_ms)
        frame.pts = round(at_ms - start_ms)
        frame.time_base = Fraction(1, 1000)
        if at_ms >= key_at_ms:
            frame.pict_type = PictureType.I
            key_at_ms += key_interval_ms
        for packet in encoder.encode(frame):
            payloads = _h264(bytes(packet)) if codec == "h264" else _vp8(bytes(packet))
            payload_type = H264_PT if codec == "h264" else VP8_PT
            yield from slot.packets(payload_type, at_ms, payloads, delay_ms)
        at_ms += 1000 / picture_hz


def _h264(annex_b: bytes) -> list[bytes]:
    """STAP-A for small NAL units (parameter sets), FU-A for large ones."""
    nals = [nal.rstrip(b"\0") for nal in annex_b.split(b"\0\0\1") if nal.rstrip(b"\0")]
    small = [nal for nal in nals if nal[0] & 0x1F in (7, 8)]
    payloads: list[bytes] = []
    if small:
        units = b"".join(len(nal).to_bytes(2, "big") + nal for nal in small)
        payloads.append(b"\x78" + units)
    for nal in nals:
        if nal in small:
            continue
        if len(nal) <= MTU:
            payloads.append(nal)
            continue
        pieces = [nal[1 + at : 1 + at + MTU] for at in range(0, len(nal) - 1, MTU)]
        for number, piece in enumerate(pieces):
            edges = (0x80 if number == 0 else 0) | (
                0x40 if number == len(pieces) - 1 else 0
            )
            head = bytes([(nal[0] & 0xE0) | 28, edges | (nal[0] & 0x1F)])
            payloads.append(head + piece)
    return payloads


def _vp8(picture: bytes) -> list[bytes]:
    pieces = [picture[at : at + MTU] for at in range(0, len(picture), MTU)]
    return [
        (b"\x10" if number == 0 else b"\x00") + piece
        for number, piece in enumerate(pieces)
    ]


def voice(
    slot: Slot,
    start_ms: float,
    end_ms: float,
    *,
    tone_hz: float = 1000.0,
    delay_ms: float = 20.0,
    skew_ppm: float = 0.0,
) -> Iterator[Datagram]:
    """Encode and packetise a beep at each full second, else silence."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = 48_000
    encoder.layout = "stereo"
    encoder.format = av.AudioFormat("s16")
    encoder.bit_rate = 48_000
    encoder.options = {"application": "lowdelay"}
    at_ms = start_ms
    while at_ms < end_ms:
        times_ms = at_ms + np.arange(960) / 48
        tone = 9000 * np.sin(2 * np.pi * tone_hz * times_ms / 1000)
        pcm = np.where(times_ms % 1000 < FLASH_MS, tone, 0).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(
            np.repeat(pcm, 2)[None, :], format="s16", layout="stereo"
        )
        frame.sample_rate = 48_000
        frame.pts = round(at_ms * 48)
        for packet in encoder.encode(frame):
            yield from slot.packets(OPUS_PT, at_ms, [bytes(packet)], delay_ms)
        at_ms += 20.0


def lose(datagrams: Iterable[Datagram], every: int) -> list[Datagram]:
    """Leave out every n-th datagram."""
    return [one for number, one in enumerate(datagrams, 1) if number % every]


def reorder(
    datagrams: Iterable[Datagram], every: int, late_ms: float
) -> list[Datagram]:
    """Let every n-th datagram come late."""
    return [
        Datagram(one.at_ms + late_ms, one.data) if number % every == 0 else one
        for number, one in enumerate(datagrams, 1)
    ]
