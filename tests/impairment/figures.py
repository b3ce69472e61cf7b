"""What a run showed of one viewer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

from tests.impairment.light_source import LightSource
from tests.impairment.light_viewer import LightViewer
from tests.impairment.playout import freezes_s
from tests.impairment.scene import Window
from tests.impairment.stamps import PICTURES_PER_S

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
NEVER_S = 999


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one viewer and its source in one window. Shares are from 0 to 1."""

    concealed: float
    """Sounds a decoder had to invent."""
    freezes_s: tuple[float, ...]
    """Times without a new picture, longer than 200 ms."""
    fps_share: float
    """Pictures shown of those sent."""
    repeat_share: float
    """Repeats of all video packets the viewer got."""
    vain_share: float
    """Repeats of what had come already, of all video packets the viewer got."""
    plis: int
    """That reached the source."""

    @property
    def frozen_s(self) -> float:
        return sum(self.freezes_s)

    @property
    def worst_freeze_s(self) -> float:
        return max(self.freezes_s, default=0.0)


def judge(viewer: LightViewer, window: Window, *, buffer_ms: float = 200.0) -> Figures:
    """Judge one viewer whose jitter buffer holds `buffer_ms` for sound and picture."""
    source, from_ns, to_ns = viewer.source, window.from_ns, window.to_ns
    shown_ns = viewer.picture.shown_ns(buffer_ms)
    first = bisect_left(source.sounds_sent_ns, from_ns)
    last = bisect_right(source.sounds_sent_ns, to_ns) - 1
    sent = (to_ns - from_ns) / NS_PER_S * PICTURES_PER_S
    packets = max(1, viewer.video_packets)
    return Figures(
        concealed=viewer.sound.concealed(first, last, buffer_ms),
        freezes_s=tuple(freezes_s(shown_ns, from_ns, to_ns, longer_than_s=0.2)),
        fps_share=sum(from_ns <= one <= to_ns for one in shown_ns) / sent,
        repeat_share=viewer.repeats / packets,
        vain_share=viewer.repeats_in_vain / packets,
        plis=sum(from_ns <= one <= to_ns for one in source.plis_ns),
    )


def pictures_back_s(viewer: LightViewer, ends_ns: list[int], buffer_ms: float) -> float:
    """Give the longest time from the end of a burst of loss to the next picture."""
    never_ns = max(ends_ns) + NEVER_S * NS_PER_S
    shown_ns = [*viewer.picture.shown_ns(buffer_ms), never_ns]
    nexts_ns = [shown_ns[bisect_left(shown_ns, end_ns)] for end_ns in ends_ns]
    waits_ns = [b - a for a, b in zip(ends_ns, nexts_ns, strict=True)]
    return max(waits_ns) / NS_PER_S


def closest_asks_ms(source: LightSource) -> list[float]:
    """Give, for each packet the worker asked for more than once, the shortest gap."""
    return [
        min(b - a for a, b in pairwise(asks_ns)) / NS_PER_MS
        for asks_ns in source.asks_ns.values()
        if len(asks_ns) > 1
    ]
