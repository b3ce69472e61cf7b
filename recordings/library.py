"""Where recordings live: list, open, follow, verify and delete them.

Layout: `<root>/<session_id>/manifest.jsonl` and one folder per rendition. The server
opens a `Recording` and calls `refresh` on each `hls.edge`; it may be restarted at any
time, the manifest is the truth.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from recordings.errors import ManifestError
from recordings.index import RecordingIndex
from recordings.manifest import (
    GENESIS,
    MANIFEST_NAME,
    RENDITIONS,
    chain_hash,
    decode_line,
    whole_lines,
)
from recordings.verify import Finding, verify_recording

_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE_NAME = re.compile(r"e\d{1,6}-[ips]\d{1,9}\.(?:mp4|m4s)")


class NoRecording(LookupError):
    """There is no recording of this session, or not this file of it."""


def is_session_id(text: str) -> bool:
    """Say whether `text` may name a recording (and so a folder)."""
    return _SESSION_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class RecordingSummary:
    """A line of the list of recordings."""

    session_id: str
    started_at_ms: int
    duration_ms: int
    is_ended: bool
    size_bytes: int


class Recording:
    """One recording, read as far as its manifest is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = RecordingIndex()
        self._read_bytes = 0
        self._head = GENESIS

    def refresh(self) -> bool:
        """Read what was appended since; say whether there was anything.

        Raises ManifestError when the chain is broken.
        """
        with (self.folder / MANIFEST_NAME).open("rb") as file:
            file.seek(self._read_bytes)
            bodies, size = whole_lines(file.read())
        for body in bodies:
            line = decode_line(body)
            if line.prev != self._head:
                raise ManifestError("the chain is broken")
            self.index.apply(line)
            self._head = chain_hash(body)
        self._read_bytes += size
        return bool(bodies)

    @property
    def head(self) -> str:
        """SHA-256 of the newest line: what a signature should cover."""
        return self._head

    def file(self, rendition: str, name: str) -> Path:
        """Give the path of an announced file; raises NoRecording.

        Names are matched against the only forms that exist, so nothing outside the
        recording can be reached.
        """
        if rendition not in RENDITIONS or not _FILE_NAME.fullmatch(name):
            raise NoRecording(name)
        path = self.folder / rendition / name
        if not path.is_file():
            raise NoRecording(name)
        return path

    def is_coming(self, rendition: str, name: str) -> bool:
        """Say whether `name` is the hinted part: worth waiting for."""
        if self.index.is_ended or rendition not in RENDITIONS:
            return False
        return any(
            one.name == rendition and one.hint == name
            for one in self.index.renditions.values()
        )


class Library:
    """All recordings under one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, session_id: str) -> Path:
        """Give the folder a session's recording has or would have."""
        if not is_session_id(session_id):
            raise NoRecording(session_id)
        return self.root / session_id

    def open(self, session_id: str) -> Recording:
        """Open a recording and read its manifest; raises NoRecording, ManifestError."""
        recording = Recording(self.folder(session_id))
        try:
            recording.refresh()
        except FileNotFoundError as error:
            raise NoRecording(session_id) from error
        if not recording.index.session_id:
            raise NoRecording(session_id)
        return recording

    def summaries(self) -> list[RecordingSummary]:
        """Summarise every readable recording, newest first."""
        found = []
        for folder in sorted(self.root.glob(f"*/{MANIFEST_NAME}")):
            try:
                index = self.open(folder.parent.name).index
            except (NoRecording, ManifestError):
                continue
            found.append(
                RecordingSummary(
                    session_id=index.session_id,
                    started_at_ms=index.started_at_ms,
                    duration_ms=index.duration_us // 1000,
                    is_ended=index.is_ended,
                    size_bytes=sum(
                        segment.size_bytes
                        for rendition in index.renditions.values()
                        for segment in rendition.segments
                    ),
                )
            )
        return sorted(found, key=lambda one: -one.started_at_ms)

    def verify(self, session_id: str) -> list[Finding]:
        """Check every line and byte; an empty list means the recording is whole."""
        return verify_recording(self.folder(session_id))

    def delete(self, session_id: str) -> bool:
        """Remove a recording with all its files; say whether there was one.

        The folder is first renamed away, so that it is gone at once for readers even
        when removing many files takes long or is interrupted.
        """
        folder = self.folder(session_id)
        grave = self.root / f".deleted-{session_id}-{os.getpid()}"
        try:
            folder.rename(grave)
        except FileNotFoundError:
            return False
        shutil.rmtree(grave, ignore_errors=True)
        return True
