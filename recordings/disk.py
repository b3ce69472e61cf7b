"""How much room there is, and when to warn and to stop (pure, but for one statvfs)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

GIB = 1 << 30
LOW_MINUTES = 15
MAX_LOW_BYTES = 2 * GIB
MAX_FULL_BYTES = GIB // 4
DEFAULT_RATE_BYTES_S = 250_000
"""Programme, sound and screen of a usual seminar."""


@dataclass(frozen=True)
class DiskSpace:
    free_bytes: int
    total_bytes: int

    def level(self, rate_bytes_s: float) -> Literal["enough", "low", "full"]:
        """Judge the room for a recording that grows at this rate.

        Low: under a tenth of the disk (of a large disk: under 2 GiB), or under 15
        minutes. Full: under a fiftieth (of a large disk: under 256 MiB), so that the
        rest of the node can still store votes and attendance.
        """
        if self.free_bytes < min(self.total_bytes // 50, MAX_FULL_BYTES):
            return "full"
        tenth = min(self.total_bytes // 10, MAX_LOW_BYTES)
        minutes = round(rate_bytes_s * 60 * LOW_MINUTES)
        return "low" if self.free_bytes < max(tenth, minutes) else "enough"


def disk_space(folder: Path) -> DiskSpace:
    """Ask the file system that holds `folder`."""
    stats = os.statvfs(folder)
    return DiskSpace(stats.f_bavail * stats.f_frsize, stats.f_blocks * stats.f_frsize)
