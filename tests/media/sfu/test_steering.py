"""A viewer's line, its wishes and the worker's load decide what it is sent."""

from __future__ import annotations

import pytest

from media.protocol import ViewerQuality, ViewerReport
from media.sfu.downlink import DownlinkEstimator
from tests.media.sfu.room import (
    FakeOut,
    Room,
    assert_gapless,
    assert_time_goes_on,
)
from tests.media.sfu.simulcast import SimulcastCamera, layers_of

RATES_BPS = (150_000, 500_000, 1_500_000)


class Show:
    """A camera of three layers at their usual rates, with viewers that report."""

    def __init__(self, *viewers: str) -> None:
        self.room = Room()
        self.camera = SimulcastCamera(self.room, "a", rates_bps=RATES_BPS)
        self.room.router.assign("presenter", self.camera.camera)
        self.camera.report()
        self.camera.picture(keys=(0, 1, 2))
        self.room.go()
        self.outs = {who: self.room.viewer(who, "presenter") for who in viewers}
        self.run(2)

    def run(self, seconds: float, loss: float = 0.0, **remb_bps: int) -> None:
        """Let time pass; each second viewers report, those named with an estimate."""
        for step in range(round(seconds * 30)):
            self.camera.picture(keys=tuple(self.camera.asked()))
            self.room.go(33)
            if step % 30 == 15:
                for who in self.outs:
                    self.room.receiver_report(who, "presenter", loss)
                for who, bps in remb_bps.items():
                    self.room.remb(who, bps)

    def layer(self, who: str) -> int | None:
        """What the viewer was sent of the last quarter second; None for nothing."""
        before = len(self.outs[who].of(0))
        self.run(0.25)
        sent = layers_of(self.outs[who].of(0)[before:])
        return sent[-1] if sent else None

    def quality(self, who: str) -> ViewerReport:
        told = [one for one in self.room.events if isinstance(one, ViewerQuality)]
        return next(one for one in told[-1].viewers if one.peer_id == who)


def assert_seamless(out: FakeOut) -> None:
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_only_the_viewer_on_the_bad_line_gets_less() -> None:
    show = Show("bad", "good")
    show.run(3, bad=700_000, good=2_300_000)
    assert show.layer("bad") == 1
    assert show.layer("good") == 2
    assert show.quality("bad").limited_by == "line"
    assert show.quality("bad").layers == {"presenter": 360}
    assert show.quality("good").limited_by == "nothing"
    for out in show.outs.values():
        assert_seamless(out)


def test_a_line_that_carries_no_picture_gets_sound_alone() -> None:
    show = Show("v")
    show.run(6, loss=0.1, v=90_000)
    assert show.layer("v") is None
    assert show.quality("v").layers == {"presenter": 0}


def test_a_low_estimate_alone_takes_no_last_picture_away() -> None:
    show = Show("v")
    show.run(20, v=90_000)
    assert show.layer("v") == 0
    assert_seamless(show.outs["v"])


def test_a_better_line_gets_its_picture_back() -> None:
    show = Show("v")
    show.run(5, v=300_000)
    assert show.layer("v") == 0
    show.run(12, v=2_500_000)
    assert show.layer("v") == 2
    assert_seamless(show.outs["v"])


def test_a_limited_viewer_is_probed_with_padding_and_a_content_one_is_not() -> None:
    show = Show("bad", "good")
    show.run(4, bad=500_000, good=2_500_000)
    repeats = len(show.outs["good"].repeats)
    show.run(12, bad=700_000, good=2_500_000)
    assert show.outs["bad"].repeats or show.outs["bad"].padding_bytes
    assert len(show.outs["good"].repeats) == repeats
    assert show.outs["good"].padding_bytes == 0


@pytest.mark.parametrize(("height", "layer"), [(180, 0), (200, 0), (360, 1), (700, 2)])
def test_a_viewer_is_sent_no_more_than_it_shows(height: int, layer: int) -> None:
    show = Show("v")
    show.room.router.prefer("v", {"presenter": height})
    show.run(4)
    assert show.layer("v") == layer
    assert show.quality("v").limited_by == ("wish" if layer < 2 else "nothing")


def test_the_rate_told_is_what_was_sent() -> None:
    show = Show("v")
    show.run(4, v=3_000_000)
    assert 0.8 < show.quality("v").sent_bps / RATES_BPS[2] < 1.2


def test_a_viewer_that_has_all_it_wants_is_looked_at_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = Show("v")
    show.run(8, v=5_000_000)
    looks: list[int] = []
    monkeypatch.setattr(
        DownlinkEstimator, "on_sent", lambda _, *values: looks.append(values[0])
    )
    show.run(10, v=5_000_000)
    assert 8 <= len(looks) <= 12


def test_a_picture_without_layers_is_sent_while_the_line_carries_it() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    out = room.viewer("v", "presenter")
    for _ in range(60):
        source.picture()
        room.go()
    assert len(out.of(0)) == 61 * 3
