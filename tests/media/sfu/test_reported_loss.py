"""What was lost of a stream, by its reports' counts."""

from __future__ import annotations

import random

import pytest

from media.rtp.rtcp import ReportBlock
from media.sfu.reported_loss import MIN_PACKETS, ReportedLoss


def told(packets_lost: int, highest_seqno: int, fraction_lost: int = 0) -> ReportBlock:
    return ReportBlock(1, fraction_lost, packets_lost, highest_seqno, 0, 0, 0)


S = 1_000_000_000


def share(one: ReportedLoss) -> float | None:
    sample = one.take()
    return None if sample is None else sample.share


def loss_of(*blocks: ReportBlock) -> float | None:
    one = ReportedLoss()
    for second, block in enumerate(blocks):
        one.on_report(block, second * S)
    return share(one)


def test_loss_is_what_was_lost_between_two_reports_of_what_was_sent() -> None:
    assert loss_of(told(7, 1_000), told(17, 1_100)) == 0.1


def test_the_first_report_tells_of_an_unknown_time() -> None:
    assert loss_of(told(50, 100, fraction_lost=128)) is None


def test_a_report_after_each_lost_packet_does_not_make_the_line_look_worse() -> None:
    """As libwebrtc sends them, with the feedback that is urgent."""
    rng = random.Random(1)
    one, lost = ReportedLoss(), 0
    one.on_report(told(0, 0), 0)
    for number in range(1, 10_001):
        if rng.random() < 0.02:
            lost += 1
            one.on_report(told(lost, number, fraction_lost=64), number)
    one.on_report(told(lost, 10_000), S)
    assert share(one) == pytest.approx(lost / 10_000)


def test_few_packets_tell_nothing_until_there_are_more() -> None:
    one = ReportedLoss()
    one.on_report(told(0, 0), 0)
    one.on_report(told(2, MIN_PACKETS - 1), S)
    assert one.take() is None
    one.on_report(told(2, MIN_PACKETS), 2 * S)
    assert one.take() == (2 / MIN_PACKETS, MIN_PACKETS, 2 * S)
    assert one.take() is None


def test_a_sample_tells_of_the_time_since_the_one_before() -> None:
    one = ReportedLoss()
    samples = []
    for second, number in ((10, 0), (11, 50), (16, 300)):
        one.on_report(told(0, number), second * S)
        samples.append(one.take())
    assert samples == [None, (0.0, 50, S), (0.0, 250, 5 * S)]


def test_numbers_go_on_over_their_end() -> None:
    assert loss_of(told(0, 0xFFFFFFF0), told(8, 0x10)) == 0.25


def test_packets_that_came_twice_are_no_loss() -> None:
    assert loss_of(told(3, 0), told(-5, 100)) == 0.0


@pytest.mark.parametrize(
    "block", [told(5, 0), told(0x7FFFFF, 0x7FFFFFFF), told(-0x800000, 999)]
)
def test_counts_that_can_not_be_are_not_believed(block: ReportBlock) -> None:
    assert loss_of(told(0, 1_000), block) is None


def test_a_receiver_that_begins_anew_is_followed() -> None:
    begun_anew = told(0, 1_000), told(30, 5), told(60, 105)
    assert loss_of(*begun_anew) == 0.3


def test_no_more_can_be_lost_than_was_sent() -> None:
    assert loss_of(told(0, 0), told(0x7FFFFF, 100)) == 1.0
