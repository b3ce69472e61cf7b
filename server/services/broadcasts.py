"""Recordings as HLS, live and later: who may play them, and playlists that wait.

Reads what the recorder has written; the newest parts are told by `HlsEdges`. Playlist
texts are kept per edge, since hundreds of players ask for the same one at once.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recordings.index import RecordingIndex
from recordings.library import Library, NoRecording, Recording
from recordings.manifest import RenditionName
from recordings.playlist import (
    Reload,
    decide_reload,
    master_playlist,
    media_playlist,
)
from server.errors import NoRecordingError
from server.workers.hls_edges import HlsEdges

TARGET_DURATION_S = 4.0
BLOCK_LIMIT_S = 3 * TARGET_DURATION_S
"""A blocked request is answered 503 after three target durations (6.2.5.2)."""
FIRST_PART_LIMIT_S = 5.0
"""A session that has just gone live has its first part within this."""
LOOK_AGAIN_S = 0.5
"""Without news from the recorder (it may be restarting) look at the manifest itself."""
MAX_OPEN = 64
MASTER: Literal["master"] = "master"


class TooFarError(Exception):
    """A playlist request for a part in the far future: 400."""


class StalledError(Exception):
    """The wanted part did not come in time: 503."""


@dataclass(frozen=True, slots=True)
class PlaylistText:
    text: str
    gzipped: bytes
    is_ended: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a playlist request asks for."""

    rendition: RenditionName | Literal["master"]
    msn: int | None = None
    part: int | None = None
    is_delta: bool = False


class _Open:
    """A recording in memory with the playlists of its newest state."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.read_at_s = time.monotonic()
        self.texts: dict[tuple[str, bool], PlaylistText] = {}
        self.version = -1

    def refresh(self, version: int) -> None:
        """Read on when there is news; `version` counts the recorder's messages."""
        now_s = time.monotonic()
        is_due = version != self.version or now_s - self.read_at_s > LOOK_AGAIN_S
        if self.recording.index.is_ended or not is_due:
            return
        self.version, self.read_at_s = version, now_s
        if self.recording.refresh():
            self.texts.clear()


class Broadcasts:
    def __init__(self, root: Path, edges: HlsEdges) -> None:
        self._library = Library(root)
        self._edges = edges
        self._opened: OrderedDict[str, _Open] = OrderedDict()
        self._is_closing = False

    def close(self) -> None:
        """Let nobody wait any longer: the process ends, and players ask the next."""
        self._is_closing = True
        self._edges.wake_all()

    def archive_ms(self, session_id: str) -> int | None:
        """Return the length of a finished recording; None while there is none."""
        try:
            index = self._library.open(session_id).index
        except NoRecording:
            return None
        return index.duration_us // 1000 if index.is_ended else None

    async def playlist(
        self, session_id: str, wanted: Wanted, *, is_live: bool
    ) -> PlaylistText:
        """Return a playlist, waiting until it has the wanted part.

        Raise NoRecordingError, TooFarError or StalledError.
        """
        deadline_s = time.monotonic() + BLOCK_LIMIT_S
        opened = await self._open(session_id, is_live)
        while True:
            opened.refresh(self._edges.version(session_id))
            if _is_there(opened.recording.index, wanted):
                return _text(opened, wanted)
            await self._wait(session_id, deadline_s)

    async def file(
        self, session_id: str, rendition: str, name: str, *, is_live: bool
    ) -> Path:
        """Return an announced file; wait for the one that was hinted.

        Raise NoRecordingError or StalledError.
        """
        deadline_s = time.monotonic() + BLOCK_LIMIT_S
        opened = await self._open(session_id, is_live)
        while True:
            try:
                return opened.recording.file(rendition, name)
            except NoRecording as error:
                opened.refresh(self._edges.version(session_id))
                if not opened.recording.is_coming(rendition, name):
                    raise NoRecordingError from error
            await self._wait(session_id, deadline_s)

    async def _wait(self, session_id: str, deadline_s: float) -> None:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0 or self._is_closing:
            raise StalledError
        await self._edges.wait(session_id, min(left_s, LOOK_AGAIN_S))

    async def _open(self, session_id: str, is_live: bool) -> _Open:
        """Open a recording; one that is just beginning is waited for."""
        opened = self._opened.get(session_id)
        if opened is not None:
            self._opened.move_to_end(session_id)
            return opened
        recording = await asyncio.to_thread(self._read, session_id)
        deadline_s = time.monotonic() + FIRST_PART_LIMIT_S
        while recording is None and is_live and time.monotonic() < deadline_s:
            await asyncio.sleep(LOOK_AGAIN_S / 2)
            recording = await asyncio.to_thread(self._read, session_id)
        if recording is None:
            raise NoRecordingError
        opened = self._opened.setdefault(session_id, _Open(recording))
        while len(self._opened) > MAX_OPEN:
            self._opened.popitem(last=False)
        return opened

    def _read(self, session_id: str) -> Recording | None:
        """Read a manifest; in a thread, for hours of parts take a good part of 1 s."""
        try:
            return self._library.open(session_id)
        except NoRecording:
            return None


def _is_there(index: RecordingIndex, wanted: Wanted) -> bool:
    """Say whether the answer can be written. Raise NoRecordingError or TooFarError."""
    if wanted.rendition == MASTER:
        return True
    rendition = index.renditions.get(wanted.rendition)
    if rendition is None:
        raise NoRecordingError
    if wanted.msn is None:
        return rendition.init is not None or index.is_ended
    decision = decide_reload(
        rendition, wanted.msn, wanted.part, is_ended=index.is_ended
    )
    if decision is Reload.REFUSE:
        raise TooFarError
    return decision is Reload.ANSWER


def _text(opened: _Open, wanted: Wanted) -> PlaylistText:
    known = opened.texts.get((wanted.rendition, wanted.is_delta))
    if known is not None:
        return known
    index = opened.recording.index
    if wanted.rendition == MASTER:
        text = master_playlist(index.renditions)
    else:
        rendition = index.renditions[wanted.rendition]
        text = media_playlist(index, rendition, wants_delta=wanted.is_delta)
    made = PlaylistText(text, gzip.compress(text.encode(), 5), index.is_ended)
    opened.texts[wanted.rendition, wanted.is_delta] = made
    return made
