"""The seam between a live session and those who watch it (`server.realtime`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from server.domain.events import Logged
from server.domain.lines import Shed
from server.http.wire import Lines


class Audience(Protocol):
    """Calls neither wait nor fail: a slow receiver is the audience's own business."""

    def publish(self, logged: Sequence[Logged]) -> None:
        """Take committed events, in order; the session's state has them already."""
        ...

    def show_speakers(self, participant_ids: Sequence[str]) -> None: ...

    def show_lines(self, lines: Lines) -> None:
        """Take who follows badly; for the eyes of the staff."""
        ...

    def tell_shed(self, shed: Mapping[str, Shed]) -> None:
        """Take from whom a full server keeps something back; each hears of themself."""
        ...

    def move_viewers(self, participant_ids: Sequence[str]) -> None:
        """Ask these people's browsers to receive anew."""
        ...

    async def close(self) -> None: ...


class NoAudience:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.published: list[Logged] = []
        self.speaking: list[str] = []
        self.lines: Lines | None = None
        self.shed: Mapping[str, Shed] = {}
        self.moved: list[str] = []

    def publish(self, logged: Sequence[Logged]) -> None:
        self.published.extend(logged)

    def show_speakers(self, participant_ids: Sequence[str]) -> None:
        self.speaking = list(participant_ids)

    def show_lines(self, lines: Lines) -> None:
        self.lines = lines

    def tell_shed(self, shed: Mapping[str, Shed]) -> None:
        self.shed = shed

    def move_viewers(self, participant_ids: Sequence[str]) -> None:
        self.moved.extend(participant_ids)

    async def close(self) -> None:
        return
