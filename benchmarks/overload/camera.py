"""A publisher with everything that can be shed.

Three simulcast layers of VP8, each with three temporal sub-layers, and sound.

The largest layer takes as many packets/s as the programme of `benchmarks.fanout`, so
that the figures compare.
"""

from __future__ import annotations

import os
import random
import struct
import time
from dataclasses import dataclass

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import AUDIO_PT, VIDEO_PT, LightPeer
from benchmarks.fanout.programme import (
    AUDIO_PAYLOAD_BYTES,
    AUDIO_PER_S,
    FRAMES_PER_S,
    STAMP_BYTES,
)

_MID_ID, _RID_ID = 1, 2
_EXTENSIONS = (
    f"a=extmap:{_MID_ID} urn:ietf:params:rtp-hdrext:sdes:mid",
    f"a=extmap:{_RID_ID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
)
_KEYFRAME_EVERY = 50
_PATTERN = ((0, True), (2, True), (1, True), (2, False))
"""L1T3: by picture its temporal sub-layer, and whether it needs only the lowest."""


@dataclass(frozen=True, slots=True)
class Layer:
    rid: str
    size: tuple[int, int]
    payload_bytes: int
    packets: tuple[int, int, int]
    """Of one picture, by temporal sub-layer."""

    @property
    def packets_per_s(self) -> float:
        total = sum(self.packets[temporal] for temporal, _ in _PATTERN)
        return FRAMES_PER_S * total / len(_PATTERN)


LAYERS = (
    Layer("l", (320, 180), 700, (1, 1, 1)),
    Layer("m", (640, 360), 900, (3, 2, 1)),
    Layer("h", (1280, 720), 1_020, (10, 6, 4)),
)
"""0.14, 0.31 and 1.22 Mbit/s; VP8 gives its sub-layers 0.4, 0.2 and 0.4 of the bits."""
FULL_PICTURE_PER_S = LAYERS[-1].packets_per_s


class LayeredPeer(LightPeer):
    """Offers its picture in three streams, told apart by their rid (RFC 8852)."""

    def __init__(self, identity: LightIdentity) -> None:
        super().__init__(identity, "sendonly")
        self.layer_ssrcs = tuple(random.getrandbits(32) for _ in LAYERS)
        # Keyframes are asked for by RTCP, which only then is decrypted.
        self.plain_packets = []

    def make_offer(self) -> str:
        streams = ";".join(layer.rid for layer in LAYERS)
        more = [
            *_EXTENSIONS,
            *(f"a=rid:{layer.rid} send" for layer in LAYERS),
            f"a=simulcast:send {streams}",
        ]
        codec = f"a=rtpmap:{VIDEO_PT} VP8/90000"
        lines = super().make_offer().split("\r\n")
        lines.remove(f"a=ssrc:{self.video_ssrc} cname:load")
        at = lines.index(codec)
        return "\r\n".join([*lines[:at], *more, *lines[at:]])

    def take_keyframe_requests(self) -> set[int]:
        """Give the SSRCs of which a PLI (RFC 4585, 6.3.1) asked for a keyframe."""
        asked: set[int] = set()
        for compound in self.plain_packets or ():
            while len(compound) >= 12:
                size = 4 + 4 * int.from_bytes(compound[2:4], "big")
                if compound[1] == 206 and compound[0] & 0x1F == 1:
                    asked.add(int.from_bytes(compound[8:12], "big"))
                compound = compound[size:]
        self.plain_packets = []
        return asked


class LayeredProgramme:
    """Sends on time as one publisher; `pump` catches up to the clock."""

    def __init__(self, publisher: LayeredPeer, now_s: float) -> None:
        self._publisher = publisher
        self._started_s = now_s
        self._frames = 0
        self._sounds = 0
        self._seqnos = [0] * len(LAYERS)
        self._base_pictures = 0
        self._keys: set[int] = set()
        self._noise = os.urandom(2_048)

    def next_due_s(self) -> float:
        frame_s = self._started_s + self._frames / FRAMES_PER_S
        return min(frame_s, self._started_s + self._sounds / AUDIO_PER_S)

    def pump(self, now_s: float) -> None:
        elapsed_s = now_s - self._started_s
        while self._sounds <= elapsed_s * AUDIO_PER_S:
            self._send_sound()
        while self._frames <= elapsed_s * FRAMES_PER_S:
            self._send_picture()

    def _send_sound(self) -> None:
        payload = b"\x78" + self._noise[: AUDIO_PAYLOAD_BYTES - STAMP_BYTES - 1]
        header = struct.pack(
            "!BBHII",
            0x80,
            AUDIO_PT,
            self._sounds & 0xFFFF,
            self._sounds * 960 & 0xFFFFFFFF,
            self._publisher.audio_ssrc,
        )
        self._send(header + payload)
        self._sounds += 1

    def _send_picture(self) -> None:
        temporal, is_sync = _PATTERN[self._frames % len(_PATTERN)]
        if temporal == 0:
            self._base_pictures += 1
        self._keys |= self._publisher.take_keyframe_requests()
        for layer in range(len(LAYERS)):
            ssrc = self._publisher.layer_ssrcs[layer]
            is_key = self._frames % _KEYFRAME_EVERY == 0 or ssrc in self._keys
            # A keyframe is a picture of the base layer (RFC 7741, 4.2).
            of_layer = 0 if is_key else temporal
            for packet in self._packets(layer, of_layer, is_key, is_sync):
                self._send(packet)
            self._keys.discard(ssrc)
        self._frames += 1

    def _packets(
        self, layer: int, temporal: int, is_key: bool, is_sync: bool
    ) -> list[bytes]:
        made = []
        count = LAYERS[layer].packets[temporal]
        for position in range(count):
            header = self._header(layer, is_last=position == count - 1)
            flags = 0x90 if position == 0 else 0x80
            descriptor = struct.pack(
                "!BBHBB",
                flags,
                0xE0,
                0x8000 | self._frames & 0x7FFF,
                self._base_pictures & 0xFF,
                temporal << 6 | is_sync << 5,
            )
            body = _frame_tag(layer, is_key) if position == 0 else b""
            size = LAYERS[layer].payload_bytes - STAMP_BYTES
            made.append(header + (descriptor + body + self._noise)[:size])
        return made

    def _header(self, layer: int, *, is_last: bool) -> bytes:
        seqno = self._seqnos[layer]
        self._seqnos[layer] += 1
        fixed = struct.pack(
            "!BBHII",
            0x90,
            VIDEO_PT | is_last << 7,
            seqno & 0xFFFF,
            self._frames * 90_000 // FRAMES_PER_S & 0xFFFFFFFF,
            self._publisher.layer_ssrcs[layer],
        )
        # One-byte extensions (RFC 8285, 4.2): the video section's mid, and the rid.
        rid = LAYERS[layer].rid.encode()
        return (
            fixed
            + b"\xbe\xde\x00\x01"
            + bytes((_MID_ID << 4,))
            + b"1"
            + bytes((_RID_ID << 4,))
            + rid
        )

    def _send(self, packet: bytes) -> None:
        self._publisher.send_rtp(packet + struct.pack("!Q", time.time_ns()))


def _frame_tag(layer: int, is_key: bool) -> bytes:
    """Begin a VP8 picture (RFC 6386, 9.1)."""
    if not is_key:
        return b"\x11\x00\x00"
    return b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", *LAYERS[layer].size)
