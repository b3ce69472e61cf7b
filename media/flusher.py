"""`Flusher`: sends, at the end of each turn of the loop, what routers have made in it.

A router may keep the beginning of a picture for a moment (`PictureLine.flush`); then it
is flushed again, with the next packets or when the moment is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from media.sfu.picture_line import HOLD_NS
from media.sfu.router import Router


class Flusher:
    """The routers that have something to send."""

    __slots__ = ("_guard", "_hold", "_loop", "_touched")

    def __init__(self, guard: Callable[[Callable[[], None]], None]) -> None:
        self._guard = guard
        """Calls, and keeps what one router raises from the others."""
        self._touched: set[Router] = set()
        self._hold: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def touch(self, router: Router) -> None:
        """Note that this router may have something to send."""
        self._touched.add(router)

    def forget(self, router: Router) -> None:
        self._touched.discard(router)

    def flush(self) -> None:
        """Send what routers have made; must follow everything that makes them send."""
        for router in tuple(self._touched):
            self._guard(router.flush)
            if not router.is_holding:
                self._touched.discard(router)
        if self._touched and self._hold is None:
            self._hold = self._loop.call_later(HOLD_NS / 1e9, self._end_hold)

    def _end_hold(self) -> None:
        self._hold = None
        self.flush()

    def close(self) -> None:
        if self._hold is not None:
            self._hold.cancel()
