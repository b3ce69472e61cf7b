"""What a viewer tells of its line harms nobody but itself (reliability B10)."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable

import pytest

from media.channel import encode_frame
from media.protocol import Notice, ViewerQuality
from media.rtp.rtcp import (
    Nack,
    ReceiverEstimate,
    ReceiverReport,
    ReportBlock,
)
from media.rtp.rtcp_codec import build_rtcp
from tests.media.sfu.room import FakeOut, Room, assert_gapless
from tests.media.sfu.simulcast import SimulcastCamera, layers_of
from tests.media.sfu.stream_reporter import StreamReporter

RATES_BPS = (150_000, 500_000, 1_500_000)
LARGEST_REMB = 0x3FFFF << 63
SECONDS = 20


class Audience:
    """An honest viewer and a liar before the same simulcast camera."""

    def __init__(self) -> None:
        self.room = Room()
        self.camera = SimulcastCamera(self.room, "a", rates_bps=RATES_BPS)
        self.room.router.assign("presenter", self.camera.camera)
        self.camera.picture(keys=(0, 1, 2))
        self.room.go()
        self.honest = self.room.viewer("honest", "presenter")
        self.liar = self.room.viewer("liar", "presenter")
        self.lies = StreamReporter(self.room.router.slot_ssrc("presenter"))
        self.plis = 0

    def tell(self, peer_id: str, loss: int, bps: int) -> None:
        """A receiver report and a REMB as they stand on the wire."""
        ssrc = self.room.router.slot_ssrc("presenter")
        blocks = self.lies.report(loss / 256, 0xFFFFFFFF, 0x1234, 0xFFFFFFFF)
        packets = (ReceiverReport(1, blocks), ReceiverEstimate(1, bps, (ssrc,)))
        data = build_rtcp(packets)
        self.room.router.on_rtcp(peer_id, data, self.room.clock.now_ns)

    def play(self, lie: Callable[[int], None], seconds: int = SECONDS) -> None:
        """30 pictures a second; what is asked for is answered with a keyframe."""
        for number in range(30 * seconds):
            lie(number)
            if number % 30 == 0:
                self.room.receiver_report("honest", "presenter")
            asked = self.camera.asked()
            self.plis += len(asked)
            self.camera.picture(keys=tuple(asked))
            self.room.go()

    def assert_honest_unharmed(self) -> None:
        packets = self.honest.of(0)
        assert_gapless(packets)
        assert layers_of(packets) == [2]
        assert len(packets) >= 30 * SECONDS * 5


def sent_bytes(out: FakeOut) -> int:
    media = sum(len(one.payload) for one in (*out.of(0), *out.repeats))
    return media + out.padding_bytes


@pytest.mark.parametrize("bps", [0, 1, 2**63, 2**64, LARGEST_REMB])
@pytest.mark.parametrize("loss", [0, 255])
def test_no_estimate_and_no_loss_harms_others(loss: int, bps: int) -> None:
    audience = Audience()
    audience.play(lambda number: audience.tell("liar", loss, bps))
    audience.assert_honest_unharmed()
    assert sent_bytes(audience.liar) < 1.1 * sent_bytes(audience.honest)
    quality = [one for one in audience.room.events if isinstance(one, ViewerQuality)]
    assert len(quality) >= SECONDS // 2 - 1
    for event in quality:
        encode_frame(Notice(event=event))
        assert {one.peer_id for one in event.viewers} == {"honest", "liar"}


@pytest.mark.parametrize("seed", range(4))
def test_a_line_that_jumps_is_not_sent_more_than_a_good_one(seed: int) -> None:
    """Probing (padding) must not make us a flood: all it can win is the picture."""
    rng = random.Random(seed)
    audience = Audience()

    def lie(number: int) -> None:
        if number % rng.randrange(1, 60) == 0:
            bps = rng.choice((0, 100_000, 300_000, 700_000, LARGEST_REMB))
            audience.tell("liar", rng.choice((0, 0, 40, 255)), bps)

    audience.play(lie)
    audience.assert_honest_unharmed()
    assert sent_bytes(audience.liar) < 1.2 * sent_bytes(audience.honest)


def test_a_storm_of_wishes_costs_keyframes_at_the_pace_of_a_storm() -> None:
    audience = Audience()
    router = audience.room.router

    def lie(number: int) -> None:
        for height in (0, 180, 360, 0, 720) * 10:
            router.prefer("liar", {"presenter": height})
        router.prefer("liar", {"presenter": (0, 180, 360, 720)[number // 7 % 4]})
        for _ in range(30):
            audience.room.pli("liar", "presenter")

    audience.play(lie)
    audience.assert_honest_unharmed()
    # One request a layer in 2 s, and the first ones before it counts as a storm.
    assert audience.plis <= 3 * (SECONDS // 2 + 3)
    # Each time it turns back on it is served from the cached group, 2.5 times a second.
    assert sent_bytes(audience.liar) < 4 * sent_bytes(audience.honest)


def test_feedback_costs_little_even_when_it_is_crafted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """CPU of the largest datagrams of each kind; limits are ten times what is usual."""
    audience = Audience()
    audience.play(lambda number: None, seconds=2)
    room = audience.room
    ssrc = room.router.slot_ssrc("presenter")
    newest = audience.liar.of(0)[-1].ext_seqno
    block = ReportBlock(ssrc, 255, 0, 0, 0, 0, 0)
    many_nacks = b"".join(
        build_rtcp((Nack(1, ssrc, (newest - back & 0xFFFF,)),)) for back in range(80)
    )
    storms = {
        "report of 31 blocks": build_rtcp((ReceiverReport(1, (block,) * 31),)),
        "46 reports": build_rtcp([ReceiverReport(1, (block,))] * 46),
        "80 NACKs": many_nacks,
        "one NACK of 6,000 numbers": struct.pack("!BBHII", 0x81, 205, 352, 1, ssrc)
        + b"\x00\x01\xff\xff" * 350,
    }
    costs_us = {}
    for name, data in storms.items():
        assert len(data) <= 1472
        before_s = time.process_time()
        for _ in range(50):
            room.router.on_rtcp("liar", data, room.clock.now_ns)
        costs_us[name] = (time.process_time() - before_s) / 50 * 1e6
    with capsys.disabled():
        print({name: f"{cost:.0f} us" for name, cost in costs_us.items()})
    assert max(costs_us.values()) < 20_000
    assert room.router.packets_malformed == 0
