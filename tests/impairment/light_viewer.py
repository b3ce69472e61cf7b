"""A viewer that does not decode: it repairs, reports and judges as a browser does."""

from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Iterator

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import AUDIO_PT, VIDEO_PT, LightPeer
from media.rtp.packet import RtpPacket
from media.rtp.receive_stats import ReceiveStats
from media.rtp.rtcp import (
    Nack,
    PictureLossIndication,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
)
from media.rtp.rtcp_codec import build_rtcp, parse_rtcp
from tests.impairment.light_nack import LightNack
from tests.impairment.light_sdp import RED_PT, RTX_PT, view_offer
from tests.impairment.light_source import LightSource
from tests.impairment.playout import PicturePlayout, SoundPlayout
from tests.impairment.stamps import read_picture, read_sound

REPORT_EVERY_NS = 1_000_000_000
PLI_AFTER_NS = 3_000_000_000
"""libwebrtc asks for a keyframe when it had nothing to decode for so long."""
FIRST_PLI_AFTER_NS = 200_000_000


class LightViewer:
    """One viewer on its own socket; `pump` must be called often."""

    def __init__(self, name: str, source: LightSource, identity: LightIdentity) -> None:
        self.name = name
        self.source = source
        self.peer = LightPeer(identity, "recvonly")
        self.peer.plain_packets = []
        self.offer = view_offer(self.peer, identity.fingerprint)
        self.sound = SoundPlayout()
        self.picture = PicturePlayout()
        self.nack = LightNack()
        self.opened_ns = time.monotonic_ns()
        self.plis_sent = 0
        self.repeats = 0
        self.repeats_in_vain = 0
        """Of packets that had come already."""
        self.video_packets = 0
        self.bytes_by_second: Counter[int] = Counter()
        self._ssrcs: dict[str, int] = {}
        self._stats = {"audio": ReceiveStats(48_000), "video": ReceiveStats(90_000)}
        self._sound_numbers = LightNack()
        self._reported_ns = 0
        self._wanted_ns = 0

    @property
    def is_watching(self) -> bool:
        return bool(self.picture.decoded)

    def pump(self, now_s: float) -> None:
        """Read, then send the feedback that is due."""
        self.peer.pump(now_s)
        assert self.peer.plain_packets is not None
        now_ns = time.monotonic_ns()
        for plain in self.peer.plain_packets:
            if 192 <= plain[1] <= 223:
                self._on_rtcp(plain, now_ns)
            else:
                self._on_rtp(RtpPacket(plain), len(plain), now_ns)
        self.peer.plain_packets.clear()
        if self.peer.is_connected:
            self._send_feedback(now_ns)

    def _on_rtp(self, packet: RtpPacket, size_bytes: int, now_ns: int) -> None:
        self.bytes_by_second[now_ns // REPORT_EVERY_NS] += size_bytes
        if packet.payload_type in (AUDIO_PT, RED_PT):
            ext_seqno = self._sound_numbers.on_packet(packet.seqno)
            self._count("audio", packet, ext_seqno, size_bytes, now_ns)
            self._on_sound(packet, now_ns)
        elif packet.payload_type == VIDEO_PT:
            ext_seqno = self.nack.on_packet(packet.seqno)
            self.video_packets += 1
            self._count("video", packet, ext_seqno, size_bytes, now_ns)
            self._on_picture(packet.payload, now_ns)
        elif packet.payload_type == RTX_PT and len(packet.payload) > 2:
            self.repeats += 1
            self.nack.on_packet(int.from_bytes(packet.payload[:2], "big"), repeat=True)
            self.repeats_in_vain += not self._on_picture(packet.payload[2:], now_ns)

    def _count(
        self, kind: str, packet: RtpPacket, ext: int, size_bytes: int, now_ns: int
    ) -> None:
        self._ssrcs[kind] = packet.ssrc
        self._stats[kind].on_packet(ext, packet.timestamp, now_ns, size_bytes)

    def _on_sound(self, packet: RtpPacket, now_ns: int) -> None:
        payload = packet.payload
        if packet.payload_type == RED_PT:
            *older, payload = red_blocks(payload)
            for block in older:
                old = read_sound(block)
                if old is not None:
                    self.sound.on_packet(old, now_ns, repeat=True)
        stamp = read_sound(payload)
        if stamp is not None:
            self.sound.on_packet(stamp, now_ns, repeat=False)

    def _on_picture(self, payload: bytes, now_ns: int) -> bool:
        stamp = read_picture(payload)
        return stamp is not None and self.picture.on_packet(stamp, now_ns)

    def _on_rtcp(self, plain: bytes, now_ns: int) -> None:
        for one in parse_rtcp(plain):
            if isinstance(one, SenderReport):
                for kind, ssrc in self._ssrcs.items():
                    if ssrc == one.ssrc:
                        self._stats[kind].on_sender_report(one.ntp, now_ns)

    def _send_feedback(self, now_ns: int) -> None:
        video = self._ssrcs.get("video")
        if video is not None:
            asked = self.nack.due(now_ns)
            if asked:
                self._send(Nack(self.peer.video_ssrc, video, tuple(asked)))
            if self.nack.take_outage() or self._is_stuck(now_ns):
                self._wanted_ns = now_ns
                self.plis_sent += 1
                self._send(PictureLossIndication(self.peer.video_ssrc, video))
        if now_ns - self._reported_ns >= REPORT_EVERY_NS:
            self._reported_ns = now_ns
            self._send()

    def _is_stuck(self, now_ns: int) -> bool:
        decoded = self.picture.decoded
        last_ns = decoded[-1][1] if decoded else self.opened_ns
        patience_ns = PLI_AFTER_NS if decoded else FIRST_PLI_AFTER_NS
        return now_ns - max(self._wanted_ns, last_ns) > patience_ns

    def _send(self, *packets: RtcpPacket) -> None:
        now_ns = time.monotonic_ns()
        blocks = []
        if not packets:
            for kind, ssrc in self._ssrcs.items():
                block = self._stats[kind].take_report(ssrc, now_ns)
                if block is not None:
                    blocks.append(block)
        report = ReceiverReport(self.peer.video_ssrc, tuple(blocks))
        self.peer.send_rtcp(build_rtcp([report, *packets]))


def red_blocks(payload: bytes) -> Iterator[bytes]:
    """Take a RED payload apart, oldest block first (RFC 2198, 3)."""
    lengths = []
    at = 0
    while payload[at] & 0x80:
        (head,) = struct.unpack_from("!I", payload, at)
        lengths.append(head & 0x3FF)
        at += 4
    at += 1
    for length in lengths:
        yield payload[at : at + length]
        at += length
    yield payload[at:]
