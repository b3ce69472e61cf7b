"""`Router`: the forwarding table of one live session.

Publications go into slots, slots go to viewers. Everything here is a plain call on
the worker's one thread; nothing waits, nothing logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from media.clock import Clock
from media.protocol import (
    AUDIO_SLOTS,
    DropReason,
    Event,
    PublicationClosed,
    PublicationInfo,
    PublicationOpened,
    RouterStats,
    SinkStream,
    SlotInfo,
    SlotSwitched,
    SpeakersChanged,
    VideoSlot,
)
from media.rtp.rtcp_codec import parse_rtcp
from media.sfu.audio_slots import AudioSlots
from media.sfu.errors import UnknownPublicationError
from media.sfu.offers import OfferBoard
from media.sfu.ports import (
    DeclaredTrack,
    LearntSsrc,
    MediaIn,
    MediaOut,
    ViewerStream,
)
from media.sfu.publication import Publication
from media.sfu.publisher import Publisher
from media.sfu.relay_source import RelaySource
from media.sfu.reports import LineReports
from media.sfu.shedding import Shed
from media.sfu.slot_table import (
    SlotTable,
    announce_sink_stream,
    build_sink_stream,
)
from media.sfu.steering_round import SteeringRound
from media.sfu.traffic import RateMeter
from media.sfu.viewer import Entry, Viewer
from media.sfu.wishes import NO_WISHES


class Router:
    """One session: publications in, slots out."""

    __slots__ = (
        "_audio",
        "_bytes_in",
        "_clock",
        "_gone_errors",
        "_gone_keyframe_requests",
        "_gone_repeats",
        "_in_rate",
        "_on_event",
        "_out_rate",
        "_publications",
        "_publishers",
        "_reports",
        "_sinks",
        "_steering",
        "_table",
        "_viewers",
        "is_holding",
        "packets_in",
        "packets_malformed",
        "packets_refused",
        "relay",
        "router_id",
    )

    def __init__(
        self, router_id: str, clock: Clock, on_event: Callable[[Event], None]
    ) -> None:
        self.router_id = router_id
        self._clock = clock
        self._on_event = on_event
        self._table = SlotTable(self._on_switched)
        self._audio = AudioSlots(
            self._table.audio, self._table.loudest, self._on_speakers
        )
        self._publishers: dict[str, Publisher] = {}
        self._publications: dict[str, Publication] = {}
        self._viewers: dict[str, Viewer] = {}
        self._sinks: dict[str, Viewer] = {}
        self.relay = RelaySource(self._publishers, clock)
        self._reports = LineReports(clock, self._table.all)
        now_ns = clock.monotonic_ns()
        board = OfferBoard(self._table.audio, self._table.video.values(), now_ns)
        self._steering = SteeringRound(board, now_ns)
        self._in_rate = RateMeter(now_ns)
        self._out_rate = RateMeter(now_ns)
        self.is_holding = False
        """A picture's rest is awaited: `flush` is due again after HOLD_NS."""
        self.packets_in = 0
        self.packets_malformed = 0
        self.packets_refused = 0
        self._bytes_in = 0
        self._gone_errors = 0
        self._gone_keyframe_requests = 0
        self._gone_repeats = 0

    def _on_switched(self, slot: VideoSlot, publication_id: str | None) -> None:
        self._on_event(
            SlotSwitched(
                router_id=self.router_id, slot=slot, publication_id=publication_id
            )
        )

    def _on_speakers(self, publication_ids: tuple[str, ...]) -> None:
        self._on_event(
            SpeakersChanged(router_id=self.router_id, publication_ids=publication_ids)
        )

    def slot_ssrc(self, slot: str) -> int:
        """Give the SSRC every viewer of this slot sees. Raises UnknownSlotError."""
        return self._table.get(slot).ssrc

    def slot_rtx_ssrc(self, slot: str) -> int:
        """Give the RTX SSRC of this slot. Raises UnknownSlotError."""
        return self._table.get(slot).rtx_ssrc

    def open_publisher(
        self,
        peer_id: str,
        tracks: Sequence[DeclaredTrack],
        out: MediaIn,
        max_bps: int | None = None,
        group: str = "",
        learnt: Sequence[LearntSsrc] = (),
    ) -> None:
        """Accept the tracks a publisher declared; a repeated id replaces the older.

        Viewers of the same group (the same person) do not hear its voice.
        """
        self.close_peer(peer_id)
        publisher = Publisher(
            self.router_id,
            peer_id,
            tracks,
            out,
            self._clock,
            self._table.report_ssrc,
            self._on_opened,
            self._on_closed,
            max_bps,
            group,
        )
        publisher.learn(learnt)
        self._publishers[peer_id] = publisher
        self.relay.open_publisher(peer_id, tracks, group)
        for publication in publisher.publications:
            self._publications[publication.publication_id] = publication

    def _on_opened(self, publication: Publication) -> None:
        self._on_event(PublicationOpened(publication=publication.info()))

    def _on_closed(self, publication: Publication) -> None:
        self._on_event(
            PublicationClosed(
                publication_id=publication.publication_id, router_id=self.router_id
            )
        )

    def open_viewer(
        self,
        peer_id: str,
        streams: Sequence[ViewerStream],
        out: MediaOut,
        group: str = "",
        wishes: Mapping[VideoSlot, int] = NO_WISHES,
    ) -> None:
        """Start sending slots, each as soon as a keyframe allows.

        A repeated id replaces the older viewer. Raises UnknownSlotError.
        """
        entries = self._table.subscribe(streams, out, group, wishes)
        self.close_peer(peer_id)
        viewer = self._open(peer_id, entries, out, group)
        self._viewers[peer_id] = viewer
        self._steering.add(viewer, wishes, self._clock.monotonic_ns())

    def open_sink(
        self, sink_id: str, slots: Sequence[str], out: MediaOut
    ) -> tuple[SinkStream, ...]:
        """Send these slots and all audio slots; streams are numbered as returned.

        A repeated id replaces the older sink. Raises UnknownSlotError.
        """
        chosen = [self._table.get(name) for name in (*AUDIO_SLOTS, *slots)]
        self.close_sink(sink_id)
        streams = [build_sink_stream(slot) for slot in chosen]
        entries = self._table.subscribe(streams, out, is_sink=True)
        self._sinks[sink_id] = self._open(sink_id, entries, out)
        return tuple(announce_sink_stream(stream) for stream in streams)

    def _open(
        self,
        viewer_id: str,
        entries: list[Entry],
        out: MediaOut,
        group: str = "",
    ) -> Viewer:
        def is_speaking() -> bool:
            return group != "" and any(
                one.group == group for one in self._publications.values()
            )

        now_ns = self._clock.monotonic_ns()
        viewer = Viewer(viewer_id, out, entries, self._clock, is_speaking)
        viewer.join(now_ns)
        viewer.report(self._reports.current(now_ns), now_ns)
        return viewer

    def close_peer(self, peer_id: str) -> None:
        """Close a publisher with its publications, or a viewer; unknown ids pass."""
        publisher = self._publishers.pop(peer_id, None)
        if publisher is not None:
            self.relay.close_publisher(peer_id)
            publisher.close()
            self.packets_refused += publisher.packets_refused
            for publication in publisher.publications:
                self._publications.pop(publication.publication_id, None)
                self._gone_keyframe_requests += publication.keyframe_requests
        viewer = self._viewers.pop(peer_id, None)
        if viewer is not None:
            self._steering.remove(viewer)
        self._leave(viewer)

    def close_sink(self, sink_id: str) -> None:
        """Close a sink; unknown ids pass."""
        self._leave(self._sinks.pop(sink_id, None))

    def _leave(self, viewer: Viewer | None) -> None:
        if viewer is not None:
            viewer.leave()
            self._gone_errors += viewer.count_errors()
            self._gone_repeats += viewer.count_repeats()

    def assign(self, slot: str, publication_id: str | None) -> None:
        """Put a publication into a video slot, or empty it.

        Raises UnknownSlotError or UnknownPublicationError.
        """
        video_slot = self._table.get_video(slot)
        publication = None
        if publication_id is not None:
            publication = self._publication(publication_id)
            if publication.track.kind != "video":
                raise UnknownPublicationError("A video slot takes only pictures.")
        video_slot.assign(publication, self._clock.monotonic_ns())

    def pause(self, publication_id: str, paused: bool) -> None:
        """Stop or resume forwarding. Raises UnknownPublicationError."""
        publication = self._publication(publication_id)
        publication.pause(paused, self._clock.monotonic_ns())

    def prefer(self, peer_id: str, max_heights: dict[VideoSlot, int]) -> None:
        """Note what a viewer can use; one that is gone has no wishes."""
        viewer = self._viewers.get(peer_id)
        if viewer is not None and viewer.steering is not None:
            viewer.steering.wish(max_heights)

    def on_peer_moved(self, peer_id: str) -> None:
        """Note that a peer is sent to by another path."""
        viewer = self._viewers.get(peer_id)
        if viewer is not None:
            viewer.on_moved()

    def shed(self, step: Shed) -> None:
        """Send no more than the worker has room for."""
        self._steering.shed = step

    def _publication(self, publication_id: str) -> Publication:
        try:
            return self._publications[publication_id]
        except KeyError:
            raise UnknownPublicationError(
                f"There is no publication {publication_id!r}."
            ) from None

    def close(self) -> None:
        """Close everything: publishers first, so that slots empty while told."""
        for peer_id in (*self._publishers, *self._viewers):
            self.close_peer(peer_id)
        for sink_id in tuple(self._sinks):
            self.close_sink(sink_id)

    def on_rtp(self, peer_id: str, packet: bytes, arrival_ns: int) -> None:
        """Take a decrypted packet of a publisher; it goes out at the next flush."""
        self.packets_in += 1
        self._bytes_in += len(packet)
        publisher = self._publishers.get(peer_id)
        if publisher is None:
            self.packets_refused += 1
            return
        if self.relay.outs:
            self.relay.on_rtp(peer_id, packet, arrival_ns)
        try:
            publisher.on_rtp(packet, arrival_ns)
        except ValueError:
            self.packets_malformed += 1

    def on_rtcp(self, peer_id: str, data: bytes, arrival_ns: int) -> None:
        """Take a decrypted RTCP packet of a publisher or a viewer."""
        try:
            packets = parse_rtcp(data)
        except ValueError:
            self.packets_malformed += 1
            return
        publisher = self._publishers.get(peer_id)
        if publisher is not None:
            self.relay.on_rtcp(peer_id, data, arrival_ns)
            publisher.on_rtcp(packets, arrival_ns)
            return
        viewer = self._viewers.get(peer_id)
        if viewer is not None:
            viewer.on_rtcp(packets, arrival_ns)

    def flush(self) -> None:
        """Send what arrived since the last flush: to replicas, then sound, pictures."""
        self.is_holding = False
        self.relay.flush()
        now_ns = self._clock.monotonic_ns()
        for slot in self._table.all:
            if slot.flush(now_ns):
                self.is_holding = True

    def tick(self, now_ns: int) -> None:
        """Do what is due: repeats, keyframe requests, speakers, reports."""
        for publisher in tuple(self._publishers.values()):
            publisher.tick(now_ns)
        if self._audio.is_due(now_ns):
            self._audio.choose(self._publications.values(), now_ns)
        for slot in self._table.video.values():
            slot.tick(now_ns)
        self._steering.tick(now_ns)
        publishers = self._publishers.values()
        self._steering.tell(self.router_id, publishers, self._on_event, now_ns)
        receivers = chain(self._viewers.values(), self._sinks.values())
        self._reports.tick(receivers, now_ns)
        if self._in_rate.is_due(now_ns):
            sent_bytes = sum(slot.bytes_out for slot in self._table.all)
            self._in_rate.update(self._bytes_in, now_ns)
            self._out_rate.update(sent_bytes, now_ns)

    def stats(self) -> RouterStats:
        """Give the figures since the router opened; rates are of the last second."""
        receivers = (*self._viewers.values(), *self._sinks.values())
        refused = sum(one.packets_refused for one in self._publishers.values())
        errors = sum(one.count_errors() for one in receivers)
        repeats = sum(one.count_repeats() for one in receivers)
        asked = sum(one.keyframe_requests for one in self._publications.values())
        drops: dict[DropReason, int] = {
            "malformed": self.packets_malformed,
            "refused": self.packets_refused + refused,
            "viewer_fault": self._gone_errors + errors,
        }
        return RouterStats(
            viewers=len(self._viewers),
            publishers=len(self._publishers),
            packets_in=self.packets_in,
            packets_out=sum(slot.packets_out for slot in self._table.all),
            packets_dropped=sum(drops.values()),
            drops=drops,
            retransmissions=self._gone_repeats + repeats,
            keyframe_requests=self._gone_keyframe_requests + asked,
            in_bps=self._in_rate.bps,
            out_bps=self._out_rate.bps,
        )

    def publications(self) -> tuple[PublicationInfo, ...]:
        """Give the publications that are open now."""
        return tuple(one.info() for one in self._publications.values() if one.is_open)

    def slots(self) -> tuple[SlotInfo, ...]:
        """Give what each video slot carries now, not what it waits for."""
        return tuple(
            SlotInfo(
                router_id=self.router_id,
                slot=name,
                publication_id=(
                    None if slot.current is None else slot.current.publication_id
                ),
            )
            for name, slot in self._table.video.items()
        )

    def sinks(self) -> tuple[str, ...]:
        return tuple(self._sinks)
