"""The queue before a session's one writer.

What waits while a transaction commits goes into the next one together, so that the
price of a safe commit (an fsync) is shared by a burst of votes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from server.errors import RateLimitedError

log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_BATCH = 500
"""About 30 ms of deciding and hashing: bounds the wait of the first in the batch."""
MAX_WAITING = 10_000
"""Beyond it new wishes are refused; 10 s of work at 1,000 a second."""


class GroupCommit(Generic[T]):
    """Feeds `carry_out` one batch after another. `carry_out` answers every item."""

    def __init__(self, carry_out: Callable[[list[T]], Awaitable[None]]) -> None:
        self._carry_out = carry_out
        self._waiting: deque[T] = deque()
        self._wake = asyncio.Event()
        self._is_closing = False
        self._task = asyncio.create_task(self._run())

    def put(self, item: T) -> None:
        """Queue an item. Raises `rate_limited` when too many wait."""
        if self._is_closing or len(self._waiting) >= MAX_WAITING:
            raise RateLimitedError
        self._waiting.append(item)
        self._wake.set()

    async def close(self) -> None:
        """Carry out what waits, then end."""
        self._is_closing = True
        self._wake.set()
        await self._task

    async def _run(self) -> None:
        while self._waiting or not self._is_closing:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                size = min(MAX_BATCH, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                try:
                    await self._carry_out(batch)
                except Exception:
                    log.exception("a batch of %d could not be carried out", size)
