"""A publisher that sends stamped packets and reacts as a browser does.

PLI: the next picture is a keyframe. NACK: the packet once more, by RTX (RFC 4588).
Reported loss of sound: Opus in-band FEC for a while, as libwebrtc's encoder turns it on
by the loss its receiver reports, and not before.
"""

from __future__ import annotations

import struct
import time
from collections import OrderedDict

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import AUDIO_PT, VIDEO_PT, LightPeer
from media.rtp.rtcp import Nack, PictureLossIndication, ReceiverReport, SenderReport
from media.rtp.rtcp_codec import build_rtcp, parse_rtcp
from tests.impairment.light_sdp import RTX_PT, publish_offer
from tests.impairment.stamps import (
    DELTA_PACKETS,
    KEY_PACKETS,
    PICTURE_TICKS,
    PICTURES_PER_S,
    SOUND_MS,
    SOUND_TICKS,
    PictureStamp,
    SoundStamp,
    picture_payload,
    sound_payload,
)

HISTORY_PACKETS = 1_000
REPORT_EVERY_S = 1.0
FEC_LASTS_S = 10.0
_NTP_EPOCH_S = 2_208_988_800


class LightSource:
    """Sends on time; `pump` catches up to the clock and obeys feedback."""

    def __init__(self, name: str, identity: LightIdentity) -> None:
        self.name = name
        self.peer = LightPeer(identity, "sendonly")
        self.peer.plain_packets = []
        self.offer = publish_offer(self.peer, identity.fingerprint)
        self.rtx_ssrc = self.peer.video_ssrc ^ 1
        self.plis_ns: list[int] = []
        self.asks_ns: dict[int, list[int]] = {}
        """When each missing packet (by extended number) was asked for."""
        self.sounds_sent_ns: list[int] = []
        self.pictures = 0
        self.video_packets = 0
        self.repeats = 0
        self._began_s: float | None = None
        self._wants_key = True
        self._fec_until_s = 0.0
        self._reported_s = 0.0
        self._history: OrderedDict[int, bytes] = OrderedDict()

    def pump(self, now_s: float) -> None:
        """Take feedback, send what is due."""
        self.peer.pump(now_s)
        assert self.peer.plain_packets is not None
        for plain in self.peer.plain_packets:
            self._on_feedback(plain, now_s)
        self.peer.plain_packets.clear()
        if not self.peer.is_connected:
            return
        if self._began_s is None:
            self._began_s = now_s
        elapsed_s = now_s - self._began_s
        while len(self.sounds_sent_ns) * SOUND_MS <= elapsed_s * 1000:
            self._send_sound(now_s)
        while self.pictures <= elapsed_s * PICTURES_PER_S:
            self._send_picture()
        if now_s - self._reported_s >= REPORT_EVERY_S:
            self._reported_s = now_s
            self._report()

    def _send_sound(self, now_s: float) -> None:
        has_fec = now_s < self._fec_until_s
        now_ns, number, peer = time.monotonic_ns(), len(self.sounds_sent_ns), self.peer
        stamp = SoundStamp(number, has_fec, now_ns)
        header = _header(AUDIO_PT, number, number * SOUND_TICKS, peer.audio_ssrc)
        peer.send_rtp(header + sound_payload(stamp))
        self.sounds_sent_ns.append(now_ns)

    def _send_picture(self) -> None:
        is_key, self._wants_key = self._wants_key, False
        packets = KEY_PACKETS if is_key else DELTA_PACKETS
        timestamp = self.pictures * PICTURE_TICKS
        for position in range(packets):
            stamp = PictureStamp(
                self.pictures, position, packets, time.monotonic_ns(), is_key
            )
            number = self.video_packets
            marker = (position == packets - 1) << 7
            head = _header(VIDEO_PT | marker, number, timestamp, self.peer.video_ssrc)
            packet = head + picture_payload(stamp)
            self._history[number] = packet
            self.peer.send_rtp(packet)
            self.video_packets += 1
        while len(self._history) > HISTORY_PACKETS:
            self._history.popitem(last=False)
        self.pictures += 1

    def _on_feedback(self, plain: bytes, now_s: float) -> None:
        now_ns = time.monotonic_ns()
        for one in parse_rtcp(plain):
            match one:
                case PictureLossIndication():
                    self.plis_ns.append(now_ns)
                    self._wants_key = True
                case Nack(seqnos=seqnos):
                    for seqno in seqnos:
                        self._repeat(seqno, now_ns)
                case ReceiverReport(reports=reports):
                    for block in reports:
                        if block.ssrc == self.peer.audio_ssrc and block.fraction_lost:
                            self._fec_until_s = now_s + FEC_LASTS_S
                case _:
                    pass

    def _repeat(self, seqno: int, now_ns: int) -> None:
        newest = self.video_packets - 1
        number = newest - ((newest - seqno) & 0xFFFF)
        self.asks_ns.setdefault(number, []).append(now_ns)
        packet = self._history.get(number)
        if packet is None:
            return
        header = bytearray(packet[:12])
        header[1] = header[1] & 0x80 | RTX_PT
        struct.pack_into("!H", header, 2, self.repeats & 0xFFFF)
        struct.pack_into("!I", header, 8, self.rtx_ssrc)
        self.peer.send_rtp(bytes(header) + packet[2:4] + packet[12:])
        self.repeats += 1

    def _report(self) -> None:
        ntp = int((time.time() + _NTP_EPOCH_S) * (1 << 32))
        sound = (self.peer.audio_ssrc, len(self.sounds_sent_ns), SOUND_TICKS)
        picture = (self.peer.video_ssrc, self.pictures, PICTURE_TICKS)
        for ssrc, count, ticks in (sound, picture):
            timestamp = (count - 1) * ticks & 0xFFFFFFFF
            self.peer.send_rtcp(
                build_rtcp([SenderReport(ssrc, ntp, timestamp, count, count)])
            )


def _header(second: int, number: int, timestamp: int, ssrc: int) -> bytes:
    return struct.pack(
        "!BBHII", 0x80, second, number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
    )
