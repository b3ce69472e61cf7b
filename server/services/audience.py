"""The seam between a live session and those who watch it (`server.realtime`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.domain.events import Logged


class Audience(Protocol):
    """Calls neither wait nor fail: a slow receiver is the audience's own business."""

    def publish(self, logged: Sequence[Logged]) -> None:
        """Take committed events, in order; the session's state has them already."""
        ...

    def show_speakers(self, participant_ids: Sequence[str]) -> None: ...

    async def close(self) -> None: ...


class NoAudience:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.published: list[Logged] = []
        self.speaking: list[str] = []

    def publish(self, logged: Sequence[Logged]) -> None:
        self.published.extend(logged)

    def show_speakers(self, participant_ids: Sequence[str]) -> None:
        self.speaking = list(participant_ids)

    async def close(self) -> None:
        return
