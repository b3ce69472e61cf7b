"""Judging lines, by tables."""

from __future__ import annotations

from typing import Literal

import pytest

from server.domain.lines import (
    BETTER_AFTER_MS,
    GOOD,
    WORSE_AFTER_MS,
    PageLine,
    Problem,
    PublisherLine,
    Rung,
    RungReason,
    Settled,
    Standing,
    Trouble,
    Verdict,
    ViewerLine,
    by_hall,
    judge,
    judge_page,
    judge_publisher,
    judge_viewer,
    settle,
)

Limit = Literal["nothing", "wish", "line", "capacity"]
BREAKS = Verdict("bad", "breaks")
STUTTERS = Verdict("weak", "stutters")
NO_MEDIA = Verdict("bad", "no_media")


@pytest.mark.parametrize(
    ("loss", "rtt", "heights", "limit", "verdict"),
    [
        (0, None, (), "nothing", GOOD),
        (2.9, 399, (720, 0), "nothing", GOOD),
        (3, None, (720,), "nothing", STUTTERS),
        (9.9, None, (720,), "nothing", STUTTERS),
        (10, None, (720,), "nothing", BREAKS),
        (0, 400, (720,), "nothing", Verdict("weak", "slow")),
        (0, None, (180, 0), "line", Verdict("weak", "reduced")),
        (0, None, (0, 0), "line", Verdict("bad", "only_sound")),
        (4, None, (0, 0), "line", Verdict("bad", "only_sound")),
        (12, None, (0, 0), "line", BREAKS),
        (0, None, (0,), "wish", GOOD),
        (0, None, (180,), "capacity", Verdict("weak", "full")),
        (0, None, (), "line", Verdict("weak", "reduced")),
    ],
)
def test_a_viewer_is_judged_by_loss_delay_and_what_it_is_sent(
    loss: float,
    rtt: float | None,
    heights: tuple[int, ...],
    limit: Limit,
    verdict: Verdict,
) -> None:
    assert judge_viewer(ViewerLine("p", loss, rtt, heights, limit)) == verdict


@pytest.mark.parametrize(
    ("loss", "rtt", "verdict"),
    [
        (0, 30, GOOD),
        (3, 30, STUTTERS),
        (10, 30, BREAKS),
        (0, 900, Verdict("weak", "slow")),
    ],
)
def test_a_publisher_is_judged_by_loss_and_delay(
    loss: float, rtt: float, verdict: Verdict
) -> None:
    assert judge_publisher(PublisherLine("p", loss, rtt)) == verdict


@pytest.mark.parametrize(
    ("rung", "is_up", "reason", "quality", "verdict"),
    [
        ("webrtc", True, "start", "good", GOOD),
        ("webrtc", True, "start", None, GOOD),
        ("webrtc", True, "start", "fair", STUTTERS),
        ("webrtc", True, "start", "bad", BREAKS),
        ("webrtc", False, "start", None, NO_MEDIA),
        ("hls", True, "blocked", None, Verdict("weak", "delayed")),
        ("hls", True, "lost", "bad", Verdict("weak", "delayed")),
        ("hls", True, "no_codec", None, GOOD),
        ("hls", False, "lost", None, NO_MEDIA),
        ("audio", True, "blocked", None, Verdict("bad", "only_sound")),
        ("audio", True, "chosen", None, GOOD),
        ("slides", True, "chosen", None, GOOD),
        ("slides", True, "lost", None, NO_MEDIA),
    ],
)
def test_a_page_is_judged_by_its_way_and_what_was_chosen_is_no_trouble(
    rung: Rung,
    is_up: bool,
    reason: RungReason,
    quality: Literal["good", "fair", "bad"] | None,
    verdict: Verdict,
) -> None:
    assert judge_page(PageLine(rung, is_up, reason, quality)) == verdict


def test_who_follows_by_hls_is_not_judged_by_a_peer_that_fails() -> None:
    page = PageLine("hls", True, "blocked")
    failing = ViewerLine("p", 100, None)
    assert judge(page, [failing], is_silent=True) == Verdict("weak", "delayed")


def test_the_worst_word_counts_by_webrtc() -> None:
    fine, fair = ViewerLine("p", 0, 10), PageLine("webrtc", True, "start", "fair")
    assert judge(fair, [fine]) == STUTTERS
    assert judge(None, [fine, ViewerLine("q", 11, 10)]) == BREAKS
    assert judge(None, [], is_silent=True) == NO_MEDIA
    assert judge(None, []) == GOOD


@pytest.mark.parametrize(
    ("seen", "shown_at"),
    [
        ([(0, "bad"), (2_000, "bad"), (4_000, "bad")], 4_000),
        ([(0, "bad"), (2_000, "good"), (4_000, "bad"), (6_000, "bad")], None),
        ([(0, "weak"), (2_000, "weak"), (4_000, "bad")], 4_000),
    ],
)
def test_trouble_is_shown_once_it_lasts(
    seen: list[tuple[int, Standing]], shown_at: int | None
) -> None:
    settled, first = Settled(), None
    for at_ms, standing in seen:
        settled = settle(settled, Verdict(standing), at_ms)
        if first is None and settled.verdict.standing != "good":
            first = at_ms
    assert first == shown_at


def test_trouble_counts_from_its_beginning_and_ends_slowly() -> None:
    settled = settle(Settled(), STUTTERS, 1_000)
    settled = settle(settled, STUTTERS, 1_000 + WORSE_AFTER_MS)
    assert (settled.verdict, settled.since_ms) == (STUTTERS, 1_000)
    settled = settle(settled, GOOD, 20_000)
    settled = settle(settled, GOOD, 20_000 + BETTER_AFTER_MS - 1)
    assert settled.verdict == STUTTERS
    settled = settle(settled, GOOD, 20_000 + BETTER_AFTER_MS)
    assert settled.verdict == GOOD


def test_getting_worse_keeps_when_it_began() -> None:
    settled = Settled(STUTTERS, since_ms=500)
    settled = settle(settled, BREAKS, 10_000)
    settled = settle(settled, BREAKS, 14_000)
    assert (settled.verdict, settled.since_ms) == (BREAKS, 500)


def test_another_problem_of_the_same_degree_is_named_at_once() -> None:
    settled = settle(Settled(STUTTERS, 500), Verdict("weak", "slow"), 900)
    assert (settled.verdict.problem, settled.since_ms) == ("slow", 500)


def _trouble(
    name: str, centre_id: str | None, problem: Problem = "stutters", since_ms: int = 0
) -> Trouble:
    standing: Standing = "bad" if problem in ("breaks", "no_media") else "weak"
    return Trouble(name, centre_id, Verdict(standing, problem), since_ms)


def test_halls_and_people_come_worst_first() -> None:
    halls = by_hall(
        [
            _trouble("a", "ctr_one"),
            _trouble("b", "ctr_two", since_ms=5),
            _trouble("c", "ctr_two", "breaks", since_ms=9),
            _trouble("d", "ctr_two", since_ms=1),
        ],
        {"ctr_one": 4, "ctr_two": 40},
    )
    assert [(one.centre_id, one.bad, one.weak) for one in halls] == [
        ("ctr_two", 1, 2),
        ("ctr_one", 0, 1),
    ]
    assert [one.participant_id for one in halls[0].people] == ["c", "d", "b"]


@pytest.mark.parametrize(
    ("centre_id", "following", "problems", "is_hall_line"),
    [
        ("ctr", 12, ["breaks", "stutters", "slow"], True),
        ("ctr", 13, ["breaks", "stutters", "slow"], False),
        ("ctr", 2, ["breaks", "stutters"], False),
        ("ctr", 6, ["delayed", "delayed", "delayed"], False),
        ("ctr", 6, ["full", "full", "full"], False),
        (None, 3, ["breaks", "stutters", "slow"], False),
    ],
)
def test_several_of_one_hall_are_the_halls_line(
    centre_id: str | None, following: int, problems: list[Problem], is_hall_line: bool
) -> None:
    troubles = [_trouble(str(i), centre_id, one) for i, one in enumerate(problems)]
    (hall,) = by_hall(troubles, {centre_id: following})
    assert hall.is_hall_line is is_hall_line
