"""Keeps a process on one core, and within a share of it.

The share is a control group of this run's own (cgroups(7), version 1 or 2), for which
one must be root. A busy or small machine can so be overloaded without being filled.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PERIOD_US = 10_000
"""Usual are 100 ms, but a held process stands still for part of it."""
_EMPTY_S = 2.0


class Held:
    """A context: `share` of `core` for `pid`; a share of 1 needs no group."""

    def __init__(self, pid: int, core: int | None, share: float) -> None:
        if not 0 < share <= 1:
            raise ValueError("A share is more than 0 and at most 1.")
        self._pid = pid
        self._core = core
        self._share = share
        self._group: Path | None = None

    def __enter__(self) -> None:
        if self._core is not None:
            os.sched_setaffinity(self._pid, {self._core})
        if self._share < 1:
            self._group = _make_group(f"hallcast-overload-{self._pid}", self._share)
            (self._group / "cgroup.procs").write_text(str(self._pid))

    def __exit__(self, *_: object) -> None:
        """Remove the group; its process has ended or is about to."""
        if self._group is None:
            return
        until_s = time.monotonic() + _EMPTY_S
        while (self._group / "cgroup.procs").read_text():
            if time.monotonic() > until_s:
                raise OSError(f"{self._group} is not empty")
            time.sleep(0.01)
        self._group.rmdir()


def _make_group(name: str, share: float) -> Path:
    quota_us = round(_PERIOD_US * share)
    old = _ROOT / "cpu"
    group = (old if old.is_dir() else _ROOT) / name
    group.mkdir()
    try:
        if old.is_dir():
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
    except OSError:
        group.rmdir()
        raise
    return group
