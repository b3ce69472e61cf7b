"""The load: 25 VP8 frames/s of 6 packets and 50 Opus packets/s, 1.3 Mbit/s in all.

The last 8 bytes of each payload say when it was sent, in ns of the wall clock.
"""

from __future__ import annotations

import os
import struct
import time

from benchmarks.fanout.light_peer import AUDIO_PT, VIDEO_PT, LightPeer

FRAMES_PER_S = 25
PACKETS_PER_FRAME = 6
AUDIO_PER_S = 50
VIDEO_PAYLOAD_BYTES = 1_020
AUDIO_PAYLOAD_BYTES = 160
PACKETS_PER_S = FRAMES_PER_S * PACKETS_PER_FRAME + AUDIO_PER_S
STAMP_BYTES = 8
_KEYFRAME_EVERY = 50
_KEYFRAME_START = bytes.fromhex("9d012a") + struct.pack("<HH", 640, 360)


class Programme:
    """Sends on time as one publisher; `pump` catches up to the clock.

    A minor one has no sound and one packet a picture: 0.2 Mbit/s, a small layer.
    """

    def __init__(
        self, publisher: LightPeer, now_s: float, *, is_minor: bool = False
    ) -> None:
        self._publisher = publisher
        self._audio_per_s = 0 if is_minor else AUDIO_PER_S
        self._packets_per_frame = 1 if is_minor else PACKETS_PER_FRAME
        self._started_s = now_s
        self._frames = 0
        self._sounds = 0
        self._video_seqno = 0
        self._noise = os.urandom(VIDEO_PAYLOAD_BYTES)
        self.packets_sent = 0

    def next_due_s(self) -> float:
        frame_s = self._started_s + self._frames / FRAMES_PER_S
        if not self._audio_per_s:
            return frame_s
        return min(frame_s, self._started_s + self._sounds / self._audio_per_s)

    def shift(self, seconds: float) -> None:
        """Go on later, without catching up."""
        self._started_s += seconds

    def pump(self, now_s: float) -> None:
        elapsed_s = now_s - self._started_s
        while self._audio_per_s and self._sounds <= elapsed_s * self._audio_per_s:
            self._send_sound()
        while self._frames <= elapsed_s * FRAMES_PER_S:
            self._send_frame()

    def _send_sound(self) -> None:
        header = struct.pack(
            "!BBHII",
            0x80,
            AUDIO_PT,
            self._sounds & 0xFFFF,
            self._sounds * 960 & 0xFFFFFFFF,
            self._publisher.audio_ssrc,
        )
        payload = b"\x78" + self._noise[: AUDIO_PAYLOAD_BYTES - STAMP_BYTES - 1]
        self._send(header + payload)
        self._sounds += 1

    def _send_frame(self) -> None:
        is_key = self._frames % _KEYFRAME_EVERY == 0
        picture = struct.pack("!H", 0x8000 | self._frames & 0x7FFF)
        for position in range(self._packets_per_frame):
            is_last = position == self._packets_per_frame - 1
            header = struct.pack(
                "!BBHII",
                0x80,
                VIDEO_PT | is_last << 7,
                self._video_seqno & 0xFFFF,
                self._frames * 90_000 // FRAMES_PER_S & 0xFFFFFFFF,
                self._publisher.video_ssrc,
            )
            start = b"\x90\x80" if position == 0 else b"\x80\x80"
            body = self._noise
            if position == 0:
                tag = b"\x10\x00\x00" if is_key else b"\x11\x00\x00"
                body = tag + (_KEYFRAME_START if is_key else b"") + body
            payload = start + picture + body
            self._send(header + payload[: VIDEO_PAYLOAD_BYTES - STAMP_BYTES])
            self._video_seqno += 1
        self._frames += 1

    def _send(self, packet: bytes) -> None:
        self._publisher.send_rtp(packet + struct.pack("!Q", time.time_ns()))
        self.packets_sent += 1
