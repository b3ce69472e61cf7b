"""A router with hand-moved time, publishers and viewers that keep what they get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from media.clock import ManualClock, ntp_from_unix_ns
from media.protocol import Codec, Event, VideoSlot
from media.rtp.packet import build_rtp
from media.rtp.rtcp import (
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
)
from media.rtp.rtcp_codec import build_rtcp, parse_rtcp
from media.sfu.picture_line import HOLD_NS
from media.sfu.ports import (
    NO_SHIFT,
    DeclaredTrack,
    OutPacket,
    Shift,
    ViewerStream,
)
from media.sfu.router import Router
from tests.media.sfu.stream_reporter import StreamReporter

PAYLOAD_TYPES: dict[Codec, int] = {"opus": 111, "h264": 102, "vp8": 96}
RTX_PAYLOAD_TYPES: dict[Codec, int] = {"h264": 103, "vp8": 97}
LEVEL_ID = 1
MID_ID = 4


def vp8_payload(
    picture_id: int, *, key: bool = False, start: bool = True, body: bytes = b"x" * 20
) -> bytes:
    """A VP8 packet with a 15-bit picture id and TL0PICIDX."""
    head = bytes(
        (
            0x90 if start else 0x80,
            0xC0,
            0x80 | picture_id >> 8 & 0x7F,
            picture_id & 0xFF,
            picture_id & 0xFF,
        )
    )
    return head + (b"\x00" if key else b"\x01") + body


def h264_payload(*, key: bool = False, body: bytes = b"x" * 20) -> bytes:
    """A STAP-A with SPS and PPS, or a slice."""
    if key:
        return b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce" + body[:0]
    return b"\x41" + body


@dataclass
class FakeIn:
    """A publisher's transport."""

    sent: list[RtcpPacket] = field(default_factory=list)

    def send_rtcp(self, data: bytes) -> None:
        self.sent += parse_rtcp(data)

    def plis(self) -> int:
        return sum(isinstance(one, PictureLossIndication) for one in self.sent)

    def nacked(self) -> list[int]:
        return [
            seqno for one in self.sent if isinstance(one, Nack) for seqno in one.seqnos
        ]


def as_shifted(packet: OutPacket, shift: Shift) -> OutPacket:
    """Give the packet as a viewer with numbers of its own sees it."""
    if shift == NO_SHIFT:
        return packet
    return OutPacket(
        packet.ext_seqno + shift.seqno,
        (packet.timestamp + shift.timestamp) & 0xFFFFFFFF,
        packet.marker,
        packet.payload,
        packet.codec,
        packet.ssrc,
        packet.send_time,
    )


@dataclass
class FakeOut:
    """A viewer's transport."""

    crowds: None = None
    packets: dict[int, list[OutPacket]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    repeats: list[OutPacket] = field(default_factory=list)
    rtcp: list[RtcpPacket] = field(default_factory=list)
    padding_bytes: int = 0
    delays_ms: dict[int, int] = field(default_factory=dict)

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        assert len({packet.codec for packet in packets}) == 1
        self.batches.append(stream)
        self.packets.setdefault(stream, []).extend(packets)

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        assert shift != NO_SHIFT
        self.send(stream, [as_shifted(packet, shift) for packet in packets])

    def resend(
        self, stream: int, packet: OutPacket, shift: Shift, send_time: bytes
    ) -> None:
        self.repeats.append(as_shifted(packet, shift))

    def pad(self, stream: int, send_time: bytes) -> int:
        self.padding_bytes += 255
        return 255

    def delay_playout(self, stream: int, delay_ms: int) -> None:
        self.delays_ms[stream] = delay_ms

    def send_rtcp(self, data: bytes) -> None:
        self.rtcp += parse_rtcp(data)

    def of(self, stream: int) -> list[OutPacket]:
        return self.packets.get(stream, [])

    def reports(self, ssrc: int) -> list[SenderReport]:
        return [
            one
            for one in self.rtcp
            if isinstance(one, SenderReport)
            if one.ssrc == ssrc
        ]


def assert_gapless(packets: Sequence[OutPacket]) -> None:
    """Consecutive numbers once each, whatever the order; never one before the first."""
    numbers = [packet.ext_seqno for packet in packets]
    assert sorted(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))


def assert_time_goes_on(packets: Sequence[OutPacket]) -> None:
    in_order = sorted(packets, key=lambda packet: packet.ext_seqno)
    for one, other in pairwise(in_order):
        assert (other.timestamp - one.timestamp) & 0xFFFFFFFF < 0x80000000


class Source:
    """One publishing peer with a camera (mid 1) and a microphone (mid 0)."""

    def __init__(
        self,
        room: Room,
        peer_id: str,
        codec: Codec = "vp8",
        *,
        ssrc: int = 1000,
        declares: bool = True,
        first_seqno: int = 100,
        group: str = "",
        has_levels: bool = True,
    ) -> None:
        self.room = room
        self.peer_id = peer_id
        self.codec: Codec = codec
        self.video_ssrc, self.rtx_ssrc, self.audio_ssrc = ssrc, ssrc + 1, ssrc + 2
        self.seqno = first_seqno
        self.audio_seqno = first_seqno
        self.timestamp = 5_000
        self.audio_timestamp = 7_000
        self.picture_id = 300
        self.group = group
        self.out = FakeIn()
        video = DeclaredTrack(
            mid="1",
            kind="video",
            payload_types={96: "vp8", 102: "h264"},
            ssrc=self.video_ssrc if declares else None,
            rtx_ssrc=self.rtx_ssrc if declares else None,
            rtx_payload_types={97: 96, 103: 102},
            mid_id=MID_ID,
        )
        audio = DeclaredTrack(
            mid="0",
            kind="audio",
            payload_types={111: "opus"},
            ssrc=self.audio_ssrc if declares else None,
            audio_level_id=LEVEL_ID if has_levels else None,
            mid_id=MID_ID,
        )
        room.router.open_publisher(peer_id, [audio, video], self.out, group=group)

    @property
    def camera(self) -> str:
        return f"{self.peer_id}/1"

    @property
    def microphone(self) -> str:
        return f"{self.peer_id}/0"

    def build_picture(self, *, key: bool = False, packets: int = 3) -> list[bytes]:
        """The packets of the next picture, 33 ms after the last one."""
        self.timestamp += 3000
        self.picture_id = (self.picture_id + 1) & 0x7FFF
        built = []
        for index in range(packets):
            if self.codec == "vp8":
                payload = vp8_payload(
                    self.picture_id, key=key and index == 0, start=index == 0
                )
            else:
                payload = h264_payload(key=key and index == 0)
            built.append(
                build_rtp(
                    PAYLOAD_TYPES[self.codec],
                    self.seqno,
                    self.timestamp,
                    self.video_ssrc,
                    payload,
                    marker=index == packets - 1,
                )
            )
            self.seqno += 1
        return built

    def send(self, *built: bytes) -> None:
        for data in built:
            self.room.router.on_rtp(self.peer_id, data, self.room.clock.now_ns)

    def picture(self, *, key: bool = False, packets: int = 3) -> None:
        self.send(*self.build_picture(key=key, packets=packets))

    def padding(self) -> None:
        """A packet of padding alone, as browsers probe with."""
        payload_type = PAYLOAD_TYPES[self.codec]
        head = build_rtp(
            payload_type, self.seqno, self.timestamp, self.video_ssrc, bytes(9)
        )
        self.seqno += 1
        self.send(bytes((head[0] | 0x20,)) + head[1:] + b"\x0a")

    def repeat(self, built: bytes) -> None:
        """Send a packet again on the RTX stream."""
        original = built[2:4]
        rtx = build_rtp(
            RTX_PAYLOAD_TYPES[self.codec],
            int.from_bytes(original, "big") + 7,
            int.from_bytes(built[4:8], "big"),
            self.rtx_ssrc,
            original + built[12:],
        )
        self.send(rtx)

    def voice(
        self, level: int = 30, extensions: dict[int, bytes] | None = None
    ) -> None:
        """One 20 ms packet of sound."""
        self.audio_timestamp += 960
        self.send(
            build_rtp(
                111,
                self.audio_seqno,
                self.audio_timestamp,
                self.audio_ssrc,
                self.peer_id.encode() * 5,
                extensions=extensions or {LEVEL_ID: bytes((0x80 | level,))},
            )
        )
        self.audio_seqno += 1

    def report(self, clock_error_ns: int = 0, delay_ns: int = 0) -> None:
        """Sender reports of both tracks, from a clock that is wrong by so much."""
        now_ns = self.room.clock.now_ns
        wall_ns = self.room.clock.wall_ns_at(now_ns - delay_ns) + clock_error_ns
        ntp = ntp_from_unix_ns(wall_ns)
        data = build_rtcp(
            (
                SenderReport(self.video_ssrc, ntp, self.timestamp, 1, 1),
                SenderReport(self.audio_ssrc, ntp, self.audio_timestamp, 1, 1),
            )
        )
        self.room.router.on_rtcp(self.peer_id, data, now_ns)


class Room:
    """One router and its people."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.events: list[Event] = []
        self.outs: dict[str, FakeOut] = {}
        """The viewers' transports by peer."""
        self._reporters: dict[tuple[str, str], StreamReporter] = {}
        self.router = Router("r1", self.clock, self.events.append)

    def source(self, peer_id: str, codec: Codec = "vp8", **settings: object) -> Source:
        return Source(self, peer_id, codec, **settings)  # type: ignore[arg-type]

    def stream(
        self, slot: str, codecs: Sequence[Codec] = ("vp8", "h264")
    ) -> ViewerStream:
        kind = "audio" if slot.startswith("audio") else "video"
        chosen: Sequence[Codec] = ("opus",) if kind == "audio" else codecs
        return ViewerStream(
            slot=slot,
            kind="audio" if kind == "audio" else "video",
            payload_types={codec: PAYLOAD_TYPES[codec] for codec in chosen},
            rtx_payload_types={
                codec: RTX_PAYLOAD_TYPES[codec]
                for codec in chosen
                if codec in RTX_PAYLOAD_TYPES
            },
            ssrc=self.router.slot_ssrc(slot),
            rtx_ssrc=self.router.slot_rtx_ssrc(slot),
        )

    def viewer(
        self,
        peer_id: str,
        *slots: str,
        codecs: Sequence[Codec] = ("vp8", "h264"),
        group: str = "",
        wishes: dict[VideoSlot, int] | None = None,
    ) -> FakeOut:
        out = self.outs[peer_id] = FakeOut()
        streams = [self.stream(slot, codecs) for slot in slots]
        self.router.open_viewer(peer_id, streams, out, group, wishes or {})
        return out

    def nack(self, peer_id: str, slot: str, *seqnos: int) -> None:
        wanted = tuple(seqno & 0xFFFF for seqno in seqnos)
        data = build_rtcp((Nack(1, self.router.slot_ssrc(slot), wanted),))
        self.router.on_rtcp(peer_id, data, self.clock.now_ns)

    def receiver_report(self, peer_id: str, slot: str, loss: float = 0.0) -> None:
        """Let a viewer report of a slot's stream; `loss` is 0 to 1."""
        ssrc = self.router.slot_ssrc(slot)
        reporter = self._reporters.setdefault((peer_id, slot), StreamReporter(ssrc))
        data = build_rtcp((ReceiverReport(1, reporter.report(loss)),))
        self.router.on_rtcp(peer_id, data, self.clock.now_ns)

    def remb(self, peer_id: str, bps: int) -> None:
        """Let a viewer tell its estimate of the line."""
        data = build_rtcp((ReceiverEstimate(1, bps, ()),))
        self.router.on_rtcp(peer_id, data, self.clock.now_ns)

    def pli(self, peer_id: str, slot: str) -> None:
        data = build_rtcp((PictureLossIndication(1, self.router.slot_ssrc(slot)),))
        self.router.on_rtcp(peer_id, data, self.clock.now_ns)

    def go(self, elapsed_ms: float = 33) -> None:
        """Flush, let time pass, tick."""
        passed_ms = flush_all([self.router], self.clock)
        self.router.tick(self.clock.advance_ms(elapsed_ms - passed_ms))


def flush_all(routers: Sequence[Router], clock: ManualClock) -> float:
    """Flush, and again after the moment that beginnings of pictures are kept for.

    Gives how many ms that took.
    """
    for router in routers:
        router.flush()
    if not any(router.is_holding for router in routers):
        return 0
    clock.advance_ms(HOLD_NS / 1e6)
    for router in routers:
        router.flush()
    return HOLD_NS / 1e6
