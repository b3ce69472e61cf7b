"""Mutation of good inputs, and what parsers may make of them (reliability A1).

`python -m tests.media.attacks.fuzz [target ...]` runs coverage-guided instead (A2), ten
minutes a target, where atheris is installed: it needs Clang and is no dependency.
"""

from __future__ import annotations

import contextlib
import random
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from media.channel import NOT_UNDERSTOOD, FrameReader, FrameTooLarge, encode_frame
from media.protocol import PeerOffer, Request, ToWorker
from media.rtp import vp8
from media.rtp.codecs import KeyframeDetector
from media.rtp.h264 import keyframe_start
from media.rtp.packet import MalformedRtpError, RtpPacket, build_rtp
from media.rtp.rtcp import (
    FullIntraRequest,
    Goodbye,
    MalformedRtcpError,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from media.rtp.rtcp_codec import build_rtcp, parse_rtcp
from media.rtp.transport_cc import Arrivals
from media.sfu.relay_wire import (
    BATCH,
    ITEM,
    MalformedRelayError,
    RepeatsWanted,
    decode_control,
    encode_control,
    is_rtcp,
    packets_of,
)
from media.transport.answer import (
    Answer,
    LocalTransport,
    SlotSsrcs,
    answer_publish,
    answer_receive,
)
from media.transport.fragment import restart_fragment
from media.transport.sdp import SdpError, parse_offer
from media.transport.stun import parse_binding_request
from media.transport.tcp_framing import Deframer, frame
from tests.media.sfu.room import Room, vp8_payload
from tests.media.sfu.simulcast import SimulcastCamera

SDP_FOLDER = Path(__file__).parents[1] / "transport" / "data"
LOCAL = LocalTransport("ufrag", "password", "AA:BB", ("192.0.2.1",), 42_000)
SLOTS = SlotSsrcs(lambda slot: 1000 + len(slot), lambda slot: 2000 + len(slot))
SEMINAR = ("presenter", "floor-1", "floor-2", "screen")
INTERESTING = (0, 1, 2, 0x7F, 0x80, 0x90, 0xB0, 0xBE, 0xDE, 0xF0, 0xFE, 0xFF)


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, good inputs, and the one error it may raise."""

    name: str
    take: Callable[[bytes], object]
    seeds: Sequence[bytes]
    errors: tuple[type[Exception], ...]


def mutate(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Give a seed with a few bytes changed, cut, moved, repeated or put in."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 6)):
        if not data:
            return bytes(data)
        at, kind = rng.randrange(len(data)), rng.randrange(8)
        if kind < 3:
            data[at] = rng.getrandbits(8)
        elif kind < 5:
            data[at] = rng.choice(INTERESTING)
        elif kind == 5:
            del data[at : at + rng.randrange(1, 1 + len(data))]
        elif kind == 6:
            data[at:at] = data[at : at + rng.randrange(1, 40)]
        else:
            other = rng.choice(seeds)
            data[at : at + 8] = other[at : at + rng.randrange(1, 40)]
    return bytes(data)


def slowest_s(target: Target, seed: int, count: int) -> float:
    """Feed so many inputs; give the CPU seconds of the slowest.

    Raises what the parser should not have raised, with the input in a note.
    """
    rng = random.Random(seed)
    worst_s = 0.0
    for number in range(count):
        data = mutate(rng, target.seeds)
        before_s = time.thread_time()
        try:
            target.take(data)
        except target.errors:
            pass
        except Exception as error:
            error.add_note(f"{target.name}, seed {seed}, input {number}: {data.hex()}")
            raise
        took_s = time.thread_time() - before_s
        if took_s > worst_s:
            # Again: the first may have met the collector or a page fault.
            worst_s = max(worst_s, min(took_s, _timed_s(target, data)))
    return worst_s


def _timed_s(target: Target, data: bytes) -> float:
    before_s = time.thread_time()
    with contextlib.suppress(*target.errors):
        target.take(data)
    return time.thread_time() - before_s


def _rtp(data: bytes) -> None:
    packet = RtpPacket(data)
    for extension_id in (1, 4, 10, 14, 15):
        packet.extension(extension_id)


def _vp8(payload: bytes) -> None:
    vp8.is_keyframe_start(payload)
    vp8.begins_picture(payload)
    if payload:
        vp8.temporal_layer(payload)
    vp8.Vp8Descriptor(payload)
    vp8.without_picture_numbers(payload)


def _h264(payload: bytes) -> None:
    keyframe_start(payload)
    KeyframeDetector().is_start("h264", payload, 0)


def _sdp(data: bytes) -> None:
    offer = parse_offer(data.decode("utf-8", errors="replace"))
    with contextlib.suppress(SdpError):
        _fragment(answer_publish(offer, LOCAL, 4_000_000))
    with contextlib.suppress(SdpError):
        _fragment(answer_receive(offer, LOCAL, SEMINAR, SLOTS))


def _fragment(answer: Answer) -> None:
    restart_fragment(answer.sdp, "ufrag", "password")


def _frames(data: bytes) -> None:
    """A stream cut anywhere, and what the worker decodes of it."""
    reader = FrameReader()
    half = len(data) // 2
    for body in reader.feed(data[:half]) + reader.feed(data[half:]):
        msgspec.msgpack.decode(body, type=ToWorker)


def _tcp_frames(data: bytes) -> None:
    deframer = Deframer()
    for at in range(0, len(data), 7):
        deframer.feed(data[at : at + 7])


def _relay(message: bytes) -> None:
    if decode_control(message) is None:
        for _, _, packet in packets_of(message):
            is_rtcp(packet)


def _transport_cc(data: bytes) -> None:
    """Numbers of a sender at will, and the feedback we make of them."""
    arrivals = Arrivals()
    for at in range(0, len(data) - 2, 3):
        arrivals.on_packet(data[at] << 8 | data[at + 1], at * data[at + 2] * 100_000)
        if data[at + 2] % 8 == 0:
            for packet in arrivals.take_feedback(1, 2):
                parse_rtcp(packet)


class _Publisher:
    """What a publisher's decrypted packets meet, RTX included: nothing may raise."""

    def __init__(self) -> None:
        self.room = Room()
        self.camera = SimulcastCamera(self.room, "a")
        self.room.router.assign("presenter", self.camera.camera)
        self.camera.picture(keys=(0, 1, 2))
        self.room.viewer("v", "presenter", "audio-1")
        self.room.go()
        self.count = 0

    def rtp(self, data: bytes) -> None:
        self.room.router.on_rtp("a", data, self.room.clock.now_ns)
        self._go()

    def rtcp(self, data: bytes) -> None:
        for peer_id in ("a", "v"):
            self.room.router.on_rtcp(peer_id, data, self.room.clock.now_ns)
        self._go()

    def _go(self) -> None:
        self.count += 1
        if self.count % 16 == 0:
            self.room.go(20)
            assert self.room.router.stats().viewers == 1
        if self.count % 512 == 0:
            # Anew: a mutated BYE may have closed the camera.
            self.__init__()  # type: ignore[misc]


def _rtp_seeds() -> list[bytes]:
    names = {4: b"1", 10: b"h", 1: b"\x9e"}
    key = vp8_payload(300, key=True)
    plain = build_rtp(96, 65_530, 1, 5_002, key, marker=True, extensions=names)
    rtx_names = {4: b"1", 11: b"h"}
    return [
        plain,
        build_rtp(96, 102, 1, 5_002, vp8_payload(301), extensions=names),
        build_rtp(97, 7, 1, 5_102, b"\x9c\x41" + key, extensions=rtx_names),
        build_rtp(97, 8, 1, 5_102, b"", extensions=rtx_names),
        build_rtp(102, 9, 1, 5_001, b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce"),
        bytes((plain[0] | 0x20,)) + plain[1:] + bytes(9) + b"\x0a",
        b"\x92" + plain[1:12] + bytes(8) + b"\x10\x03\x00\x01\x04\x01\x31\x00" + key,
    ]


def _rtcp_seeds() -> list[bytes]:
    block = ReportBlock(5_002, 12, -3, 70_000, 90, 1, 2)
    compound = (
        SenderReport(5_002, 1 << 63, 1, 2, 3, (block,)),
        SourceDescription(((5_002, "name"),)),
        Nack(1, 5_002, (65_535, 0, 9)),
        PictureLossIndication(1, 5_002),
    )
    rest = (
        ReceiverReport(1, (block, block)),
        FullIntraRequest(1, (5_002, 5_001)),
        ReceiverEstimate(1, 1_000_000, (5_002,)),
        Goodbye((7, 8)),
    )
    # Feedback of transport-wide numbers, as draft-holmer-rmcat-01 has it.
    transport_wide = struct.pack(
        "!BBHIIHHIHHBB", 0x8F, 205, 5, 1, 2, 3, 2, 1, 0xA002, 0x2001, 1, 2
    )
    return [build_rtcp(compound), build_rtcp(rest), transport_wide]


def _relay_seeds() -> list[bytes]:
    wish = RepeatsWanted(peer_id="p", ssrc=5, seqnos=(1, 2))
    batch = b"".join(ITEM.pack(1, 40, 1 << 40) + bytes(40) for _ in range(3))
    return [encode_control(wish), BATCH + batch]


STUN_SEED = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
    "00080014e2b81bba82bb0dcbee5b8ddc7a8f4ea4bb8e1aa480280004e57a3bcf"
)
"""Shaped like the request of RFC 5769, 2.1."""


def targets() -> list[Target]:
    """Every parser that meets bytes of others."""
    sdps = [path.read_bytes() for path in sorted(SDP_FOLDER.glob("*.sdp"))]
    small = [b"\r\n".join(sdp.split(b"\r\n")[:60]) for sdp in sdps]
    command = PeerOffer(
        router_id="r", peer_id="p", direction="publish", offer_sdp="v=0"
    )
    frames = [encode_frame(Request(id=number, command=command)) for number in (1, 2)]
    payloads = [
        vp8_payload(300, key=True),
        vp8_payload(5),
        b"\x90\xe0\x81\x00\x05\x60\x00",
    ]
    h264 = [b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce", b"\x7c\x85abc", b"\x65ab"]
    publisher = _Publisher()
    return [
        Target("rtp", _rtp, _rtp_seeds(), (MalformedRtpError,)),
        Target("rtcp", parse_rtcp, _rtcp_seeds(), (MalformedRtcpError,)),
        Target("stun", parse_binding_request, [STUN_SEED], (ValueError,)),
        Target("sdp", _sdp, small, (SdpError,)),
        Target("vp8", _vp8, payloads, (ValueError,)),
        Target("h264", _h264, h264, ()),
        Target("transport-cc", _transport_cc, [bytes(range(120)), bytes(90)], ()),
        Target(
            "control",
            _frames,
            [b"".join(frames), frames[0] + frames[0][:9]],
            (FrameTooLarge, *NOT_UNDERSTOOD),
        ),
        Target("tcp", _tcp_frames, [frame(b"x" * 40) + frame(b"y")] * 2, (ValueError,)),
        Target("relay", _relay, _relay_seeds(), (MalformedRelayError,)),
        Target("router-rtp", publisher.rtp, _rtp_seeds(), ()),
        Target("router-rtcp", publisher.rtcp, _rtcp_seeds(), ()),
    ]


def main() -> None:
    """Fuzz one target with atheris: seeds go into its corpus folder first."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    name, corpus = sys.argv[1], Path(sys.argv[2])
    target = next(one for one in targets() if one.name == name)
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.instrument_all()

    def take(data: bytes) -> None:
        with contextlib.suppress(*target.errors):
            target.take(data)

    atheris.Setup([sys.argv[0], "-max_total_time=600", str(corpus)], take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
