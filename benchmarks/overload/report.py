"""What one overload run shows, in figures and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.overload.crowd import Second
from benchmarks.overload.measure import Fate, Run
from media.sfu.shedding import STEPS


@dataclass(frozen=True, slots=True)
class Span:
    """Some seconds of a run together."""

    cpu_percent: float
    own_percent: float
    audio_p99_ms: float
    video_p99_ms: float
    without_sound: int
    """Viewer-seconds in which no sound at all came."""
    ups: int
    downs: int
    steps: tuple[int, int]
    """Lowest and highest."""


def look_at(seconds: Sequence[Second]) -> Span:
    """Join seconds. Raises ValueError when there are none."""
    if not seconds:
        raise ValueError("the span has no whole second")
    steps = [one.step for one in seconds]
    return Span(
        sum(one.cpu_percent for one in seconds) / len(seconds),
        sum(one.own_percent for one in seconds) / len(seconds),
        _p99_ms(one.audio_ns for one in seconds),
        _p99_ms(one.video_ns for one in seconds),
        sum(one.without_sound for one in seconds),
        sum(b > a for a, b in pairwise(steps)),
        sum(b < a for a, b in pairwise(steps)),
        (min(steps), max(steps)),
    )


def _p99_ms(parts: Iterable[Iterable[int]]) -> float:
    ordered = sorted(value for part in parts for value in part)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] / 1e6


def step_changes(seconds: Sequence[Second], from_s: float) -> list[tuple[float, int]]:
    """List when, in seconds since `from_s`, which step was told."""
    return [
        (round(after.at_s - from_s, 1), after.step)
        for before, after in pairwise(seconds)
        if after.step != before.step and after.at_s >= from_s
    ]


def untold(fates: Iterable[Fate]) -> int:
    """Count who got less than the whole picture and of whom that was not told."""
    return sum(not one.has_whole and one.limited_by != "capacity" for one in fates)


def keeps_the_newest_rule(fates: Sequence[Fate]) -> bool:
    """Tell whether nobody without a picture came before somebody with one."""
    blind = [at for at, one in enumerate(fates) if not one.has_picture]
    return blind == list(range(len(fates) - len(blind), len(fates)))


def describe(run: Run) -> list[str]:
    before = look_at(run.between(0, run.crowding_s)[-5:])
    rush = run.between(run.crowding_s, run.steady_s)
    steady = look_at(run.between(run.steady_s, run.leaving_s))
    back = run.between(run.leaving_s, float("inf"))
    sizes = ", ".join(f"{count} {cpu:.0f} %" for count, cpu in run.sizes)
    fates = Counter(_word(one) for one in run.fates)
    changes = [f"{at:.0f} s: {step}" for at, step in step_changes(rush, run.crowding_s)]
    calm_s = _calm_after_s(run)
    home = [at for at, step in step_changes(back, run.leaving_s) if step == 0]
    worst_ms = max((_p99_ms([one.audio_ns]) for one in rush), default=0.0)
    return [
        f"Full at {run.capacity:.0f} viewers (worker's CPU at {sizes}); "
        f"{run.viewers} came, {run.viewers / max(1.0, run.capacity):.2f} times that, "
        f"within {run.all_in_s - run.crowding_s:.0f} s.",
        f"Before:  {_figures(before)}",
        f"Steady:  {_figures(steady)}, steps {steady.steps[0]} to {steady.steps[1]} of "
        f"{len(STEPS) - 1}, {steady.ups} up and {steady.downs} down",
        f"On the way (since the first beyond the measured came): {'; '.join(changes)}; "
        f"highest step after {calm_s:.0f} s; worst second's p99 of sound "
        f"{worst_ms:.0f} ms.",
        f"Sound: {run.sounds_lost} of {run.sounds} packets lost, {run.socket_drops} "
        f"dropped by the load generator's sockets, {steady.without_sound} "
        "viewer-seconds without any in the steady time.",
        "At the end of it: "
        + ", ".join(f"{count} with {word}" for word, count in fates.items())
        + f"; not told: {untold(run.fates)}; the newest lose their picture first: "
        f"{keeps_the_newest_rule(run.fates)}.",
        f"After all but {run.remaining} left: "
        + (f"everything back after {home[0]:.0f} s." if home else _not_back(back)),
    ]


def _word(fate: Fate) -> str:
    if fate.has_whole:
        return "everything"
    return "less of the picture" if fate.has_picture else "sound alone"


def _calm_after_s(run: Run) -> float:
    """Give how long it took from crowding to the highest step."""
    seconds = run.between(run.crowding_s, run.leaving_s)
    highest = max(one.step for one in seconds)
    return next(one.at_s for one in seconds if one.step == highest) - run.crowding_s


def _not_back(seconds: Sequence[Second]) -> str:
    return f"step {seconds[-1].step} when the run ended." if seconds else "not watched."


def _figures(span: Span) -> str:
    return (
        f"worker {span.cpu_percent:.0f} %, load generator {span.own_percent:.0f} % "
        f"of a core, p99 of sound {span.audio_p99_ms:.1f} ms, pictures "
        f"{span.video_p99_ms:.1f} ms"
    )
