"""How long pictures wait for repeats on a line that loses packets."""

from __future__ import annotations

import pytest

from media.sfu.playout_delay import MAX_MS, MAX_SPEAKING_MS, PlayoutDelay
from media.sfu.red_choice import OFF_NS
from tests.media.sfu.room import Room

S = 1_000_000_000


def after(*losses_percent: float, rtt_ms: float | None = 100.0) -> int | None:
    delay = PlayoutDelay()
    for second, loss in enumerate(losses_percent):
        delay.on_report(loss, rtt_ms, second * S)
    return delay.delay_ms


def test_nothing_is_said_to_who_loses_next_to_nothing() -> None:
    assert after(0.0, 1.9, 1.0) is None


@pytest.mark.parametrize(
    ("rtt_ms", "delay_ms"), [(None, 150), (50, 200), (100, 250), (130, 300), (300, 400)]
)
def test_two_repeats_come_in_time_where_that_is_not_too_late(
    rtt_ms: float | None, delay_ms: int
) -> None:
    assert after(2.0, rtt_ms=rtt_ms) == delay_ms


def test_heavy_loss_that_lasts_gets_time_for_a_third() -> None:
    assert after(10.0) == 250
    assert after(*[10.0] * 10) == MAX_MS


def test_it_grows_with_the_line_and_does_not_shrink_while_packets_are_lost() -> None:
    delay = PlayoutDelay()
    assert delay.on_report(3.0, 50, 0)
    assert delay.on_report(3.0, 100, S)
    assert not delay.on_report(3.0, 50, 2 * S)
    assert delay.delay_ms == 250


def test_it_ends_after_half_a_minute_without_loss() -> None:
    delay = PlayoutDelay()
    delay.on_report(5.0, 100, 0)
    assert not delay.on_report(0.5, 100, OFF_NS - 1)
    assert delay.on_report(0.5, 100, OFF_NS)
    assert delay.delay_ms == 0
    assert not delay.on_report(0.5, 100, OFF_NS + S)


def test_who_speaks_waits_less_until_they_have_spoken() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    out = room.viewer("v", "audio-1", "presenter", group="akim")
    source.picture(key=True)
    room.go()
    delays_ms = []
    for speaks in (False, True, False):
        if speaks:
            room.source("speaker", ssrc=7_000, group="akim")
        else:
            room.router.close_peer("speaker")
        for _ in range(10):
            room.clock.advance_ms(1_000)
            room.receiver_report("v", "presenter", 0.1)
        delays_ms.append(out.delays_ms[1])
    assert delays_ms == [300, MAX_SPEAKING_MS, 300]


def test_only_the_pictures_of_the_viewer_that_loses_packets_wait() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    lossy = room.viewer("lossy", "audio-1", "presenter", "screen")
    clean = room.viewer("clean", "audio-1", "presenter")
    source.picture(key=True)
    room.go()
    room.receiver_report("lossy", "presenter", 0.05)
    room.receiver_report("clean", "presenter", 0.0)
    assert lossy.delays_ms == {1: 150, 2: 150}
    assert clean.delays_ms == {}
