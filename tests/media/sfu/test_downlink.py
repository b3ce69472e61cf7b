"""The estimate of a viewer's line, against lines of all kinds."""

from __future__ import annotations

import itertools
import random

import pytest

from media.sfu.downlink import MIN_BPS, START_BPS, DownlinkEstimator
from tests.media.sfu.line_simulation import Line, Meeting, Moment, changes

S = 1_000_000_000


def worst_minute(moments: list[Moment]) -> int:
    """The most changes of the layer in any 60 s."""
    return max(changes(moments[i : i + 3000]) for i in range(0, len(moments), 500))


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize(
    ("cap_kbps", "layer"), [(150, -1), (300, 0), (500, 0), (1000, 1), (3000, 2)]
)
def test_a_viewer_gets_the_layer_its_line_carries_and_keeps_it(
    cap_kbps: int, layer: int, sends_remb: bool
) -> None:
    meeting = Meeting(Line(cap_kbps * 1000), sends_remb=sends_remb)
    meeting.run(60)
    steady = meeting.run(120)
    assert steady[-1].layer == layer
    assert worst_minute(steady) <= 2
    queues_ms = sorted(moment.queue_ms for moment in steady)
    assert queues_ms[len(queues_ms) * 9 // 10] < 100


@pytest.mark.parametrize("sends_remb", [True, False])
def test_the_first_picture_is_the_best_one_where_the_line_carries_it(
    sends_remb: bool,
) -> None:
    meeting = Meeting(Line(3_000_000), sends_remb=sends_remb)
    moments = meeting.run(60)
    assert {moment.layer for moment in moments[10:]} == {2}
    assert not any(moment.padding_bps for moment in moments)


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize("cap_kbps", [150, 300, 500])
def test_a_joiner_on_a_weak_line_falls_within_seconds(
    cap_kbps: int, sends_remb: bool
) -> None:
    meeting = Meeting(Line(cap_kbps * 1000, queue_limit_ms=1000), sends_remb=sends_remb)
    moments = meeting.run(5)
    assert not any(moment.layer == 2 for moment in moments if moment.now_ms > 2000)
    assert moments[-1].layer in (-1, 0)


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize(("cap_kbps", "layer"), [(150, -1), (300, 0), (500, 0)])
def test_a_line_that_gets_worse_costs_the_layer_within_five_seconds(
    cap_kbps: int, layer: int, sends_remb: bool
) -> None:
    """F6 and F7. Reports alone, one a second, see a long queue late."""
    line = Line(3_000_000, queue_limit_ms=1000 if sends_remb else 500)
    meeting = Meeting(line, sends_remb=sends_remb)
    meeting.run(30)
    line.cap_bps = cap_kbps * 1000
    moments = meeting.run(30)
    # The last picture goes 2 s later than a layer, and then its queue drains.
    settled_ms = 35_100 if layer >= 0 else 37_500
    later = [moment for moment in moments if moment.now_ms > settled_ms]
    assert {moment.layer for moment in later} == {layer}
    assert max(moment.queue_ms for moment in later) <= 500


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize("cap_kbps", [150, 300, 500])
def test_a_line_that_gets_better_brings_the_layer_back(
    cap_kbps: int, sends_remb: bool
) -> None:
    line = Line(cap_kbps * 1000)
    meeting = Meeting(line, sends_remb=sends_remb)
    meeting.run(60)
    line.cap_bps = 3_000_000
    moments = meeting.run(90)
    assert moments[-1].layer == 2
    layers = [moment.layer for moment in moments]
    assert layers == sorted(layers)


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize("loss", [0.02, 0.05, 0.1])
def test_random_loss_on_an_ample_line_costs_no_picture(
    loss: float, sends_remb: bool
) -> None:
    for seed in range(3):
        line = Line(5_000_000, loss=loss, random=random.Random(seed))
        moments = Meeting(line, sends_remb=sends_remb).run(60)
        assert {moment.layer for moment in moments[10:]} == {2}


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize("loss", [0.0, 0.02])
def test_jitter_costs_no_picture(loss: float, sends_remb: bool) -> None:
    line = Line(5_000_000, loss=loss, rtt_ms=150, jitter_ms=100)
    moments = Meeting(line, sends_remb=sends_remb).run(120)
    assert {moment.layer for moment in moments[10:]} == {2}


@pytest.mark.parametrize("sends_remb", [True, False])
@pytest.mark.parametrize("cap_kbps", [200, 600, 650, 700, 1600])
def test_a_line_just_about_wide_enough_does_not_make_the_picture_swing(
    cap_kbps: int, sends_remb: bool
) -> None:
    meeting = Meeting(Line(cap_kbps * 1000, loss=0.02), sends_remb=sends_remb)
    meeting.run(60)
    assert worst_minute(meeting.run(180)) <= 2


@pytest.mark.parametrize("share", [0.95, 0.98, 0.99])
def test_a_line_that_is_hardly_too_narrow_does_not_stay_full(share: float) -> None:
    """Its queue grows by 10 to 50 ms a second. A REMB would tell at once."""
    line = Line(int(1_540_000 * share), queue_limit_ms=1_000)
    meeting = Meeting(line, sends_remb=False)
    meeting.run(60)
    queues_ms = sorted(moment.queue_ms for moment in meeting.run(120))
    assert queues_ms[len(queues_ms) * 9 // 10] < 100


def test_probes_that_fail_become_rare() -> None:
    meeting = Meeting(Line(1_000_000))
    meeting.run(120)
    padded = [moment.padding_bps > 0 for moment in meeting.run(120)]
    starts = sum(b and not a for a, b in itertools.pairwise(padded))
    assert 1 <= starts <= 4


def test_nothing_is_probed_when_nothing_better_is_wanted() -> None:
    estimator = DownlinkEstimator(0)
    estimator.on_sent(190_000, 0, 0)
    estimator.on_estimate(300_000, 0)
    estimator.on_plan(190_000, 0)
    assert all(estimator.probe_bps(second * S) == 0 for second in range(100))


def test_a_probe_stays_within_the_estimate_and_the_goal() -> None:
    estimator = DownlinkEstimator(0)
    estimator.on_estimate(400_000, 0)
    estimator.on_estimate(300_000, 0)
    estimator.on_report(0.1, None, 0)
    estimator.on_plan(190_000, 667_000)
    sent_bps, padding_bps = 190_000, 0
    for step in range(40, 100):
        now_ns = step * S // 10
        estimator.on_sent(sent_bps + padding_bps, padding_bps, now_ns)
        padding_bps = estimator.probe_bps(now_ns)
        assert padding_bps <= 300_000 - 190_000
    assert padding_bps == 300_000 - 190_000


def test_a_remb_is_obeyed_at_once_when_it_is_below_what_is_sent() -> None:
    estimator = DownlinkEstimator(0)
    estimator.on_sent(1_540_000, 0, S)
    estimator.on_estimate(425_000, S)
    assert estimator.target_bps == 425_000


def test_a_remb_of_a_line_that_carries_everything_takes_nothing_away() -> None:
    """0.85 of 1.6 Mbit/s: what 1.54 need is there."""
    estimator = DownlinkEstimator(0)
    estimator.on_sent(1_540_000, 0, S)
    estimator.on_estimate(1_600_000, S)
    estimator.on_estimate(1_360_000, S)
    assert estimator.target_bps == 1_540_000


def test_a_line_that_never_was_full_is_believed_to_carry_the_best_picture() -> None:
    """The first REMB of a small picture is what the small picture takes."""
    estimator = DownlinkEstimator(0)
    estimator.on_sent(190_000, 0, S)
    estimator.on_estimate(200_000, S)
    assert estimator.target_bps == START_BPS
    estimator.on_sent(1_540_000, 0, 2 * S)
    estimator.on_estimate(600_000, 2 * S)
    estimator.on_report(0.1, 300.0, 2 * S)
    estimator.on_sent(190_000, 0, 9 * S)
    estimator.on_sent(190_000, 0, 12 * S)
    assert estimator.target_bps == 600_000, "that was too much for it"


def test_a_false_alarm_of_a_small_picture_does_not_cost_the_large_one() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 30):
        estimator.on_plan(190_000, 0)
        estimator.on_sent(190_000, 0, second * S)
        # One picture came late: REMB falls to 0.85 of what arrives, then climbs again.
        estimator.on_estimate(285_000 if second < 20 else 160_000, second * S)
        estimator.on_report(0.0, 30.0, second * S, 2.0)
    assert estimator.target_bps < 300_000, "while it says so, it is believed"
    for second in range(30, 50):
        estimator.on_sent(190_000, 0, second * S)
        estimator.on_estimate(200_000, second * S)
    assert estimator.target_bps == START_BPS


def test_heavy_loss_alone_tells_what_comes_through() -> None:
    estimator = DownlinkEstimator(0)
    estimator.on_sent(1_500_000, 0, S)
    estimator.on_report(0.6, None, S)
    assert estimator.target_bps >= 1_500_000, "one report may be a burst"
    estimator.on_sent(1_500_000, 0, 2 * S)
    estimator.on_report(0.6, None, 2 * S)
    assert 500_000 <= estimator.target_bps <= 600_000


def test_another_path_is_judged_by_its_own_loss_and_round_trip() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 4):
        estimator.on_sent(1_500_000, 0, second * S)
        estimator.on_report(0.2, 30.0, second * S)
    assert estimator.is_troubled(3 * S)
    estimator.on_moved()
    assert not estimator.is_troubled(3 * S)
    for second in range(4, 20):
        estimator.on_sent(1_500_000, 0, second * S)
        estimator.on_report(0.0, 240.0, second * S)
    assert estimator.target_bps >= 1_500_000


def test_a_burst_of_loss_costs_nothing() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 60):
        estimator.on_sent(1_500_000, 0, second * S)
        loss = 0.5 if second % 10 == 0 else 0.0
        estimator.on_report(loss, 60.0, second * S, 5.0)
        assert estimator.target_bps >= 1_500_000


def test_round_trips_that_jitter_are_no_queue() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 60):
        estimator.on_sent(1_500_000, 0, second * S)
        estimator.on_report(0.0, 50.0 + (second * 137) % 400, second * S, 70.0)
        assert estimator.target_bps >= 1_500_000


@pytest.mark.parametrize("seed", range(5))
def test_round_trips_that_jitter_more_than_packets_are_no_queue(seed: int) -> None:
    """F8: +-100 ms each way, changed every 100 ms, is a jitter of 10 ms."""
    chance = random.Random(seed)
    estimator = DownlinkEstimator(0)
    for second in range(1, 1_800):
        rtt_ms = 250 + chance.uniform(-100, 100) + chance.uniform(-100, 100)
        estimator.on_sent(1_500_000, 0, second * S)
        estimator.on_report(0.0, rtt_ms, second * S, 10.0)
        assert estimator.target_bps >= 1_500_000


def test_a_queue_is_seen_on_a_line_that_jitters() -> None:
    chance = random.Random(1)
    estimator = DownlinkEstimator(0)
    targets_bps = []
    for second in range(1, 35):
        queue_ms = 900 if second > 30 else 0
        rtt_ms = 150 + queue_ms + chance.uniform(-60, 60)
        estimator.on_sent(1_500_000, 0, second * S)
        estimator.on_report(0.0, rtt_ms, second * S, 10.0)
        targets_bps.append(estimator.target_bps)
    assert min(targets_bps[:30]) >= 1_500_000
    assert min(targets_bps[30:]) == 0.85 * 1_500_000


def test_the_target_never_falls_below_one_voice() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 20):
        estimator.on_sent(40_000, 0, second * S)
        estimator.on_report(0.9, 900.0, second * S)
    assert estimator.target_bps == MIN_BPS


def test_a_satellite_line_is_not_taken_for_a_full_one() -> None:
    estimator = DownlinkEstimator(0)
    for second in range(1, 60):
        estimator.on_sent(1_000_000, 0, second * S)
        estimator.on_report(0.0, 650.0, second * S)
    assert estimator.target_bps >= 0.4 * START_BPS
