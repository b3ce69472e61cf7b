"""What a viewer's reports tell of its line."""

from __future__ import annotations

from media.clock import ManualClock, ntp_from_unix_ns
from media.rtp.rtcp import ReceiverEstimate, ReportBlock
from media.sfu.reception import Reception


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


def test_loss_is_that_of_the_worst_stream_and_jitter_that_of_sound() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    reception.on_report(
        [
            (block(fraction_lost=0, jitter_ticks=480), 48_000),
            (block(ssrc=2, fraction_lost=64, jitter_ticks=1_800), 90_000),
        ],
        clock.now_ns,
    )
    assert reception.loss_percent == 25.0
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
    clock = ManualClock()
    reception = Reception(clock)
    due = []
    for _ in range(10):
        for ssrc, lost in ((1, 0), (2, 64), (3, 0)):
            one = block(ssrc=ssrc, fraction_lost=lost)
            due.append(reception.on_report([(one, 90_000)], clock.now_ns))
            clock.advance_ms(100)
    assert due.count(True) == 4
    assert reception.loss_percent == 25.0


def test_a_stream_that_stopped_reporting_counts_no_more() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    reception.on_report([(block(ssrc=1, fraction_lost=128), 90_000)], clock.now_ns)
    clock.advance_ms(2_500)
    reception.on_report([(block(ssrc=2), 90_000)], clock.now_ns)
    assert reception.loss_percent == 0.0


def test_what_the_publisher_lost_is_not_the_viewer_s_loss() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    quarter = block(fraction_lost=64)
    reception.on_report([(quarter, 90_000)], clock.now_ns, gaps={1: 0.25})
    assert reception.loss_percent == 0.0
    now_ns = clock.advance_ms(1_000)
    reception.on_report([(quarter, 90_000)], now_ns, gaps={1: 0.1})
    assert 16 < reception.loss_percent < 17


def told(reception: Reception, clock: ManualClock, **losses: int) -> float:
    """Let a second pass and these streams report; give what is summed up."""
    now_ns = clock.advance_ms(1_000)
    blocks = [
        (block(ssrc=int(name[1:]), fraction_lost=lost), 90_000)
        for name, lost in losses.items()
    ]
    assert reception.on_report(blocks, now_ns)
    return reception.loss_percent


def test_a_report_of_sound_that_comes_seldom_counts_once() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    assert told(reception, clock, s1=64, s2=0) == 25.0
    assert told(reception, clock, s2=0) == 0.0


def test_the_worst_between_two_sums_counts() -> None:
    clock = ManualClock()
    reception = Reception(clock)
    told(reception, clock, s1=0)
    now_ns = clock.advance_ms(500)
    assert not reception.on_report([(block(fraction_lost=128), 90_000)], now_ns)
    assert reception.loss_percent == 0.0
    assert told(reception, clock, s1=0) == 50.0


def test_the_first_report_of_each_stream_after_a_change_of_path_is_of_the_change() -> (
    None
):
    clock = ManualClock()
    reception = Reception(clock)
    told(reception, clock, s1=0, s2=0)
    reception.on_moved()
    assert told(reception, clock, s1=200) == 0.0
    for _ in range(5):
        assert told(reception, clock, s1=0) == 0.0
    assert told(reception, clock, s2=64) == 0.0
    assert told(reception, clock, s1=64, s2=128) == 50.0
