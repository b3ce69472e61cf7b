"""Sender reports to all viewers, spread over the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from media.clock import Clock
from media.rtp.rtcp import SenderReport
from media.sfu.audio_slot import AudioSlot
from media.sfu.video_slot import VideoSlot
from media.sfu.viewer import Viewer

REPORT_INTERVAL_NS = 1_000_000_000

SWITCH_INTERVAL_NS = 200_000_000
"""A lively debate changes audio slots many times a second; 300 reports cost 3 ms."""


class SlotReports:
    """Tells each viewer each second, and at once after a switch, what time it is."""

    __slots__ = ("_clock", "_slots", "_switch_told_ns")

    def __init__(self, clock: Clock, slots: Sequence[AudioSlot | VideoSlot]) -> None:
        self._clock = clock
        self._slots = tuple(slots)
        self._switch_told_ns = -SWITCH_INTERVAL_NS

    def current(self, now_ns: int) -> dict[int, SenderReport]:
        """Give the reports of all slots that carry something, by their SSRC."""
        wall_ns = self._clock.wall_ns_at(now_ns)
        reports = (slot.sender_report(wall_ns) for slot in self._slots)
        return {report.ssrc: report for report in reports if report is not None}

    def tick(self, viewers: Iterable[Viewer], now_ns: int) -> None:
        """Report to those whose second is over.

        Viewers come at different moments, so their reports are spread by themselves.
        """
        is_due_to_all = self._is_due_to_all(now_ns)
        reports: dict[int, SenderReport] | None = None
        for viewer in viewers:
            if is_due_to_all or now_ns - viewer.reported_ns >= REPORT_INTERVAL_NS:
                if reports is None:
                    reports = self.current(now_ns)
                viewer.report(reports, now_ns)

    def _is_due_to_all(self, now_ns: int) -> bool:
        if now_ns - self._switch_told_ns < SWITCH_INTERVAL_NS:
            return False
        if not any(slot.is_report_due for slot in self._slots):
            return False
        self._switch_told_ns = now_ns
        for slot in self._slots:
            slot.is_report_due = False
        return True
