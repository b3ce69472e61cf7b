"""How many peers came to a worker too lately for its load report to show them."""

from __future__ import annotations

from collections import deque

YOUNG_S = 2.0
"""A report tells of the second before it, and comes each second."""
HANDSHAKE_S = 1.0


class JoinMeter:
    """Counts joins of one worker; times are monotonic seconds of the caller."""

    def __init__(self) -> None:
        self.answering = 0
        """Offers on their way to the worker and back."""
        self._joined_s: deque[float] = deque()

    def begin(self) -> None:
        self.answering += 1

    def end(self, now_s: float, *, is_joined: bool) -> None:
        self.answering -= 1
        if is_joined:
            self._joined_s.append(now_s)

    def young(self, now_s: float) -> int:
        """Give the peers of the last two seconds, with those being answered."""
        while self._joined_s and now_s - self._joined_s[0] >= YOUNG_S:
            self._joined_s.popleft()
        return self.answering + len(self._joined_s)

    def joining(self, now_s: float) -> int:
        """Give those whose handshake goes on now."""
        recent = sum(now_s - one < HANDSHAKE_S for one in reversed(self._joined_s))
        return self.answering + recent
