"""Sender reports to all viewers, spread over the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from media.clock import Clock
from media.sfu.audio_slot import AudioSlot
from media.sfu.line import Line
from media.sfu.sender_reports import SenderReports
from media.sfu.video_slot import VideoSlot
from media.sfu.viewer import Viewer

REPORT_INTERVAL_NS = 1_000_000_000

QUIET_INTERVAL_NS = 250_000_000
"""While nobody is heard these are all that tells a page that its line is still there
(`web/src/media/stall-watch.ts`). Sound comes 50 times a second."""

LOOK_NS = 60_000_000
"""Between looks at who is due, and at gaps, silence, which lines there are."""

SWITCH_INTERVAL_NS = 200_000_000
"""A lively debate changes audio slots many times a second; 300 reports cost 3 ms."""


class LineReports:
    """Tells each viewer each second, and at once after a switch, what time it is.

    Four times a second while there is no sound.
    """

    __slots__ = (
        "_clock",
        "_heard_ns",
        "_is_quiet",
        "_lines",
        "_looked_ns",
        "_slots",
        "_sounds",
        "_switch_told_ns",
    )

    def __init__(self, clock: Clock, slots: Sequence[AudioSlot | VideoSlot]) -> None:
        self._clock = clock
        self._slots = tuple(slots)
        self._sounds = 0
        self._is_quiet = False
        self._heard_ns = clock.monotonic_ns()
        self._looked_ns = self._heard_ns - LOOK_NS
        self._lines = tuple(self._find_lines())
        self._switch_told_ns = -SWITCH_INTERVAL_NS

    def _find_lines(self) -> Iterable[Line]:
        for slot in self._slots:
            yield from slot.all_lines if isinstance(slot, VideoSlot) else (slot,)

    def current(self, now_ns: int) -> SenderReports:
        """Give the reports of all lines that carry something."""
        wall_ns = self._clock.wall_ns_at(now_ns)
        reports = ((line, line.sender_report(wall_ns)) for line in self._find_lines())
        return SenderReports({line: one for line, one in reports if one is not None})

    def tick(self, viewers: Iterable[Viewer], now_ns: int) -> None:
        """Report to those whose second is over; note what publishers left missing.

        Viewers come at different moments, so their reports are spread by themselves.
        """
        if now_ns - self._looked_ns >= LOOK_NS:
            self._look(now_ns)
        elif not self._is_quiet:
            return
        interval_ns = QUIET_INTERVAL_NS if self._is_quiet else REPORT_INTERVAL_NS
        before_ns = now_ns - interval_ns
        if self._is_due_to_all(now_ns):
            before_ns = now_ns
        reports: SenderReports | None = None
        for viewer in viewers:
            if viewer.reported_ns <= before_ns:
                if reports is None:
                    reports = self.current(now_ns)
                viewer.report(reports, now_ns)

    def _look(self, now_ns: int) -> None:
        self._looked_ns = now_ns
        self._lines = tuple(self._find_lines())
        for line in self._lines:
            line.measure_gaps(now_ns)
        sounds = sum(
            one.packets_out for one in self._slots if isinstance(one, AudioSlot)
        )
        if sounds != self._sounds:
            self._sounds, self._heard_ns = sounds, now_ns
        self._is_quiet = now_ns - self._heard_ns >= QUIET_INTERVAL_NS

    def _is_due_to_all(self, now_ns: int) -> bool:
        if now_ns - self._switch_told_ns < SWITCH_INTERVAL_NS:
            return False
        if not any([line.is_report_due for line in self._lines]):
            return False
        self._switch_told_ns = now_ns
        for line in self._lines:
            line.is_report_due = False
        return True
