"""`Publisher`: one publishing peer: its tracks, its clock, what we tell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from media.clock import Clock
from media.rtp.ntp import ClockOffset
from media.rtp.packet import RtpPacket
from media.rtp.rtcp import (
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.ports import DeclaredTrack, MediaIn
from media.sfu.publication import SILENCE_NS, Publication

REPORT_INTERVAL_NS = 1_000_000_000

CNAME = "hallcast"
"""One for everything we send: it all follows one clock (RFC 3550, 6.5.1)."""


class Publisher:
    """Demultiplexes the packets of one peer and reports to it."""

    __slots__ = (
        "_latches",
        "_max_bps",
        "_on_closed",
        "_on_opened",
        "_out",
        "_report_ssrc",
        "_reported_ns",
        "_routes",
        "packets_refused",
        "peer_id",
        "publications",
    )

    def __init__(
        self,
        router_id: str,
        peer_id: str,
        tracks: Sequence[DeclaredTrack],
        out: MediaIn,
        clock: Clock,
        report_ssrc: int,
        on_opened: Callable[[Publication], None],
        on_closed: Callable[[Publication], None],
        max_bps: int | None = None,
        group: str = "",
    ) -> None:
        self.peer_id = peer_id
        self.packets_refused = 0
        self._out = out
        self._max_bps = max_bps
        self._report_ssrc = report_ssrc
        self._reported_ns = clock.monotonic_ns()
        self._on_opened = on_opened
        self._on_closed = on_closed
        offset = ClockOffset()
        self.publications = tuple(
            Publication(router_id, peer_id, track, clock, offset, self._send_pli, group)
            for track in tracks
        )
        self._routes: dict[int, tuple[Publication, bool]] = {}
        """SSRC -> its publication, and whether it is the RTX stream."""
        for publication in self.publications:
            self._declare(publication)

    def _declare(self, publication: Publication) -> None:
        track = publication.track
        if track.ssrc is not None:
            self._routes.setdefault(track.ssrc, (publication, False))
        if track.rtx_ssrc is not None:
            self._routes.setdefault(track.rtx_ssrc, (publication, True))

    def on_rtp(self, data: bytes, arrival_ns: int) -> None:
        """Take one packet. Raises ValueError when it is malformed."""
        packet = RtpPacket(data)
        route = self._routes.get(packet.ssrc)
        if route is None:
            route = self._latch(packet)
            if route is None:
                self.packets_refused += 1
                return
        publication, is_repeat = route
        if is_repeat:
            publication.receive_repeat(packet, arrival_ns)
            return
        publication.receive(packet, arrival_ns, len(data))
        if not publication.is_open and publication.last_packet_ns == arrival_ns:
            publication.is_open = True
            self._on_opened(publication)

    def _latch(self, packet: RtpPacket) -> tuple[Publication, bool] | None:
        """Give an SSRC the SDP did not tell to the one track it can belong to.

        Once for the media and once for the RTX of each track: whatever is sent, there
        are never more than two SSRCs a track.
        """
        fitting = [
            (publication, is_repeat)
            for publication in self.publications
            for is_repeat in (False, True)
            if self._may_latch(publication, packet, is_repeat)
        ]
        if len(fitting) != 1:
            return None
        publication, is_repeat = route = fitting[0]
        self._routes[packet.ssrc] = route
        if not is_repeat:
            publication.ssrc = packet.ssrc
        return route

    def _may_latch(
        self, publication: Publication, packet: RtpPacket, is_repeat: bool
    ) -> bool:
        track = publication.track
        known = track.rtx_payload_types if is_repeat else track.payload_types
        if packet.payload_type not in known:
            return False
        if (publication, is_repeat) in self._routes.values():
            return False
        mid = packet.extension(track.mid_id) if track.mid_id is not None else None
        return mid is None or mid == track.mid.encode()

    def on_rtcp(self, packets: Sequence[RtcpPacket], arrival_ns: int) -> None:
        """Take what the publisher reports of its own streams."""
        for packet in packets:
            match packet:
                case SenderReport(ssrc=ssrc):
                    route = self._routes.get(ssrc)
                    if route is not None and not route[1]:
                        route[0].on_sender_report(packet, arrival_ns)
                case Goodbye(ssrcs):
                    for ssrc in ssrcs:
                        route = self._routes.get(ssrc)
                        if route is not None and not route[1]:
                            self._close(route[0])
                case _:
                    pass

    def tick(self, now_ns: int) -> None:
        """Ask for what is missing, report each second, close what fell silent."""
        for publication in self.publications:
            if not publication.is_open:
                continue
            if now_ns - publication.last_packet_ns > SILENCE_NS:
                self._close(publication)
                continue
            missing = publication.tick(now_ns)
            if missing and publication.ssrc is not None:
                nack = Nack(self._report_ssrc, publication.ssrc, tuple(missing))
                self._send(nack)
        if now_ns - self._reported_ns >= REPORT_INTERVAL_NS:
            self._reported_ns = now_ns
            self._report(now_ns)

    def _report(self, now_ns: int) -> None:
        blocks = tuple(
            block
            for publication in self.publications
            if (block := publication.take_report(now_ns)) is not None
        )
        packets: list[RtcpPacket] = [
            ReceiverReport(self._report_ssrc, blocks[:31]),
            SourceDescription(((self._report_ssrc, CNAME),)),
        ]
        if self._max_bps is not None:
            ssrcs = tuple(block.ssrc for block in blocks)
            packets.append(ReceiverEstimate(self._report_ssrc, self._max_bps, ssrcs))
        self._out.send_rtcp(build_rtcp(packets))

    def _send_pli(self, publication: Publication) -> None:
        if publication.ssrc is not None:
            self._send(PictureLossIndication(self._report_ssrc, publication.ssrc))

    def _send(self, packet: RtcpPacket) -> None:
        # An empty report in front: not every sender takes reduced-size RTCP.
        first = ReceiverReport(self._report_ssrc)
        self._out.send_rtcp(build_rtcp((first, packet)))

    def _close(self, publication: Publication) -> None:
        if publication.is_open:
            publication.close()
            self._on_closed(publication)

    def close(self) -> None:
        """Close every publication, also those that were only assigned so far."""
        for publication in self.publications:
            self._close(publication)
            publication.close()
        self._routes.clear()
