"""Cost of routing alone: publisher packets -> `Router` -> viewers that do nothing.

Prints CPU microseconds per packet and viewer, without encryption and sockets, for a
1.3 Mbit/s picture (150 packets/s in bursts of 6) with sound (50 packets/s).

    python -m benchmarks.router_flush [viewers]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from media.clock import SystemClock
from media.rtp.packet import build_rtp
from media.sfu.ports import DeclaredTrack, OutPacket, Shift, ViewerStream
from media.sfu.router import Router

SECONDS = 20
PICTURES_PER_S = 25
PACKETS_PER_PICTURE = 6
VOICES_PER_S = 50
PAYLOAD_BYTES = 1_060


class NullOut:
    """A viewer whose transport costs nothing."""

    __slots__ = ()
    crowds = None

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        pass

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        pass

    def resend(
        self, stream: int, packet: OutPacket, shift: Shift, send_time: bytes
    ) -> None:
        pass

    def pad(self, stream: int, send_time: bytes) -> int:
        return 0

    def delay_playout(self, stream: int, delay_ms: int) -> None:
        pass

    def send_rtcp(self, data: bytes) -> None:
        pass


def open_room(viewers: int) -> Router:
    router = Router("bench", SystemClock(), lambda _: None)
    tracks = [
        DeclaredTrack("0", "audio", {111: "opus"}, ssrc=1, audio_level_id=1),
        DeclaredTrack("1", "video", {96: "vp8"}, ssrc=2),
    ]
    router.open_publisher("p", tracks, NullOut())
    router.assign("programme", "p/1")
    for number in range(viewers):
        streams = [
            ViewerStream(
                slot=slot,
                kind="audio" if slot == "audio-1" else "video",
                payload_types={"opus": 111} if slot == "audio-1" else {"vp8": 96},
                rtx_payload_types={},
                ssrc=router.slot_ssrc(slot),
                rtx_ssrc=None,
            )
            for slot in ("audio-1", "programme")
        ]
        router.open_viewer(f"v{number}", streams, NullOut())
    return router


def build_second(second: int) -> list[list[bytes]]:
    """The batches of one second, each as the socket would give it at once."""
    batches = []
    for slice_ in range(VOICES_PER_S):
        number = second * VOICES_PER_S + slice_
        level = {1: b"\x9e"}
        voice = build_rtp(111, number, number * 960, 1, bytes(120), extensions=level)
        batches.append([voice])
        if slice_ % 2 == 0:
            batches.append(_build_picture(number // 2))
    return batches


def _build_picture(number: int) -> list[bytes]:
    key = number % 100 == 0
    body = bytes(PAYLOAD_BYTES)
    packets = []
    for index in range(PACKETS_PER_PICTURE):
        head = bytes((0x90 if index == 0 else 0x80, 0x80, 0x80 | number >> 8 & 0x7F))
        head += bytes((number & 0xFF, 0 if key and index == 0 else 1))
        packets.append(
            build_rtp(
                96,
                number * PACKETS_PER_PICTURE + index,
                number * 3600,
                2,
                head + body,
                marker=index == PACKETS_PER_PICTURE - 1,
            )
        )
    return packets


def run(viewers: int) -> float:
    """Give CPU microseconds per packet and viewer; ticks are part of it."""
    router = open_room(viewers)
    seconds = [build_second(second) for second in range(SECONDS)]
    packets = 0
    arrival_ns = time.monotonic_ns()
    started = time.process_time()
    for batches in seconds:
        for batch in batches:
            for data in batch:
                router.on_rtp("p", data, arrival_ns)
            router.flush()
            packets += len(batch)
            arrival_ns += 1_000_000_000 // len(batches)
            router.tick(arrival_ns)
    spent = time.process_time() - started
    sent = router.stats().packets_out
    assert sent > 0.9 * packets * viewers, "not everything was forwarded"
    return spent * 1e6 / sent


def main() -> None:
    for viewers in [int(argument) for argument in sys.argv[1:]] or [1, 50, 300, 1000]:
        best = min(run(viewers) for _ in range(3))
        print(f"{viewers:5d} viewers: {best:.3f} us per packet and viewer")


if __name__ == "__main__":
    main()
