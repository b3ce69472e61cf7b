"""How far each rendition is written, and who waits for more (blocking reload)."""

from __future__ import annotations

import asyncio

Edge = tuple[int, int]
"""Newest media sequence number and part."""


class HlsEdges:
    def __init__(self) -> None:
        self._edges: dict[tuple[str, str], Edge] = {}
        self._news: dict[str, asyncio.Event] = {}

    def advance(self, session_id: str, rendition: str, edge: Edge) -> None:
        """Note that the file of `edge` is complete on disk; wakes the waiting."""
        self._edges[session_id, rendition] = edge
        self.wake(session_id)

    def wake(self, session_id: str) -> None:
        """Let everybody who waits look again: something ended or began."""
        news = self._news.pop(session_id, None)
        if news is not None:
            news.set()

    def edge(self, session_id: str, rendition: str) -> Edge | None:
        return self._edges.get((session_id, rendition))

    async def wait(self, session_id: str, timeout_s: float) -> None:
        """Return at the session's next news. Raise TimeoutError."""
        news = self._news.setdefault(session_id, asyncio.Event())
        async with asyncio.timeout(timeout_s):
            await news.wait()

    def forget(self, session_id: str) -> None:
        self.wake(session_id)
        for key in [key for key in self._edges if key[0] == session_id]:
            del self._edges[key]
