"""What a viewer's reports tell of its line."""

from __future__ import annotations

import random

import pytest

from media.clock import ManualClock, ntp_from_unix_ns
from media.rtp.rtcp import ReceiverEstimate, ReportBlock
from media.sfu.reception import Reception
from tests.media.sfu.stream_reporter import StreamReporter


def block(**values: int) -> ReportBlock:
    known = {
        "ssrc": 1,
        "fraction_lost": 0,
        "packets_lost": 0,
        "highest_seqno": 0,
        "jitter_ticks": 0,
        "last_sr": 0,
        "delay_since_last_sr": 0,
    }
    return ReportBlock(**known | values)


class Viewer:
    """Two streams of 100 packets a second, and what is made of their reports."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.reception = Reception(self.clock)
        self.streams = {1: StreamReporter(1), 2: StreamReporter(2)}

    def tell(
        self, losses: dict[int, float], gaps: dict[int, float] | None = None
    ) -> float | None:
        """Let a second pass and these streams report; what is summed up, if it is."""
        now_ns = self.clock.advance_ms(1_000)
        blocks = [
            (block, 90_000)
            for ssrc, loss in losses.items()
            for block in self.streams[ssrc].report(loss)
        ]
        is_due = self.reception.on_report(blocks, now_ns, gaps or {})
        return round(self.reception.loss_percent, 1) if is_due else None


def test_loss_is_that_of_all_packets_together() -> None:
    assert Viewer().tell({1: 0.0, 2: 0.25}) == 12.5


def test_what_tells_of_a_longer_time_does_not_hide_the_last_second() -> None:
    """libwebrtc reports sound every 2.5 to 7.5 s."""
    viewer = Viewer()
    viewer.tell({1: 0.0, 2: 0.0})
    told = [viewer.tell({2: 0.0}) for _ in range(4)]
    assert viewer.tell({1: 0.0, 2: 0.4}) == 40.0
    assert told == [0.0] * 4


def test_chance_does_not_make_a_line_look_twice_as_bad() -> None:
    """The counts of a second of sound and of a picture of 600 kbit/s."""
    rng = random.Random(1)
    clock = ManualClock()
    reception = Reception(clock)
    worst_percent = 0.0
    lost, sent = {1: 0, 2: 0}, {1: 0, 2: 0}
    for _ in range(600):
        for ssrc, packets in ((1, 50), (2, 75)):
            sent[ssrc] += packets
            lost[ssrc] += sum(rng.random() < 0.1 for _ in range(packets))
        blocks = [
            (block(ssrc=one, packets_lost=lost[one], highest_seqno=sent[one]), 90_000)
            for one in sent
        ]
        reception.on_report(blocks, clock.advance_ms(1_000))
        worst_percent = max(worst_percent, reception.loss_percent)
    assert 10 < worst_percent < 22


def test_jitter_is_that_of_sound() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    reception.on_report(
        [
            (block(jitter_ticks=480), 48_000),
            (block(ssrc=2, jitter_ticks=1_800), 90_000),
        ],
        clock.now_ns,
    )
    assert reception.jitter_ms == 10.0


def test_round_trip_is_what_passed_less_what_the_viewer_waited() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    sent_ntp = ntp_from_unix_ns(clock.wall_ns_at(clock.now_ns))
    now_ns = clock.advance_ms(350)
    answered = block(
        last_sr=sent_ntp >> 16 & 0xFFFFFFFF, delay_since_last_sr=65536 // 4
    )
    reception.on_report([(answered, 90_000)], now_ns)
    assert reception.rtt_ms is not None
    assert abs(reception.rtt_ms - 100) < 0.1


def test_round_trip_is_unknown_without_a_sender_report() -> None:
    reception = Reception(ManualClock())
    reception.on_report([(block(), 90_000)], now_ns=1)
    assert reception.rtt_ms is None


def test_an_absurd_round_trip_is_not_believed() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    reception.on_report([(block(last_sr=12345), 90_000)], clock.now_ns)
    assert reception.rtt_ms is None


def test_no_blocks_of_ours_tell_nothing() -> None:
    reception = Reception(ManualClock())
    reception.on_report([], now_ns=1)
    assert reception.reported_ns == 0


def test_the_estimate_is_kept_with_its_time() -> None:
    reception = Reception(ManualClock())
    reception.on_estimate(ReceiverEstimate(1, 750_000, ()), now_ns=7)
    assert (reception.estimate_bps, reception.estimated_ns) == (750_000, 7)


def test_reports_of_single_streams_are_summed_up_each_second() -> None:
    viewer = Viewer()
    viewer.tell({1: 0.0, 2: 0.25})
    due = []
    for _ in range(10):
        for ssrc, loss in ((1, 0.0), (2, 0.25), (1, 0.0)):
            blocks = [(one, 90_000) for one in viewer.streams[ssrc].report(loss)]
            now_ns = viewer.clock.advance_ms(100)
            due.append(viewer.reception.on_report(blocks, now_ns))
    assert due.count(True) == 3
    assert viewer.reception.loss_percent == pytest.approx(25 / 3)


def test_a_stream_that_stopped_reporting_counts_no_more() -> None:
    viewer = Viewer()
    assert viewer.tell({1: 0.5}) == 50.0
    assert viewer.tell({2: 0.0}) == 0.0


def test_a_report_of_sound_that_comes_seldom_counts_once() -> None:
    viewer = Viewer()
    assert viewer.tell({1: 0.25, 2: 0.0}) == 12.5
    assert viewer.tell({2: 0.0}) == 0.0


def test_too_few_packets_are_waited_for_but_not_for_ever() -> None:
    """The round trip is judged then, though nothing is known of loss."""
    clock = ManualClock()
    reception = Reception(clock)
    due = [
        reception.on_report(
            [(block(highest_seqno=number), 90_000)], clock.advance_ms(500)
        )
        for number in range(14)
    ]
    assert [number for number, one in enumerate(due) if one] == [4, 10]
    assert reception.loss_percent == 0.0


def test_what_the_publisher_lost_is_not_the_viewer_s_loss() -> None:
    viewer = Viewer()
    assert viewer.tell({1: 0.25}, gaps={1: 0.25}) == 0.0
    assert viewer.tell({1: 0.25}, gaps={1: 0.1}) == 16.7


def test_what_was_lost_between_two_paths_does_not_count() -> None:
    viewer = Viewer()
    viewer.tell({1: 0.0, 2: 0.0})
    viewer.reception.on_moved()
    assert viewer.tell({1: 0.8}) is None
    for _ in range(5):
        assert viewer.tell({1: 0.0}) == 0.0
    assert viewer.tell({2: 0.8}) is None
    assert viewer.tell({1: 0.25, 2: 0.5}) == 37.5
