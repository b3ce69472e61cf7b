"""`Replica`: feeds a router with what publishers send to another worker.

To the router these are publishers like any other, with the same ids, so that the web
process assigns and mutes the same publications everywhere. What the router tells them
goes nowhere, but for its wishes: keyframes, and repeats of what the origin itself does
not need. Packets do not get lost between workers, and reports are the origin's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from media.rtp.rtcp import Nack, PictureLossIndication
from media.rtp.rtcp_codec import parse_rtcp
from media.sfu.ports import DeclaredTrack, LearntSsrc, MediaIn
from media.sfu.relay_wire import (
    KeyframeWanted,
    MalformedRelayError,
    PublisherClosed,
    PublisherOpened,
    RepeatsWanted,
    decode_control,
    encode_control,
    is_rtcp,
    packets_of,
)

Send = Callable[[bytes], None]


class ReplicaRouter(Protocol):
    """The router that is fed."""

    def open_publisher(
        self,
        peer_id: str,
        tracks: Sequence[DeclaredTrack],
        out: MediaIn,
        max_bps: int | None = None,
        group: str = "",
        learnt: Sequence[LearntSsrc] = (),
    ) -> None: ...

    def close_peer(self, peer_id: str) -> None: ...

    def on_rtp(self, peer_id: str, packet: bytes, arrival_ns: int) -> None: ...

    def on_rtcp(self, peer_id: str, data: bytes, arrival_ns: int) -> None: ...


class Replica:
    """One incoming relay, from its first message to its end."""

    __slots__ = ("_peer_ids", "_router", "_send")

    def __init__(self, router: ReplicaRouter, send: Send) -> None:
        self._router = router
        self._send = send
        self._peer_ids: dict[int, str] = {}

    def on_message(self, message: bytes) -> None:
        """Take a message of the origin. Raises MalformedRelayError."""
        match decode_control(message):
            case None:
                self._on_batch(message)
            case PublisherOpened() as opened:
                self._peer_ids[opened.number] = opened.peer_id
                out = _Feedback(opened.peer_id, self._send)
                self._router.open_publisher(
                    opened.peer_id,
                    opened.tracks,
                    out,
                    group=opened.group,
                    learnt=opened.learnt,
                )
            case PublisherClosed(number=number):
                peer_id = self._peer_ids.pop(number, None)
                # A publisher may be opened anew before the older one is closed.
                if peer_id is not None and peer_id not in self._peer_ids.values():
                    self._router.close_peer(peer_id)
            case other:
                raise MalformedRelayError(f"{type(other).__name__} is not for replicas")

    def _on_batch(self, batch: bytes) -> None:
        router, peer_ids = self._router, self._peer_ids
        for number, arrival_ns, packet in packets_of(batch):
            peer_id = peer_ids.get(number, "")
            if is_rtcp(packet):
                router.on_rtcp(peer_id, packet, arrival_ns)
            else:
                router.on_rtp(peer_id, packet, arrival_ns)

    def close(self) -> None:
        """The origin is gone, and with it everything it published."""
        for peer_id in self._peer_ids.values():
            self._router.close_peer(peer_id)
        self._peer_ids.clear()


class _Feedback:
    """The `MediaIn` of a relayed publisher."""

    __slots__ = ("_peer_id", "_send")

    def __init__(self, peer_id: str, send: Send) -> None:
        self._peer_id = peer_id
        self._send = send

    def send_rtcp(self, data: bytes) -> None:
        for packet in parse_rtcp(data):
            match packet:
                case PictureLossIndication(media_ssrc=ssrc):
                    self._send(encode_control(KeyframeWanted(self._peer_id, ssrc)))
                case Nack(media_ssrc=ssrc, seqnos=seqnos):
                    wish = RepeatsWanted(self._peer_id, ssrc, seqnos)
                    self._send(encode_control(wish))
                case _:
                    pass
