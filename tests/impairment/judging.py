"""What each bad line may cost light clients: conditions F1 to F5 and F8.

The figures are for viewers behind the line. A publisher behind it is held to the same
ones, but for F3's freezes: there nobody promises anything for 10 % each way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from tests.impairment.conditions import F4, F5, Condition
from tests.impairment.figures import Figures, closest_asks_ms, judge, pictures_back_s
from tests.impairment.light_viewer import LightViewer
from tests.impairment.report import Verdict
from tests.impairment.scene import Scene, Window

VIEWING = "light viewer"
PUBLISHING = "light publisher"
MINUTE_S = 60.0
NS_PER_S = 1_000_000_000
ASK_JITTER_MS = 30.0
"""Asks are timed where they arrive: one may be on its way so much longer."""

BACK_WITHIN_NS = 2 * NS_PER_S
"""A burst nearer to the end of the window is not judged."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one condition allows; None is not asked for."""

    concealed: float | None = None
    """Share of sounds, 0 to 1."""
    frozen_s_per_min: float | None = None
    worst_freeze_s: float | None = None
    fps_share: float | None = None
    repeat_share: float | None = None
    back_s: float | None = None
    """From the end of a burst of loss to the next picture."""
    buffer_ms: float = 200.0
    """Jitter buffers grow with what the line does to them."""


LIMITS = {
    "F1": Limits(concealed=0.01, worst_freeze_s=0.5),
    "F2": Limits(concealed=0.02, frozen_s_per_min=2, fps_share=0.8),
    "F3": Limits(concealed=0.05, frozen_s_per_min=6),
    "F4": Limits(concealed=0.01),
    "F5": Limits(back_s=1.0),
    "F8": Limits(repeat_share=0.05, worst_freeze_s=0.5, buffer_ms=250.0),
    "clean": Limits(concealed=0.005, worst_freeze_s=0.5, repeat_share=0.0),
}


def _judge(verdict: Verdict, limits: Limits, found: Figures, window: Window) -> None:
    minutes = (window.to_ns - window.from_ns) / NS_PER_S / MINUTE_S
    if limits.concealed is not None:
        verdict.at_most("sound concealed", found.concealed, limits.concealed)
    if limits.frozen_s_per_min is not None:
        frozen_s = found.frozen_s / minutes
        verdict.at_most("s frozen a minute", frozen_s, limits.frozen_s_per_min)
    if limits.worst_freeze_s is not None:
        verdict.at_most("s, worst freeze", found.worst_freeze_s, limits.worst_freeze_s)
    if limits.fps_share is not None:
        verdict.at_least("pictures shown", found.fps_share, limits.fps_share)
    if limits.repeat_share is not None:
        verdict.at_most("repeats", found.repeat_share, limits.repeat_share)


def _judge_bursts(
    verdict: Verdict,
    limits: Limits,
    scene: Scene,
    viewer: LightViewer,
    window: Window,
    plis: int,
) -> None:
    ends_ns = burst_ends_ns(F5, scene.began_ns, window)
    back_s = pictures_back_s(viewer, ends_ns, limits.buffer_ms)
    verdict.at_most("s to the next picture", back_s, limits.back_s or 0)
    verdict.at_most("PLI a burst", plis / len(ends_ns), 1)


def judge_viewing(
    scene: Scene, window: Window, seed: int, *, with_sound: bool
) -> list[str]:
    """Judge each viewer by its line's limits; gives what missed them."""
    missed: list[str] = []
    for name, viewer in scene.viewers.items():
        limits, verdict = LIMITS[name], Verdict(name, VIEWING, seed)
        if not with_sound and name != "clean":
            limits = replace(limits, concealed=None)
        found = judge(viewer, window, buffer_ms=limits.buffer_ms)
        _judge(verdict, limits, found, window)
        if limits.back_s is not None:
            _judge_bursts(verdict, limits, scene, viewer, window, found.plis)
        missed += verdict.failures
    return missed


def judge_publishing(scene: Scene, window: Window, seed: int) -> list[str]:
    """Judge what a viewer on the hub has of each source behind a bad line."""
    missed: list[str] = []
    for name, viewer in scene.viewers.items():
        limits, verdict = LIMITS[name], Verdict(name, PUBLISHING, seed)
        if name == "F3":
            limits = replace(limits, frozen_s_per_min=None)
        found = judge(viewer, window, buffer_ms=limits.buffer_ms)
        asked = sum(map(len, viewer.source.asks_ns.values()))
        found = replace(found, repeat_share=asked / viewer.source.video_packets)
        _judge(verdict, limits, found, window)
        if limits.back_s is not None:
            _judge_bursts(verdict, limits, scene, viewer, window, found.plis)
        if name == "F4":
            closest_ms = min(closest_asks_ms(viewer.source), default=math.inf)
            least_ms = 2 * F4.delay_ms - ASK_JITTER_MS
            verdict.at_least("ms between asks", closest_ms, least_ms)
        missed += verdict.failures
    return missed


def burst_ends_ns(line: Condition, began_ns: int, window: Window) -> list[int]:
    """Give when the line's periodic bursts ended, of those within the window."""
    period_ns = int(line.burst_every_ms * 1_000_000)
    ends = range(began_ns + period_ns, window.to_ns - BACK_WITHIN_NS, period_ns)
    return [end_ns for end_ns in ends if end_ns >= window.from_ns]


def is_calm(scene: Scene, window: Window) -> bool:
    """Tell whether the viewer with the clean line had nothing to complain of.

    Freezes are looked at from 200 ms on: a machine that stops everybody for so long
    tells nothing about a line.
    """
    found = judge(scene.viewers["clean"], window)
    return not found.freezes_s and found.concealed == 0
