"""Limits by key (an account, an address): so many tries a minute, so many at once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from server.clock import Clock
from server.errors import TooManyTriesError

WINDOW_MS = 60_000
CROWD_WAIT_S = 5
"""When to come again: whoever stands there has gone in or been sent off by then."""
MAX_KEYS = 20_000
"""More keys than this and those without a recent try are forgotten."""


class TryLimit:
    """At most `limit` tries a minute for each key."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._tries: dict[str, deque[int]] = {}

    def take(self, key: str) -> None:
        """Count a try. Raise TooManyTriesError over the limit."""
        now_ms = self._clock.now_ms()
        tries = self._tries.setdefault(key, deque())
        while tries and tries[0] <= now_ms - WINDOW_MS:
            tries.popleft()
        if len(tries) >= self._limit:
            wait_ms = tries[0] + WINDOW_MS - now_ms
            raise TooManyTriesError(wait_s=max(1, -(-wait_ms // 1000)))
        tries.append(now_ms)
        if len(self._tries) > MAX_KEYS:
            self._forget_old(now_ms)

    def _forget_old(self, now_ms: int) -> None:
        self._tries = {
            key: tries
            for key, tries in self._tries.items()
            if tries and tries[-1] > now_ms - WINDOW_MS
        }


class Crowd:
    """At most `limit` at once for each key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside: Counter[str] = Counter()

    def enter(self, key: str) -> None:
        """Count one more until `leave`. Raise TooManyTriesError over the limit."""
        if self._inside[key] >= self._limit:
            raise TooManyTriesError(wait_s=CROWD_WAIT_S)
        self._inside[key] += 1

    def leave(self, key: str) -> None:
        self._inside[key] -= 1
        if self._inside[key] <= 0:
            del self._inside[key]

    @contextmanager
    def inside(self, key: str) -> Iterator[None]:
        """Count one for as long as the block runs. Raise as `enter` does."""
        self.enter(key)
        try:
            yield
        finally:
            self.leave(key)
