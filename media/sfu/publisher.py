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
from media.sfu.encoding import Encoding
from media.sfu.ports import DeclaredTrack, LearntSsrc, MediaIn
from media.sfu.publication import SILENCE_NS, Publication
from media.sfu.uplink_feedback import UplinkFeedback

REPORT_INTERVAL_NS = 1_000_000_000

LOOK_NS = 200_000_000
"""Between looks at what is slow: silence, and rates over a second."""

CNAME = "hallcast"
"""One for everything we send: it all follows one clock (RFC 3550, 6.5.1)."""

Route = tuple[Publication, Encoding, bool]
"""What an SSRC carries: of which publication, which encoding, and whether it is the RTX
stream."""


class Publisher:
    """Demultiplexes the packets of one peer and reports to it."""

    __slots__ = (
        "_looked_ns",
        "_max_bps",
        "_on_closed",
        "_on_opened",
        "_out",
        "_report_ssrc",
        "_reported_ns",
        "_routes",
        "_uplink",
        "loss_percent",
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
        self.loss_percent = 0.0
        """Before repair, of the stream that lost most within the last second."""
        self._out = out
        self._max_bps = max_bps
        self._report_ssrc = report_ssrc
        self._reported_ns = clock.monotonic_ns()
        self._looked_ns = self._reported_ns
        self._on_opened = on_opened
        self._on_closed = on_closed
        offset = ClockOffset()
        self.publications = tuple(
            Publication(router_id, peer_id, track, clock, offset, self._send_pli, group)
            for track in tracks
        )
        # Sections of one transport give an extension one id (RFC 9143, 15.3).
        ids = (track.transport_cc_id for track in tracks)
        number = next((one for one in ids if one is not None), None)
        self._uplink = UplinkFeedback(number) if number is not None else None
        self._routes: dict[int, Route] = {}
        for publication in self.publications:
            self._declare(publication)

    def _declare(self, publication: Publication) -> None:
        track = publication.track
        if track.rids:
            return
        only = publication.encodings[0]
        if track.ssrc is not None:
            self._routes.setdefault(track.ssrc, (publication, only, False))
        if track.rtx_ssrc is not None:
            self._routes.setdefault(track.rtx_ssrc, (publication, only, True))

    def on_rtp(self, data: bytes, arrival_ns: int) -> None:
        """Take one packet. Raises ValueError when it is malformed."""
        packet = RtpPacket(data)
        if self._uplink is not None:
            self._uplink.on_packet(packet, len(data), arrival_ns)
        route = self._routes.get(packet.ssrc)
        if route is None:
            route = self._latch(packet)
            if route is None:
                self.packets_refused += 1
                return
        publication, encoding, is_repeat = route
        if is_repeat:
            encoding.receive_repeat(packet, arrival_ns)
            return
        encoding.receive(packet, arrival_ns, len(data))
        if (
            not publication.is_open
            and encoding.last_packet_ns == arrival_ns
            and publication.may_open(arrival_ns)
        ):
            publication.open(arrival_ns)
            self._on_opened(publication)

    def _latch(self, packet: RtpPacket) -> Route | None:
        """Give an SSRC the SDP did not tell to the one encoding it can belong to.

        Once for the media and once for the RTX of each encoding: whatever is sent,
        there are never more than two SSRCs an encoding.
        """
        fitting = [
            (publication, encoding, is_repeat)
            for publication in self.publications
            for encoding in publication.encodings
            for is_repeat in (False, True)
            if self._may_latch(publication, encoding, packet, is_repeat)
        ]
        if len(fitting) != 1:
            return None
        _, encoding, is_repeat = route = fitting[0]
        self._routes[packet.ssrc] = route
        if not is_repeat:
            encoding.ssrc = packet.ssrc
        return route

    def _may_latch(
        self,
        publication: Publication,
        encoding: Encoding,
        packet: RtpPacket,
        is_repeat: bool,
    ) -> bool:
        track = publication.track
        known = track.rtx_payload_types if is_repeat else track.payload_types
        if packet.payload_type not in known:
            return False
        if (publication, encoding, is_repeat) in self._routes.values():
            return False
        if track.rids and not _names(packet, track, encoding.rid, is_repeat):
            return False
        mid = packet.extension(track.mid_id) if track.mid_id is not None else None
        return mid is None or mid == track.mid.encode()

    def on_rtcp(self, packets: Sequence[RtcpPacket], arrival_ns: int) -> None:
        """Take what the publisher reports of its own streams."""
        for packet in packets:
            match packet:
                case SenderReport(ssrc=ssrc):
                    route = self._routes.get(ssrc)
                    if route is not None and not route[2]:
                        route[1].on_sender_report(packet, arrival_ns)
                case Goodbye(ssrcs):
                    for ssrc in ssrcs:
                        route = self._routes.get(ssrc)
                        if route is not None and not route[2]:
                            self._close(route[0])
                case _:
                    pass

    def want_keyframe(self, ssrc: int, now_ns: int) -> None:
        """Ask for a keyframe of one stream in the name of a replica's viewers."""
        route = self._routes.get(ssrc)
        if route is not None and not route[2]:
            route[1].keyframes.want(now_ns)

    def want_repeats(self, ssrc: int, seqnos: Sequence[int]) -> None:
        """Ask for what a replica misses, when nobody here needs that stream.

        Else it was asked for here, and the repeat is relayed like any packet.
        """
        route = self._routes.get(ssrc)
        if route is not None and not route[2] and not route[1].lines:
            self._send(Nack(self._report_ssrc, ssrc, tuple(seqnos)))

    def learnt(self) -> tuple[LearntSsrc, ...]:
        """Give what `learn` needs to find every stream of this publisher."""
        return tuple(
            LearntSsrc(ssrc, publication.track.mid, encoding.rid, is_repeat)
            for ssrc, (publication, encoding, is_repeat) in self._routes.items()
        )

    def learn(self, ssrcs: Sequence[LearntSsrc]) -> None:
        """Take what the origin of a relay learnt before this replica was there."""
        encodings = {
            (publication.track.mid, encoding.rid): (publication, encoding)
            for publication in self.publications
            for encoding in publication.encodings
        }
        for one in ssrcs:
            found = encodings.get((one.mid, one.rid))
            if found is None:
                continue
            publication, encoding = found
            self._routes[one.ssrc] = (publication, encoding, one.is_repeat)
            if not one.is_repeat:
                encoding.ssrc = one.ssrc

    def tick(self, now_ns: int) -> None:
        """Ask for what is missing, report each second, close what fell silent."""
        if now_ns - self._looked_ns >= LOOK_NS:
            self._look(now_ns)
        for publication in self.publications:
            for encoding in publication.encodings if publication.is_open else ():
                missing = encoding.tick(now_ns)
                if missing and encoding.ssrc is not None:
                    nack = Nack(self._report_ssrc, encoding.ssrc, tuple(missing))
                    self._send(nack)
        if self._uplink is not None:
            for feedback in self._uplink.take(self._report_ssrc, now_ns):
                self._out.send_rtcp(feedback)
        if now_ns - self._reported_ns >= REPORT_INTERVAL_NS:
            self._reported_ns = now_ns
            self._report(now_ns)

    def _look(self, now_ns: int) -> None:
        """Close what fell silent; measure what came."""
        self._looked_ns = now_ns
        for publication in self.publications:
            if not publication.is_open:
                continue
            if now_ns - publication.last_packet_ns > SILENCE_NS:
                self._close(publication)
                continue
            for encoding in publication.encodings:
                encoding.measure(now_ns)

    def _report(self, now_ns: int) -> None:
        blocks = tuple(
            block
            for publication in self.publications
            for encoding in publication.encodings
            if (block := encoding.take_report(now_ns)) is not None
        )
        worst = max((block.fraction_lost for block in blocks), default=0)
        self.loss_percent = worst * 100 / 256
        packets: list[RtcpPacket] = [
            ReceiverReport(self._report_ssrc, blocks[:31]),
            SourceDescription(((self._report_ssrc, CNAME),)),
        ]
        if self._max_bps is not None:
            ssrcs = tuple(block.ssrc for block in blocks)
            packets.append(ReceiverEstimate(self._report_ssrc, self._max_bps, ssrcs))
        self._out.send_rtcp(build_rtcp(packets))

    def _send_pli(self, encoding: Encoding) -> None:
        if encoding.ssrc is not None:
            self._send(PictureLossIndication(self._report_ssrc, encoding.ssrc))

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
            for encoding in publication.encodings:
                encoding.keyframes.forget_sender()
        self._routes.clear()


def _names(packet: RtpPacket, track: DeclaredTrack, rid: str, is_repeat: bool) -> bool:
    """Tell whether the packet says that it is of this encoding (RFC 8852)."""
    extension_id = track.repaired_rid_id if is_repeat else track.rid_id
    if extension_id is None:
        return False
    return packet.extension(extension_id) == rid.encode()
