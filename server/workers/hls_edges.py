"""News of recordings being written, and who waits for it (blocking reload)."""

from __future__ import annotations

import asyncio
import contextlib


class HlsEdges:
    """Counts the recorder's messages by session; the files say what they were."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._news: dict[str, asyncio.Event] = {}

    def advance(self, session_id: str) -> None:
        """Note that something new is complete on disk; wakes the waiting."""
        self._versions[session_id] = self.version(session_id) + 1
        news = self._news.pop(session_id, None)
        if news is not None:
            news.set()

    def wake_all(self) -> None:
        """Let everybody who waits look again."""
        for news in self._news.values():
            news.set()
        self._news.clear()

    def version(self, session_id: str) -> int:
        """Return a number that changes with every news of a session."""
        return self._versions.get(session_id, 0)

    async def wait(self, session_id: str, limit_s: float) -> None:
        """Return at the session's next news, or after `limit_s` without any."""
        news = self._news.setdefault(session_id, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await news.wait()
