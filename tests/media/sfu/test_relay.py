"""A router and its replica, joined in memory: what crosses, and what must not."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from media.protocol import PublicationClosed, PublicationOpened
from media.sfu.relay_replica import Replica
from media.sfu.relay_wire import (
    BATCH,
    CONTROL,
    MAX_MESSAGE_BYTES,
    KeyframeWanted,
    MalformedRelayError,
    RepeatsWanted,
    Wish,
    decode_control,
)
from tests.media.sfu.room import Room, Source, assert_gapless, flush_all
from tests.media.sfu.simulcast import SimulcastCamera, layers_of


@dataclass
class Wire:
    """The way from one router to the other; the way back goes to the first router."""

    origin: Room
    replica: Room
    sent: list[bytes] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end = Replica(self.replica.router, self._back)
        self.origin.router.relay.add(self)

    def send(self, message: bytes) -> None:
        assert len(message) <= MAX_MESSAGE_BYTES
        self.sent.append(message)
        self.end.on_message(message)

    def _back(self, message: bytes) -> None:
        wish = decode_control(message)
        assert isinstance(wish, KeyframeWanted | RepeatsWanted)
        self.wishes.append(wish)
        self.origin.router.relay.on_wish(wish)

    def go(self, elapsed_ms: float = 33) -> None:
        """Flush and tick both; they share one clock, as on one machine."""
        routers = [self.origin.router, self.replica.router]
        passed_ms = flush_all(routers, self.origin.clock)
        now_ns = self.origin.clock.advance_ms(elapsed_ms - passed_ms)
        self.origin.router.tick(now_ns)
        self.replica.router.tick(now_ns)


def rooms() -> tuple[Room, Room]:
    """Two workers of one machine."""
    origin = Room()
    return origin, Room(origin.clock)


def relayed_camera() -> tuple[Wire, Source]:
    """A camera in `programme` on both, its first keyframe sent."""
    origin, replica = rooms()
    wire = Wire(origin, replica)
    camera = origin.source("p")
    for room in (origin, replica):
        room.router.assign("programme", camera.camera)
    camera.picture(key=True)
    wire.go()
    return wire, camera


def test_a_replica_has_the_same_publications_and_sends_the_same_pictures() -> None:
    wire, camera = relayed_camera()
    here = wire.origin.viewer("v1", "programme", "audio-1")
    there = wire.replica.viewer("v2", "programme", "audio-1")
    for _ in range(5):
        camera.picture()
        camera.voice()
        wire.go()
    assert wire.replica.router.publications() == wire.origin.router.publications()
    assert [one.payload for one in there.of(0)] == [one.payload for one in here.of(0)]
    assert_gapless(there.of(0))
    assert [one.payload for one in there.of(1)] == [one.payload for one in here.of(1)]
    assert there.of(1)


def test_packets_that_came_together_cross_together() -> None:
    wire, camera = relayed_camera()
    wire.sent.clear()
    camera.picture(packets=6)
    camera.voice()
    wire.go()
    assert len(wire.sent) == 1


def test_a_large_keyframe_is_cut_into_messages_of_bounded_size() -> None:
    wire, camera = relayed_camera()
    there = wire.replica.viewer("v", "programme")
    before = len(there.of(0))
    for data in camera.build_picture(packets=200):
        camera.send(data + bytes(1_000))
    wire.go()
    assert len(there.of(0)) - before == 200


def test_a_replica_that_comes_late_learns_who_publishes() -> None:
    origin, replica = rooms()
    first, second = origin.source("p", ssrc=1000), origin.source("q", ssrc=2000)
    first.picture(key=True)
    second.picture(key=True)
    origin.go()
    wire = Wire(origin, replica)
    replica.router.assign("programme", first.camera)
    replica.router.assign("floor-1", second.camera)
    there = replica.viewer("v", "programme", "floor-1")
    for camera in (first, second):
        camera.picture(key=True)
    wire.go()
    assert there.of(0)
    assert there.of(1)


def test_a_late_replica_knows_the_clocks_of_publishers_at_once() -> None:
    origin, replica = rooms()
    camera = origin.source("p")
    camera.picture(key=True)
    camera.report(clock_error_ns=7_000_000_000)
    origin.go(500)
    wire = Wire(origin, replica)
    replica.router.assign("programme", camera.camera)
    origin.router.assign("programme", camera.camera)
    viewers = [room.viewer("v", "programme") for room in (origin, replica)]
    camera.picture(key=True)
    wire.go(1_000)
    reports = [
        out.reports(room.router.slot_ssrc("programme"))[-1]
        for out, room in zip(viewers, (origin, replica), strict=True)
    ]
    assert reports[0].ntp == reports[1].ntp
    newest = [out.of(0)[-1].timestamp for out in viewers]
    since = [
        (report.rtp_timestamp - timestamp) & 0xFFFFFFFF
        for report, timestamp in zip(reports, newest, strict=True)
    ]
    # 500 ms lie between the report and the picture, whose own time says 33 ms.
    assert abs(since[0] - since[1]) <= 1


def test_a_wish_of_the_replica_reaches_the_publisher_once() -> None:
    wire, camera = relayed_camera()
    before = camera.out.plis()
    wire.go(3_000)
    for name in ("v1", "v2", "v3"):
        wire.replica.viewer(name, "programme")
        wire.replica.pli(name, "programme")
    wire.go()
    assert {wish.ssrc for wish in wire.wishes} == {camera.video_ssrc}
    assert camera.out.plis() == before + 1


def test_what_the_origin_needs_too_is_asked_for_once_and_repaired_everywhere() -> None:
    wire, camera = relayed_camera()
    viewers = [room.viewer("v", "programme") for room in (wire.origin, wire.replica)]
    camera.picture(key=True)
    wire.go()
    lost = camera.build_picture()
    camera.send(lost[0], lost[2])
    wire.go(12)
    wire.go(12)
    assert camera.out.nacked() == [camera.seqno - 2]
    camera.repeat(lost[1])
    wire.go()
    for out in viewers:
        assert_gapless(out.of(0))
    assert [one.payload for one in viewers[0].of(0)] == [
        one.payload for one in viewers[1].of(0)
    ]


def test_a_publisher_that_leaves_leaves_the_replica_too() -> None:
    wire, _ = relayed_camera()
    wire.origin.router.close_peer("p")
    assert wire.replica.router.publications() == ()
    assert PublicationClosed(publication_id="p/1", router_id="r1") in (
        wire.replica.events
    )


def test_a_publisher_that_is_replaced_stays_with_its_newer_tracks() -> None:
    wire, _ = relayed_camera()
    newer = wire.origin.source("p", ssrc=5000)
    wire.replica.router.assign("programme", newer.camera)
    there = wire.replica.viewer("v", "programme")
    newer.picture(key=True)
    wire.go()
    assert there.of(0)


def test_the_end_of_a_relay_empties_the_slots_and_keeps_the_viewers() -> None:
    wire, camera = relayed_camera()
    there = wire.replica.viewer("v", "programme")
    camera.picture()
    wire.go()
    seen = len(there.of(0))
    wire.origin.router.relay.remove(wire)
    wire.end.close()
    assert wire.replica.router.publications() == ()
    again = Wire(wire.origin, wire.replica)
    wire.replica.router.assign("programme", camera.camera)
    camera.picture(key=True)
    again.go()
    assert len(there.of(0)) > seen
    assert_gapless(there.of(0))


def test_a_voice_is_not_sent_back_to_the_speaker_by_the_replica() -> None:
    origin, replica = rooms()
    wire = Wire(origin, replica)
    speaker = origin.source("p", group="person")
    own = replica.viewer("v1", "audio-1", group="person")
    other = replica.viewer("v2", "audio-1")
    for _ in range(8):
        speaker.voice()
        wire.go(20)
    assert other.of(0)
    said = {one.payload for one in other.of(0)}
    assert own.of(0)
    assert not said & {one.payload for one in own.of(0)}


def test_without_replicas_nothing_is_kept() -> None:
    origin, _ = rooms()
    camera = origin.source("p")
    camera.picture(key=True)
    camera.voice()
    origin.go()
    assert origin.router.relay._batch_bytes == 0


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x07",
        CONTROL,
        CONTROL + b"\xff",
        CONTROL + b"\x81\xa4type\xa1x",
        BATCH + bytes(5),
        BATCH + b"\0\0\0\x09" + bytes(8) + b"x",
    ],
)
def test_what_is_no_relay_message_is_refused(message: bytes) -> None:
    _, replica = rooms()
    with pytest.raises(MalformedRelayError):
        Replica(replica.router, lambda _: None).on_message(message)


def test_an_opened_publication_is_told_at_the_replica() -> None:
    wire, _ = relayed_camera()
    opened = [
        one.publication.publication_id
        for one in wire.replica.events
        if isinstance(one, PublicationOpened)
    ]
    assert opened == ["p/1"]


def test_a_late_replica_knows_the_layers_whose_packets_no_longer_name_them() -> None:
    origin, replica = rooms()
    camera = SimulcastCamera(origin, "p")
    camera.picture(keys=(0, 1, 2))
    origin.go()
    # Browsers name the layer only until the first receiver report.
    camera.names_layers = False
    wire = Wire(origin, replica)
    replica.router.assign("programme", camera.camera)
    there = replica.viewer("v", "programme")
    assert 2 in camera.asked()
    camera.picture(keys=(2,))
    wire.go()
    assert layers_of(there.of(0)) == [2]


def test_losses_of_a_layer_that_only_the_replica_needs_are_repaired() -> None:
    origin, replica = rooms()
    wire = Wire(origin, replica)
    camera = SimulcastCamera(origin, "p")
    camera.picture(keys=(0, 1, 2))
    wire.go()
    replica.router.assign("programme", camera.camera)
    replica.viewer("v", "programme")
    camera.picture(keys=(2,))
    wire.go()
    camera.seqnos[2] += 1
    camera.picture()
    wire.go(20)
    wire.go(20)
    assert camera.out.nacked() == [camera.seqnos[2] - 6]
