"""`StreamReporter`: a viewer's receiver reports of one stream, counts and all."""

from __future__ import annotations

from media.rtp.rtcp import ReportBlock


class StreamReporter:
    """The counts of a viewer that is sent 100 packets between two reports."""

    PACKETS = 100

    def __init__(self, ssrc: int) -> None:
        self._ssrc = ssrc
        self._highest = self._lost = 0
        self._has_begun = False

    def report(
        self, loss: float, jitter_ticks: int = 0, last_sr: int = 0, delay: int = 0
    ) -> tuple[ReportBlock, ...]:
        """Give one block; with the first, the one that it counts from."""
        blocks = []
        for share in (loss,) if self._has_begun else (0.0, loss):
            self._highest += self.PACKETS
            self._lost += round(share * self.PACKETS)
            fraction = min(255, round(share * 256))
            counts = (fraction, self._lost, self._highest)
            blocks.append(
                ReportBlock(self._ssrc, *counts, jitter_ticks, last_sr, delay)
            )
        self._has_begun = True
        return tuple(blocks)
