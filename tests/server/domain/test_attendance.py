from __future__ import annotations

import random

import pytest

from server.domain import events
from server.domain.attendance import (
    Attendance,
    Interval,
    LiveTime,
    attend,
    join_intervals,
    live_time,
    percent_of,
    status_of,
)
from server.domain.events import Event, Logged

MINUTE_MS = 60_000
LIVE = LiveTime(0, 60 * MINUTE_MS)


def _log(*timed: tuple[int, Event]) -> list[Logged]:
    return [
        Logged(seq=seq, at_ms=at_ms, by=None, event=event)
        for seq, (at_ms, event) in enumerate(timed, start=1)
    ]


def _joined(name: str = "a") -> events.ParticipantJoined:
    return events.ParticipantJoined(
        participant_id=f"par_{name}",
        person_id=f"prs_{name}",
        role="participant",
        centre_id=None,
    )


def _left(left_at_ms: int, name: str = "a") -> events.ParticipantLeft:
    return events.ParticipantLeft(participant_id=f"par_{name}", left_at_ms=left_at_ms)


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(0, 10), (100, 200)], [(0, 200)]),
        ([(0, 10), (90_010, 90_020)], [(0, 90_020)]),
        ([(0, 10), (90_011, 90_020)], [(0, 10), (90_011, 90_020)]),
        ([(50, 60), (0, 100)], [(0, 100)]),
        ([], []),
    ],
    ids=["short-gap", "gap-of-the-grace", "one-ms-more", "two-devices", "never"],
)
def test_gaps_up_to_the_grace_are_joined(
    intervals: list[Interval], expected: list[Interval]
) -> None:
    assert join_intervals(intervals) == expected


def test_time_before_the_start_and_after_the_end_does_not_count() -> None:
    log = _log(
        (0, _joined()),
        (1_000, events.SessionWentLive(started_at_ms=1_000)),
        (5_000, events.SessionEnded(ended_at_ms=5_000)),
    )
    assert attend(log, 99_000)["prs_a"].intervals == [(1_000, 5_000)]
    assert live_time(log, 99_000) == LiveTime(1_000, 5_000)


def test_who_is_still_here_counts_up_to_now() -> None:
    log = _log((0, events.SessionWentLive(started_at_ms=0)), (1_000, _joined()))
    assert attend(log, 9_000)["prs_a"].intervals == [(1_000, 9_000)]


def test_a_session_that_never_went_live_has_no_live_time() -> None:
    log = _log((0, _joined()))
    assert live_time(log, 1_000) is None
    assert attend(log, 1_000)["prs_a"].intervals == []


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(0, 60 * MINUTE_MS)], "present"),
        ([(5 * MINUTE_MS, 60 * MINUTE_MS)], "present"),
        ([(5 * MINUTE_MS + 1, 60 * MINUTE_MS)], "late"),
        ([(0, 55 * MINUTE_MS - 1)], "left_early"),
        ([(10 * MINUTE_MS, 20 * MINUTE_MS)], "left_early"),
        ([], "absent"),
    ],
)
def test_the_status_follows_first_arrival_and_last_departure(
    intervals: list[Interval], expected: str
) -> None:
    one = Attendance("prs_a", "participant", None, intervals)
    assert status_of(one, LIVE) == expected
    assert status_of(None, LIVE) == "absent"


def test_the_percentage_is_of_the_live_time_rounded_down() -> None:
    one = Attendance("prs_a", "participant", None, [(0, 59 * MINUTE_MS)])
    assert percent_of(one, LIVE) == 98
    assert percent_of(None, LIVE) == 0
    assert percent_of(one, LiveTime(5, 5)) == 0


def test_what_people_do_is_counted() -> None:
    vote = events.BallotCast(poll_id="poll_1", participant_id="par_a", choices=[0])
    log = _log(
        (0, events.SessionWentLive(started_at_ms=0)),
        (0, _joined()),
        (1, vote),
        (2, vote),
        (3, events.ChatPosted(message_id="msg_1", participant_id="par_a", text="x")),
        (
            4,
            events.FloorGiven(
                participant_id="par_a", slot="floor-1", limit_s=60, given_at_ms=4
            ),
        ),
    )
    one = attend(log, 10)["prs_a"]
    assert (len(one.voted_in), one.messages, one.speeches) == (1, 1, 1)


@pytest.mark.parametrize("seed", range(5))
def test_300_people_with_random_drops_are_within_15_s_of_the_truth(seed: int) -> None:
    """G10: a drop is noticed up to 15 s late; drops shorter than the grace join."""
    chance = random.Random(seed)
    end_ms = 120 * MINUTE_MS
    timed: list[tuple[int, Event]] = [(0, events.SessionWentLive(started_at_ms=0))]
    truth: dict[str, int] = {}
    for number in range(300):
        name = str(number)
        here_ms = left_at_ms = chance.randrange(0, 30 * MINUTE_MS)
        gone_ms = 0
        timed.append((here_ms, _joined(name)))
        left_at_ms = chance.randrange(here_ms + 1, end_ms)
        noticed_ms = left_at_ms + chance.randrange(0, 15_000)
        back_ms = noticed_ms + chance.randrange(0, 70_000)
        timed.append((noticed_ms, _left(noticed_ms, name)))
        if back_ms < end_ms:
            timed.append((back_ms, _joined(name)))
        else:
            gone_ms = end_ms - left_at_ms
        truth[f"prs_{name}"] = end_ms - here_ms - gone_ms
    timed = [one for one in timed if one[0] < end_ms]
    timed.sort(key=lambda one: one[0])
    log = _log(*timed, (end_ms, events.SessionEnded(ended_at_ms=end_ms)))
    found = attend(log, end_ms)
    for person_id, present_ms in truth.items():
        assert abs(found[person_id].present_ms - present_ms) <= 15_000
    assert attend(log, end_ms) == found
