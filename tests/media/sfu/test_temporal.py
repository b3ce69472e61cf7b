"""Temporal layers of VP8: a viewer can have every second or fourth picture."""

from __future__ import annotations

from media.rtp.packet import build_rtp
from media.sfu.encoding import TOP_LAYER
from tests.media.sfu.room import (
    FakeOut,
    Room,
    Source,
    assert_gapless,
    assert_time_goes_on,
)

PATTERN = ((0, False), (2, True), (1, True), (2, False))
"""L1T3: layer and layer sync of four pictures in turn."""


class Camera:
    """A VP8 camera with three temporal layers, told by the last byte of payloads."""

    def __init__(self, room: Room) -> None:
        self.source: Source = room.source("a")
        self.room = room
        self.step = 0
        room.router.assign("presenter", self.source.camera)

    def picture(self, *, key: bool = False, packets: int = 2) -> list[bytes]:
        if key:
            self.step = 0
        layer, is_sync = PATTERN[self.step % 4]
        self.step += 1
        self.source.timestamp += 3000
        built = []
        for index in range(packets):
            head = (0x90 if index == 0 else 0x80, 0x20, layer << 6 | is_sync << 5)
            body = (0 if key and index == 0 else 1, self.step & 0xFF, layer)
            built.append(
                build_rtp(
                    96,
                    self.source.seqno,
                    self.source.timestamp,
                    self.source.video_ssrc,
                    bytes(head + body),
                    marker=index == packets - 1,
                )
            )
            self.source.seqno += 1
        return built

    def run(self, pictures: int) -> None:
        for _ in range(pictures):
            self.source.send(*self.picture())
            self.room.go()


def on_air(room: Room) -> tuple[Camera, FakeOut]:
    camera = Camera(room)
    out = room.viewer("v", "presenter")
    camera.source.report()
    camera.source.send(*camera.picture(key=True))
    room.go()
    camera.run(39)
    return camera, out


def aim(room: Room, who: str, max_temporal: int | None) -> None:
    """Let one viewer have fewer pictures, as its steering would."""
    slot = room.router._table.get_video("presenter")
    for subscription in slot.subscriptions:
        if subscription.out is room.outs[who]:
            now_ns = room.clock.now_ns
            slot.aim(subscription, TOP_LAYER, now_ns, max_temporal)


def layers(out: FakeOut, since: int) -> list[int]:
    return [packet.payload[-1] for packet in out.of(0)[since:] if packet.payload]


def assert_seamless(out: FakeOut) -> None:
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_a_viewer_can_have_only_the_base_layer() -> None:
    room = Room()
    camera, out = on_air(room)
    other = room.viewer("w", "presenter")
    before, asked = len(out.of(0)), camera.source.out.plis()
    aim(room, "v", 0)
    camera.run(40)
    assert set(layers(out, before)) == {0}
    assert len(layers(out, before)) == 10 * 2
    assert set(layers(other, 0)) == {0, 1, 2}
    assert camera.source.out.plis() == asked, "no keyframe is needed for it"
    assert_seamless(out)
    assert_seamless(other)


def test_half_of_the_pictures_are_two_layers() -> None:
    room = Room()
    camera, out = on_air(room)
    before = len(out.of(0))
    aim(room, "v", 1)
    camera.run(40)
    # Until a base picture begins the line, the viewer has them all.
    assert layers(out, before)[-16:] == [0, 0, 1, 1] * 4
    assert_seamless(out)


def test_all_pictures_come_back_where_none_is_missed() -> None:
    room = Room()
    camera, out = on_air(room)
    aim(room, "v", 0)
    camera.run(40)
    before = len(out.of(0))
    aim(room, "v", None)
    camera.run(8)
    # The first beyond the base is a picture that needs only the base.
    assert layers(out, before)[:6] == [0, 0, 2, 2, 1, 1]
    assert_seamless(out)


def test_many_changes_leave_one_unbroken_stream() -> None:
    room = Room()
    camera, out = on_air(room)
    for step in range(60):
        aim(room, "v", (0, 1, None, 1, 0, None)[step % 6])
        camera.run(7)
        if step % 10 == 5:
            camera.source.send(*camera.picture(key=True))
            room.go()
    assert_seamless(out)
    marked = [packet for packet in out.of(0) if packet.marker]
    assert len(marked) == len({packet.timestamp for packet in out.of(0)})


def test_loss_before_the_server_is_repaired_on_a_thinned_line_too() -> None:
    room = Room()
    camera, out = on_air(room)
    aim(room, "v", 0)
    camera.run(8)
    for _ in range(8):
        one, two = camera.picture()
        camera.source.send(two)
        camera.run(1)
        camera.source.send(one)
        room.go()
    assert set(layers(out, len(out.of(0)) - 4)) == {0}
    assert_gapless(out.of(0))


def test_a_picture_without_layers_can_not_be_thinned() -> None:
    room = Room()
    source = room.source("b")
    room.router.assign("presenter", source.camera)
    out = room.viewer("v", "presenter")
    source.picture(key=True)
    room.go()
    aim(room, "v", 0)
    for _ in range(5):
        source.picture()
        room.go()
    assert len(out.of(0)) == 18


def test_a_repeat_is_what_was_sent() -> None:
    room = Room()
    camera, out = on_air(room)
    aim(room, "v", 0)
    camera.run(20)
    packet = out.of(0)[-3]
    room.nack("v", "presenter", packet.ext_seqno)
    again = out.repeats[-1]
    assert (again.ext_seqno, again.payload) == (packet.ext_seqno, packet.payload)
