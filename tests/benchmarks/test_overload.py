"""The overload benchmark still measures what it says."""

from __future__ import annotations

from array import array
from dataclasses import replace

from benchmarks.overload.audience import Got
from benchmarks.overload.crowd import Second
from benchmarks.overload.measure import Fate, Plan, measure
from benchmarks.overload.report import (
    describe,
    keeps_the_newest_rule,
    look_at,
    step_changes,
    untold,
)

TOY = Plan(
    sizes=(2, 4),
    size_s=2,
    hold_s=6,
    steady_s=3,
    back_s=2,
    viewers=6,
    core=None,
    timed_every=1,
)
WHOLE = Fate(has_picture=True, has_whole=True, limited_by="nothing")
LESS = Fate(has_picture=True, has_whole=False, limited_by="capacity")
BLIND = Fate(has_picture=False, has_whole=False, limited_by="capacity")
SECOND = Second(
    1.0, 6, 50.0, 40.0, 1_200, 0, 0, 0, 0, array("q", [2_000_000]), array("q")
)


async def test_a_worker_with_room_gives_everybody_everything_and_all_sound() -> None:
    run = await measure(TOY)
    assert run.viewers == len(run.fates) == 6
    assert all(one.has_whole for one in run.fates)
    assert {one.limited_by for one in run.fates} == {"nothing"}
    assert run.sounds > 6 * 50 * 5
    assert run.sounds_lost == 0
    steady = look_at(run.between(run.steady_s, run.leaving_s))
    assert steady.without_sound == 0
    assert steady.audio_p99_ms > 0
    text = "\n".join(describe(run))
    assert "6 with everything; not told: 0" in text


def test_who_lost_something_without_being_told_is_counted() -> None:
    assert untold([WHOLE, LESS, BLIND]) == 0
    assert untold([replace(BLIND, limited_by="nothing"), WHOLE]) == 1


def test_the_newest_rule_is_broken_by_a_newer_one_with_a_picture() -> None:
    assert keeps_the_newest_rule([WHOLE, LESS])
    assert keeps_the_newest_rule([LESS, LESS, BLIND, BLIND])
    assert not keeps_the_newest_rule([LESS, BLIND, LESS])


def test_steps_are_counted_up_and_down() -> None:
    steps = (0, 1, 2, 2, 1)
    seconds = [
        replace(SECOND, at_s=float(at), step=step) for at, step in enumerate(steps)
    ]
    span = look_at(seconds)
    assert (span.ups, span.downs, span.steps) == (2, 1, (0, 2))
    assert step_changes(seconds, 1.5) == [(0.5, 2), (2.5, 1)]


def test_lost_sound_shows_as_a_gap_in_the_numbers_also_at_their_wrap() -> None:
    got = Got()
    for seqno in (65_534, 65_535, 1, 2):
        got.on_header(bytes((0x80, 111)) + seqno.to_bytes(2, "big"))
    got.on_header(bytes((0x80, 96, 0, 9)))
    assert (got.sounds, got.pictures, got.sounds_lost) == (4, 1, 1)
