"""SSRCs, RIDs and MIDs that a publisher makes up (reliability B6, B7)."""

from __future__ import annotations

import time

import pytest

from media.protocol import PublicationOpened
from media.rtp.packet import build_rtp
from media.rtp.rtcp import Goodbye
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.ports import DeclaredTrack
from media.transport.answer import MAX_TRACKS
from media.transport.inbound import MAX_STREAMS
from tests.media.sfu.room import MID_ID, FakeIn, Room, assert_gapless, vp8_payload
from tests.media.sfu.simulcast import SimulcastCamera

LAYERS = ("l", "m", "h")


def forged(ssrc: int, rid: str = "h", mid: str = "1", extension: int = 10) -> bytes:
    names = {MID_ID: mid.encode(), extension: rid.encode()}
    return build_rtp(96, 1, 1, ssrc, vp8_payload(1, key=True), extensions=names)


def test_a_layer_that_is_taken_is_not_taken_again() -> None:
    room = Room()
    camera = SimulcastCamera(room, "a")
    room.router.assign("presenter", camera.camera)
    camera.picture(keys=(0, 1, 2))
    room.go()
    out = room.viewer("v", "presenter")
    publisher = room.router._publishers["a"]
    routes = dict(publisher._routes)
    for number in range(3_000):
        rid, mid = ("l", "m", "h", "x", "q")[number % 5], "12"[number % 2]
        packet = forged(10_000 + number, rid, mid, 10 + number % 2)
        room.router.on_rtp("a", packet, room.clock.now_ns)
        if number % 100 == 0:
            camera.picture()
            room.go()
    assert publisher._routes == routes
    assert_gapless(out.of(0))
    assert all(packet.payload[-1] == 2 for packet in out.of(0))


def test_another_publishers_ssrcs_lead_nowhere() -> None:
    room = Room()
    victim = SimulcastCamera(room, "a")
    SimulcastCamera(room, "b", ssrc=9_000)
    room.router.assign("presenter", victim.camera)
    victim.picture(keys=(0, 1, 2))
    room.go()
    out = room.viewer("v", "presenter")
    for number in range(300):
        ssrc = victim.ssrcs[number % 3]
        packet = forged(ssrc, LAYERS[number % 3])
        room.router.on_rtp("b", packet, room.clock.now_ns)
        victim.picture()
        room.go()
    assert_gapless(out.of(0))
    assert all(packet.payload[-1] == 2 for packet in out.of(0))


def test_layers_that_come_first_under_false_names_stay_within_the_peer() -> None:
    """Who sends under each RID first owns it: a publisher can only cheat itself."""
    room = Room()
    camera = SimulcastCamera(room, "a")
    for number in range(3_000):
        packet = forged(50_000 + number, LAYERS[number % 3])
        room.router.on_rtp("a", packet, room.clock.now_ns)
    assert len(room.router._publishers["a"]._routes) <= 2 * len(LAYERS)
    assert len(room.router.publications()) == 1
    assert room.router.publications()[0].publication_id == camera.camera


def test_refusing_an_invented_stream_costs_little_with_the_most_tracks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The gate lets 32 SSRCs of a peer through, 2,500 packets a second of them."""
    room = Room()
    tracks = [
        DeclaredTrack(
            mid=str(mid),
            kind="video",
            payload_types={96: "vp8"},
            rtx_payload_types={97: 96},
            mid_id=MID_ID,
            rids=LAYERS,
            rid_id=10,
            repaired_rid_id=11,
        )
        for mid in range(MAX_TRACKS)
    ]
    room.router.open_publisher("a", tracks, FakeIn())
    for mid in range(MAX_TRACKS):
        for number, rid in enumerate(LAYERS):
            for extension in (10, 11):
                ssrc = 100 * mid + 10 * number + extension
                packet = forged(ssrc, rid, str(mid), extension)
                room.router.on_rtp("a", packet, 0)
    strangers = [forged(90_000 + number, "x") for number in range(MAX_STREAMS)]
    before_s = time.process_time()
    for number in range(2_000):
        room.router.on_rtp("a", strangers[number % MAX_STREAMS], 0)
    cost_us = (time.process_time() - before_s) / 2_000 * 1e6
    with capsys.disabled():
        print(f"{cost_us:.0f} us for a packet that fits no stream")
    assert cost_us < 400


def test_a_track_that_comes_and_goes_is_told_of_once_a_second() -> None:
    """Each opening costs the web process an event, a decision and an assignment."""
    room = Room()
    source = room.source("a")
    goodbye = build_rtcp((Goodbye((source.video_ssrc,)),))
    for _ in range(500):
        source.picture()
        room.router.on_rtcp("a", goodbye, room.clock.now_ns)
        room.clock.advance_ms(10)
    opened = sum(isinstance(one, PublicationOpened) for one in room.events)
    assert 5 <= opened <= 6
    room.clock.advance_ms(1_000)
    source.picture()
    assert room.router.publications()
