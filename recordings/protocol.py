"""Everything that crosses the control socket of the recorder (frames: `media.channel`).

One recorder process serves a node; it runs one child per recorded session, so that a
crash in FFmpeg ends one take and not the others. Files are announced only after they
are written and never change afterwards.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from media.protocol import SinkStream

PROTOCOL_VERSION = 1

Health = Literal["recording", "waiting", "disk_low", "disk_full", "failed"]


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shared settings of every wire struct."""


class RecorderDump(_Struct, frozen=True, tag="recorder.dump"):
    """Ask which sessions are being recorded; answered by `Dump`."""


class RecordingPrepare(_Struct, frozen=True, tag="recording.prepare"):
    """Bind a datagram socket for a new take of a session; answered by `Prepared`.

    Taken again for a session that has a take, it ends that take and begins the next
    epoch: after a killed media worker the stream continues with a discontinuity.
    """

    session_id: str
    started_at_ms: int
    """Wall clock of session time 0 (the moment the session went live), Unix ms."""


class RecordingStart(_Struct, frozen=True, tag="recording.start"):
    """Name the streams of the sink; writing begins with the first packet."""

    session_id: str
    streams: tuple[SinkStream, ...]


class RecordingStop(_Struct, frozen=True, tag="recording.stop"):
    """End the take and close the archive; `archive.ready` follows."""

    session_id: str
    ended_at_ms: int


Command = RecorderDump | RecordingPrepare | RecordingStart | RecordingStop


class Done(_Struct, frozen=True, tag="done"):
    """The request was carried out and has nothing to tell."""


class Prepared(_Struct, frozen=True, tag="prepared"):
    path: str
    """Unix datagram socket for `sink.open`."""
    epoch: int


class SessionInfo(_Struct, frozen=True):
    session_id: str
    epoch: int
    health: Health
    path: str


class Dump(_Struct, frozen=True, tag="dump"):
    sessions: tuple[SessionInfo, ...]


Result = Done | Prepared | Dump


class Failure(_Struct, frozen=True, tag="failure"):
    code: Literal["bad_request", "not_found", "disk_full", "internal"]
    message: str


class Hello(_Struct, frozen=True, tag="hello"):
    pid: int
    protocol_version: int = PROTOCOL_VERSION


class HlsEdge(_Struct, frozen=True, tag="hls.edge"):
    """A rendition has a new newest part; its file is complete on disk."""

    session_id: str
    rendition: str
    """`programme`, `screen` or `audio`."""
    msn: int
    part: int


class RecordingHealth(_Struct, frozen=True, tag="recording.health"):
    """On change, and every 5 s while writing."""

    session_id: str
    health: Health
    duration_ms: int
    gaps: int
    free_bytes: int


class ArchiveReady(_Struct, frozen=True, tag="archive.ready"):
    """The manifest is closed and the replay is playable."""

    session_id: str
    duration_ms: int


class RecordingFailed(_Struct, frozen=True, tag="recording.failed"):
    """The child of one session died; the web process may prepare the next epoch."""

    session_id: str
    message: str


Event = Hello | HlsEdge | RecordingHealth | ArchiveReady | RecordingFailed


class Request(_Struct, frozen=True, tag="request"):
    id: int
    command: Command


class Reply(_Struct, frozen=True, tag="reply"):
    id: int
    result: Result | Failure


class Notice(_Struct, frozen=True, tag="notice"):
    event: Event


ToRecorder = Request
FromRecorder = Reply | Notice
