"""Everything that crosses the control socket of a media worker.

Frames are a 4-byte big-endian length and one msgpack map (see `media.channel`).
The web process sends a `Request`; the worker sends back one `Reply` with the same
`id`, and any number of `Event`s. Names, roles and seminars never appear here: the
web process decides who may, the worker knows what flows.

Every request is idempotent or names a fresh id, so that repeating it after a lost
reply is safe.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from media.protocol_relay import RelayClose as RelayClose
from media.protocol_relay import RelayClosed as RelayClosed
from media.protocol_relay import RelayOpen as RelayOpen
from media.protocol_relay import WorkerDrain as WorkerDrain
from media.protocol_relay import WorkerDraining as WorkerDraining
from media.telemetry import Direction as Direction
from media.telemetry import DropReason as DropReason
from media.telemetry import Histogram as Histogram
from media.telemetry import RouterStats as RouterStats
from media.telemetry import RouterTraffic as RouterTraffic
from media.telemetry import WorkerLoad as WorkerLoad
from media.telemetry import WorkerTotals as WorkerTotals

PROTOCOL_VERSION = 1

Codec = Literal["opus", "h264", "vp8", "red"]
"""`red` is Opus with redundancy (RFC 2198), for viewers only."""
MediaKind = Literal["audio", "video"]
PeerState = Literal["new", "connecting", "connected", "closed"]
VideoSlot = Literal["presenter", "floor-1", "floor-2", "screen", "programme"]

VIDEO_SLOTS: tuple[VideoSlot, ...] = (
    "presenter",
    "floor-1",
    "floor-2",
    "screen",
    "programme",
)
AUDIO_SLOTS: tuple[str, ...] = ("audio-1", "audio-2", "audio-3")
SEMINAR_PROFILE: tuple[VideoSlot, ...] = ("presenter", "floor-1", "floor-2", "screen")
"""What a browser's video sections get, in order; a plain WHEP player gets programme."""


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shared settings of every wire struct."""


# --- requests --------------------------------------------------------------------


class WorkerDump(_Struct, frozen=True, tag="worker.dump"):
    """Ask for everything the worker holds; answered by `Dump`."""


class RouterOpen(_Struct, frozen=True, tag="router.open"):
    """Open the forwarding table of one live session. Repeating it changes nothing."""

    router_id: str
    is_replica: bool = False
    """Its publishers are on another worker, whose relay is awaited. Only kept for the
    dump, so that a restarted web process tells origin and replicas apart."""


class RouterClose(_Struct, frozen=True, tag="router.close"):
    """Close a router with all its peers, publications and sinks."""

    router_id: str


class PeerOffer(_Struct, frozen=True, tag="peer.offer"):
    """Answer a WHIP or WHEP offer; answered by `Answered`.

    The peer id is fresh: a repeated id replaces the older peer.
    """

    router_id: str
    peer_id: str
    direction: Direction
    offer_sdp: str
    profile: tuple[VideoSlot, ...] = ("programme",)
    """Receive only: the slots of the offer's video sections, in order."""
    max_bps: int = 4_000_000
    """Publish only: what the peer may send in all."""
    group: str = ""
    """Peers of one person share a group: a viewer gets silence for its own voice."""


class PeerClose(_Struct, frozen=True, tag="peer.close"):
    peer_id: str


class PeerRestart(_Struct, frozen=True, tag="peer.restart"):
    """Give a peer fresh ICE credentials; answered by `Restarted`.

    DTLS, SRTP and all streams stay; media goes on by the old path until the first
    check with the new credentials. Repeating it with the same `remote_ufrag` changes
    nothing and gets the same answer.
    """

    peer_id: str
    remote_ufrag: str
    """The peer's new one, which names this restart."""


class ViewerPrefer(_Struct, frozen=True, tag="viewer.prefer"):
    """What a viewer can use of each picture; slots that are not named stay as they are.

    A slot's value is the height in pixels it is shown at, 0 for not at all (nothing is
    sent of it then). A viewer that never said so gets the best its line carries.
    """

    peer_id: str
    max_heights: dict[VideoSlot, int]


class SlotAssign(_Struct, frozen=True, tag="slot.assign"):
    """Put a publication into a video slot (None empties it); switches on a keyframe.

    The same publication may be in several slots: a speaker is in `floor-1` and in
    `programme` at once.
    """

    router_id: str
    slot: VideoSlot
    publication_id: str | None


class PublicationPause(_Struct, frozen=True, tag="publication.pause"):
    """Stop or resume forwarding of one publication (a moderator's mute)."""

    publication_id: str
    paused: bool


class SinkOpen(_Struct, frozen=True, tag="sink.open"):
    """Send plain RTP of all slots in `slots` and the audio slots to a datagram socket.

    Answered by `SinkOpened`. Each datagram is one RTP or RTCP packet (told apart by
    its second byte, RFC 5761). Sender reports of every slot follow each second; their
    NTP time is the worker's wall clock for all slots, so streams line up.
    """

    router_id: str
    sink_id: str
    path: str
    """Unix datagram socket bound by the recorder."""
    slots: tuple[VideoSlot, ...] = ("programme", "screen")


class SinkClose(_Struct, frozen=True, tag="sink.close"):
    sink_id: str


class StatsGet(_Struct, frozen=True, tag="stats.get"):
    """Ask for the figures of one router; answered by `RouterStats`."""

    router_id: str


Command = (
    WorkerDump
    | WorkerDrain
    | RouterOpen
    | RouterClose
    | PeerOffer
    | PeerClose
    | PeerRestart
    | ViewerPrefer
    | SlotAssign
    | PublicationPause
    | SinkOpen
    | SinkClose
    | RelayOpen
    | RelayClose
    | StatsGet
)


# --- results ---------------------------------------------------------------------


class Done(_Struct, frozen=True, tag="done"):
    """The request was carried out and has nothing to tell."""


class Answered(_Struct, frozen=True, tag="answered"):
    answer_sdp: str
    """Complete answer with all candidates (ICE-lite: there is no trickle)."""
    etag: str
    """Names this ICE session, for `If-Match` of WHIP and WHEP PATCH."""


class Restarted(_Struct, frozen=True, tag="restarted"):
    fragment: str
    """SDP fragment (RFC 8840) with our new credentials and all candidates."""
    etag: str
    """Names the ICE session from now on."""


class SinkStream(_Struct, frozen=True):
    """One stream a sink carries."""

    slot: str
    kind: MediaKind
    ssrc: int
    payload_types: dict[int, Codec]
    """A slot may change codec with its source; the payload type tells which."""


class SinkOpened(_Struct, frozen=True, tag="sink.opened"):
    streams: tuple[SinkStream, ...]


class PublicationInfo(_Struct, frozen=True):
    publication_id: str
    """`<peer_id>/<mid>`."""
    peer_id: str
    router_id: str
    kind: MediaKind
    codec: Codec
    paused: bool


class PeerInfo(_Struct, frozen=True):
    peer_id: str
    router_id: str
    direction: Direction
    state: PeerState


class SlotInfo(_Struct, frozen=True):
    router_id: str
    slot: VideoSlot
    publication_id: str | None


class Dump(_Struct, frozen=True, tag="dump"):
    """What a restarted web process reconciles with."""

    routers: tuple[str, ...]
    peers: tuple[PeerInfo, ...]
    publications: tuple[PublicationInfo, ...]
    slots: tuple[SlotInfo, ...]
    sinks: tuple[str, ...]
    replicas: tuple[str, ...] = ()
    """Those of `routers` that were opened as replicas."""
    relays: tuple[RelayOpen, ...] = ()
    """What would open the relays that are open."""
    is_draining: bool = False


Result = Done | Answered | Restarted | SinkOpened | Dump | RouterStats


class Failure(_Struct, frozen=True, tag="failure"):
    """Why a request was refused: a stable code and one English sentence."""

    code: Literal[
        "bad_request", "bad_sdp", "no_common_codec", "not_found", "full", "internal"
    ]
    message: str


# --- events ----------------------------------------------------------------------


class Hello(_Struct, frozen=True, tag="hello"):
    """First message on every connection."""

    worker_id: str
    pid: int
    udp_port: int
    relay_path: str = ""
    """Where other workers of this machine bring their relays; empty: nowhere."""
    protocol_version: int = PROTOCOL_VERSION


class PeerStateChanged(_Struct, frozen=True, tag="peer.state"):
    peer_id: str
    router_id: str
    state: PeerState
    reason: str = ""


class PublicationOpened(_Struct, frozen=True, tag="publication.opened"):
    """The first packet of a declared track arrived."""

    publication: PublicationInfo


class PublicationClosed(_Struct, frozen=True, tag="publication.closed"):
    publication_id: str
    router_id: str


class SlotSwitched(_Struct, frozen=True, tag="slot.switched"):
    """A slot now carries this publication (its keyframe went out)."""

    router_id: str
    slot: VideoSlot
    publication_id: str | None


class SpeakersChanged(_Struct, frozen=True, tag="speakers.changed"):
    """Publications now in the audio slots, loudest first; at most 5 a second."""

    router_id: str
    publication_ids: tuple[str, ...]


class ViewerReport(_Struct, frozen=True):
    """How one viewer receives: from its receiver reports and what it is sent."""

    peer_id: str
    loss_percent: float
    """Of the stream that lost most since the report before."""
    rtt_ms: float | None
    jitter_ms: float
    estimate_bps: int | None
    """What the viewer's browser thinks its line carries (REMB)."""
    sent_bps: int
    layers: dict[VideoSlot, int]
    """Nominal height in pixels of what it is sent of each slot that has a picture; 0
    where nothing is sent for want of line or capacity, or because it wished so."""
    limited_by: Literal["nothing", "wish", "line", "capacity"]


class PublisherReport(_Struct, frozen=True):
    """How the worker receives one publisher: what its receiver reports say."""

    peer_id: str
    loss_percent: float
    """Before repair, of the track that lost most since the report before."""
    rtt_ms: float | None = None
    """None where nothing is sent that the publisher would report on."""


class ViewerQuality(_Struct, frozen=True, tag="viewer.quality"):
    """Every 2 s the viewers that reported since; dropped first like `WorkerLoad`."""

    router_id: str
    viewers: tuple[ViewerReport, ...]
    publishers: tuple[PublisherReport, ...] = ()
    """Those that sent media since."""


class WorkerError(_Struct, frozen=True, tag="worker.error"):
    object_id: str
    message: str


Event = (
    Hello
    | PeerStateChanged
    | PublicationOpened
    | PublicationClosed
    | SlotSwitched
    | SpeakersChanged
    | ViewerQuality
    | RelayClosed
    | WorkerDraining
    | WorkerLoad
    | WorkerTotals
    | WorkerError
)


# --- envelope --------------------------------------------------------------------


class Request(_Struct, frozen=True, tag="request"):
    id: int
    command: Command


class Reply(_Struct, frozen=True, tag="reply"):
    id: int
    result: Result | Failure


class Notice(_Struct, frozen=True, tag="notice"):
    event: Event


ToWorker = Request
FromWorker = Reply | Notice
