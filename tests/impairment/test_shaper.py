from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.impairment.conditions import (
    F8,
    Condition,
    Phase,
    condition_at,
    decode_schedules,
    encode_schedules,
    one_minute_each,
)
from tests.impairment.shaper import NS_PER_MS, Shaper

EVERY_NS = 5 * NS_PER_MS


def send(shaper: Shaper, count: int, size_bytes: int = 1_000) -> list[int | None]:
    """Send a packet each 5 ms; gives the delays in ns."""
    delays = []
    for number in range(count):
        now_ns = number * EVERY_NS
        due_ns = shaper.pass_packet(bytes(size_bytes), now_ns)
        delays.append(None if due_ns is None else due_ns - now_ns)
    return delays


def test_a_perfect_line_only_delays() -> None:
    assert set(send(Shaper(1, Condition(delay_ms=50)), 100)) == {50 * NS_PER_MS}


def test_loss_is_as_large_as_asked_for_and_the_same_for_a_seed() -> None:
    lossy = Condition(delay_ms=50, loss=0.05)
    first, again = (send(Shaper(7, lossy), 20_000) for _ in range(2))
    assert first == again
    assert first != send(Shaper(8, lossy), 20_000)
    assert first.count(None) / 20_000 == pytest.approx(0.05, abs=0.005)


def test_jitter_does_not_change_which_packets_are_lost() -> None:
    lossy = Condition(delay_ms=150, loss=0.05)
    calm = send(Shaper(7, lossy), 1_000)
    nervous = send(Shaper(7, replace(lossy, jitter_ms=100)), 1_000)
    assert [one is None for one in calm] == [one is None for one in nervous]


def test_a_periodic_burst_takes_everything_at_the_end_of_each_period() -> None:
    delays = send(Shaper(1, Condition(burst_ms=500, burst_every_ms=2_000)), 800)
    lost = [at for at, delay in enumerate(delays) if delay is None]
    assert lost == [*range(300, 400), *range(700, 800)]


def test_gilbert_bursts_have_their_mean_length_and_share() -> None:
    line = Condition(gilbert_enter=0.01, gilbert_leave=0.25)
    lost = [one is None for one in send(Shaper(3, line), 50_000)]
    bursts = sum(now and not before for before, now in pairwise([False, *lost]))
    assert sum(lost) / bursts == pytest.approx(4, abs=0.5)
    assert sum(lost) / 50_000 == pytest.approx(0.01 / 0.26, abs=0.006)


def test_a_capped_line_queues_then_drops() -> None:
    shaper = Shaper(1, Condition(rate_bps=800_000, queue_ms=100))
    delays = send(shaper, 400)
    passed = [one for one in delays if one is not None]
    # 10 ms on the wire each, offered every 5 ms: half of them fit.
    assert len(passed) == pytest.approx(200, abs=20)
    assert max(passed) <= 111 * NS_PER_MS
    assert shaper.stats.overflowed == 400 - len(passed)
    assert shaper.stats.worst_queue_ms == pytest.approx(100, abs=10)


def test_jitter_wanders_to_both_sides_and_keeps_the_order() -> None:
    line = replace(F8, reorder=0)
    delays = send(Shaper(5, line), 4_000)
    dues = [at * EVERY_NS + delay for at, delay in enumerate(delays) if delay]
    assert dues == sorted(dues)
    found_ms = [delay / NS_PER_MS for delay in delays if delay]
    assert min(found_ms) < 40
    assert max(found_ms) > 210


def test_two_per_cent_are_overtaken() -> None:
    shaper = Shaper(5, F8)
    delays = send(shaper, 10_000)
    dues = [at * EVERY_NS + delay for at, delay in enumerate(delays) if delay]
    overtaken = sum(due > later for due, later in pairwise(dues))
    assert shaper.stats.held_back / 10_000 == pytest.approx(0.02, abs=0.005)
    assert 0.005 < overtaken / 10_000 < 0.021


def test_a_line_that_is_down_passes_nothing_and_comes_back() -> None:
    shaper = Shaper(1, Condition(is_up=False))
    assert shaper.pass_packet(b"", 0) is None
    shaper.use(Condition(), 5)
    assert shaper.pass_packet(b"", 10) == 10
    assert (shaper.stats.refused, shaper.stats.passed) == (1, 1)


def test_a_firewall_passes_tcp_of_one_port_alone() -> None:
    shaper = Shaper(1, Condition(only_tcp_port=443))
    passed = [
        shaper.pass_packet(bytes((0x45, *[0] * 8, protocol, *[0] * 10)) + ports, 0)
        for protocol, ports in (
            (6, bytes((200, 1, 1, 187))),
            (6, bytes((1, 187, 200, 1))),
            (6, bytes((200, 1, 0, 80))),
            (17, bytes((200, 1, 1, 187))),
        )
    ]
    assert passed == [0, 0, None, None]


def test_a_schedule_goes_from_phase_to_phase_and_stays_at_the_last() -> None:
    schedule = one_minute_each(Condition(delay_ms=50, loss=0.1), minute_s=60)
    losses = [condition_at(schedule, at).down.loss for at in (0, 59, 61, 119, 121, 999)]
    assert losses == [0, 0, 0.1, 0.1, 0, 0]


def test_schedules_survive_their_way_to_the_emulator() -> None:
    schedules = (one_minute_each(F8), (Phase.both(1, F8),))
    assert decode_schedules(encode_schedules(schedules)) == schedules
