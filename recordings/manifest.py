"""The manifest of a recording: `manifest.jsonl`, one hash-chained line per fact.

Each line carries the SHA-256 of the line before it, and parts, segments and
initialisation segments carry that of their file, so that any changed, removed or
reordered line or byte is found (`recordings.verify`). Lines are only ever appended.
Media times are session time in us (0 = the session went live); wall time is
`started_at_ms` of the epoch plus session time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from recordings.errors import ManifestError

MANIFEST_NAME = "manifest.jsonl"
FORMAT_VERSION = 1
GENESIS = hashlib.sha256(b"hallcast recording 1").hexdigest()
"""What the first line names as the line before it."""

RenditionName = Literal["programme", "screen", "audio"]
RENDITIONS: tuple[RenditionName, ...] = ("programme", "screen", "audio")


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    prev: str = ""
    """SHA-256 of the line before, without its newline."""


class EpochLine(_Line, frozen=True, tag="epoch"):
    """A take begins: one uninterrupted attempt of the recorder."""

    session_id: str
    epoch: int
    started_at_ms: int
    """Wall clock of session time 0, Unix ms."""
    at_ms: int
    """Wall clock of this line, Unix ms."""
    version: int = FORMAT_VERSION


class InitLine(_Line, frozen=True, tag="init"):
    """An initialisation segment; it holds for the parts that follow it."""

    rendition: RenditionName
    epoch: int
    file: str
    sha256: str
    size_bytes: int
    codecs: tuple[str, ...]
    """RFC 6381 names, video first."""
    width: int = 0
    height: int = 0


class DiscontinuityLine(_Line, frozen=True, tag="discontinuity"):
    """The next segment does not continue the one before (EXT-X-DISCONTINUITY)."""

    rendition: RenditionName
    reason: Literal["epoch", "parameters", "overload"]


class PartLine(_Line, frozen=True, tag="part"):
    """A part is whole on disk."""

    rendition: RenditionName
    msn: int
    part: int
    file: str
    sha256: str
    size_bytes: int
    start_us: int
    duration_us: int
    independent: bool


class SegmentLine(_Line, frozen=True, tag="segment"):
    """A segment is closed; its file is its parts one after another."""

    rendition: RenditionName
    msn: int
    file: str
    sha256: str
    size_bytes: int
    parts: int
    start_us: int
    duration_us: int


class LostLine(_Line, frozen=True, tag="lost"):
    """Parts from `part` on of an unclosed segment did not survive a power cut."""

    rendition: RenditionName
    msn: int
    part: int


class EndLine(_Line, frozen=True, tag="end"):
    """The session is over: nothing follows."""

    ended_at_ms: int
    duration_us: int
    """From the first to the last recorded moment, gaps included."""


Line = (
    EpochLine
    | InitLine
    | DiscontinuityLine
    | PartLine
    | SegmentLine
    | LostLine
    | EndLine
)

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def chain_hash(body: bytes) -> str:
    """Give the SHA-256 by which the next line names this one (without its newline)."""
    return hashlib.sha256(body).hexdigest()


class Chain:
    """Puts lines into the chain, for the writer."""

    def __init__(self, head: str = GENESIS) -> None:
        self.head = head

    def seal(self, line: Line) -> bytes:
        """Give the bytes to append, newline included."""
        body = msgspec.json.encode(msgspec.structs.replace(line, prev=self.head))
        self.head = chain_hash(body)
        return body + b"\n"


def decode_line(body: bytes) -> Line:
    """Read one line without its newline; raises ManifestError."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"line not understood: {error}") from error


def whole_lines(data: bytes) -> tuple[list[bytes], int]:
    """Give the lines that end in a newline, and how many bytes they are.

    What follows the last newline is a line that was being written: not yet a fact.
    """
    end = data.rfind(b"\n") + 1
    return data[:end].split(b"\n")[:-1], end


def read_chain(data: bytes) -> Iterator[tuple[Line, str]]:
    """Give each line with the chain's head after it; raises ManifestError."""
    head = GENESIS
    bodies, _ = whole_lines(data)
    for number, body in enumerate(bodies, 1):
        line = decode_line(body)
        if line.prev != head:
            raise ManifestError(f"line {number}: the chain is broken before it")
        head = chain_hash(body)
        yield line, head
