"""Routers are flushed in turn, and again while they keep something."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from media.clock import SystemClock
from media.flusher import Flusher
from media.sfu.picture_line import HOLD_NS
from media.sfu.router import Router


class Keeping(Router):
    """Keeps something at the first flushes, or fails."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        super().__init__("r", SystemClock(), lambda _: None)
        self.times = times
        self.error = error
        self.flushed = 0

    def flush(self) -> None:
        self.is_holding = False
        self.flushed += 1
        if self.error is not None:
            raise self.error
        self.is_holding = self.flushed <= self.times


def guarded(call: Callable[[], None]) -> None:
    with contextlib.suppress(ValueError):
        call()


async def test_a_router_that_keeps_something_is_flushed_again_by_itself() -> None:
    flusher = Flusher(guarded)
    keeping, done = Keeping(2), Keeping(0)
    flusher.touch(keeping)
    flusher.touch(done)
    flusher.flush()
    assert (keeping.flushed, done.flushed) == (1, 1)
    await asyncio.sleep(20 * HOLD_NS / 1e9)
    assert (keeping.flushed, done.flushed) == (3, 1)


async def test_a_router_that_fails_does_not_stop_the_others_and_is_let_go() -> None:
    flusher = Flusher(guarded)
    failing, done = Keeping(0, ValueError()), Keeping(0)
    flusher.touch(failing)
    flusher.touch(done)
    flusher.flush()
    flusher.flush()
    assert (failing.flushed, done.flushed) == (1, 1)


async def test_nothing_is_flushed_after_the_end() -> None:
    flusher = Flusher(guarded)
    keeping = Keeping(9)
    flusher.touch(keeping)
    flusher.flush()
    flusher.close()
    await asyncio.sleep(5 * HOLD_NS / 1e9)
    assert keeping.flushed == 1
