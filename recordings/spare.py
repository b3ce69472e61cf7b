"""A take process started ahead: loading FFmpeg takes seconds on a busy machine."""

from __future__ import annotations

import asyncio
import logging
import sys

import msgspec

log = logging.getLogger(__name__)

REFILL_S = 3.0
"""A take has just begun; starting the next spare at once would take its CPU time."""


class TakeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """First frame on the input of a take process: what to record, and where."""

    session_id: str
    started_at_ms: int
    folder: str
    socket: str


async def start_take_process() -> asyncio.subprocess.Process:
    """Start a process that waits for its `TakeOrder`."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recordings.take_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


class Spare:
    """Keeps one take process waiting, from `fill` to `close`."""

    def __init__(self, refill_s: float = REFILL_S) -> None:
        self._refill_s = refill_s
        self._starting: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def fill(self) -> None:
        """Start the spare in the background, unless there is one."""
        if self._starting is None:
            self._starting = asyncio.create_task(start_take_process())

    async def take(self) -> asyncio.subprocess.Process:
        """Give the spare, or a process just started; the next one follows later."""
        starting, self._starting = self._starting, None
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._refill_s, self.fill)
        if starting is not None:
            process = await starting
            if process.returncode is None:
                return process
            log.warning("the spare take process ended with %d", process.returncode)
        return await start_take_process()

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        starting, self._starting = self._starting, None
        if starting is None:
            return
        process = await starting
        if process.stdin is not None:
            process.stdin.close()  # which ends it
        await process.wait()
