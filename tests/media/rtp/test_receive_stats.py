from __future__ import annotations

from media.rtp.receive_stats import ReceiveStats

MS = 1_000_000


def feed(stats: ReceiveStats, numbers: list[int], late_ms: float = 0) -> None:
    for number in numbers:
        arrival_ns = round((number * 20 + late_ms) * MS)
        stats.on_packet(0x10000 + number, number * 160, arrival_ns, 100)


def test_nothing_is_reported_before_the_first_packet() -> None:
    assert ReceiveStats(8000).take_report(1, 0) is None


def test_loss_is_counted_since_the_last_report_and_in_all() -> None:
    stats = ReceiveStats(8000)
    feed(stats, [0, 1, 3, 4, 5, 6, 7, 9])
    first = stats.take_report(7, 0)
    assert first is not None
    assert (first.ssrc, first.packets_lost, first.highest_seqno) == (7, 2, 9)
    assert first.fraction_lost == 2 * 256 // 10
    feed(stats, [10, 11, 12, 13])
    second = stats.take_report(7, 0)
    assert second is not None
    assert (second.fraction_lost, second.packets_lost) == (0, 2)


def test_duplicates_make_the_loss_negative_and_the_fraction_zero() -> None:
    stats = ReceiveStats(8000)
    feed(stats, [0, 1, 1, 1])
    report = stats.take_report(7, 0)
    assert report is not None
    assert (report.fraction_lost, report.packets_lost) == (0, -2)


def test_highest_number_has_the_cycles_in_front() -> None:
    stats = ReceiveStats(8000)
    feed(stats, [65_534, 65_535, 65_536, 65_537])
    report = stats.take_report(7, 0)
    assert report is not None
    assert report.highest_seqno == 0x10001


def test_jitter_is_zero_on_a_steady_line_and_follows_a_shaky_one() -> None:
    steady, shaky = ReceiveStats(8000), ReceiveStats(8000)
    for number in range(500):
        feed(steady, [number], late_ms=50)
        feed(shaky, [number], late_ms=10 * (number % 2))
    one, other = steady.take_report(1, 0), shaky.take_report(1, 0)
    assert one is not None
    assert other is not None
    assert one.jitter_ticks == 0
    assert 75 <= other.jitter_ticks <= 80


def test_timestamp_wrap_is_no_jitter() -> None:
    stats = ReceiveStats(8000)
    for number in range(4):
        timestamp = (2**32 - 160 + number * 160) & 0xFFFFFFFF
        stats.on_packet(0x10000 + number, timestamp, number * 20 * MS, 10)
    report = stats.take_report(1, 0)
    assert report is not None
    assert report.jitter_ticks == 0


def test_last_sender_report_comes_back_with_its_age() -> None:
    stats = ReceiveStats(8000)
    feed(stats, [0])
    stats.on_sender_report(0x1122334455667788, 1_000 * MS)
    report = stats.take_report(1, 3_000 * MS)
    assert report is not None
    assert report.last_sr == 0x33445566
    assert report.delay_since_last_sr == 2 * 65536


def test_restart_counts_from_the_new_number() -> None:
    stats = ReceiveStats(8000)
    feed(stats, [0, 1, 2])
    stats.restart(0x10000 + 90_000)
    feed(stats, [90_000, 90_001])
    report = stats.take_report(1, 0)
    assert report is not None
    assert (report.fraction_lost, report.packets_lost) == (0, 0)
