"""A camera with simulcast, for a `Room`."""

from __future__ import annotations

from collections.abc import Sequence

from media.clock import ntp_from_unix_ns
from media.rtp.packet import build_rtp
from media.rtp.rtcp import PictureLossIndication, SenderReport
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.ports import DeclaredTrack, OutPacket
from tests.media.sfu.room import MID_ID, FakeIn, Room, vp8_payload

RIDS = ("l", "m", "h")


class SimulcastCamera:
    """A publishing peer with one camera in three layers, told apart by rid."""

    def __init__(
        self,
        room: Room,
        peer_id: str,
        *,
        ssrc: int = 5000,
        rates_bps: Sequence[int] = (0, 0, 0),
        rids: tuple[str, ...] = RIDS,
    ) -> None:
        self.room = room
        self.peer_id = peer_id
        self.rids = rids
        self.body_bytes = [
            max(30, bps * 33 // 8000 // (2, 3, 5)[layer])
            for layer, bps in enumerate(rates_bps)
        ]
        """Of a packet, so that 30 pictures a second make these rates."""
        self.ssrcs = [ssrc, ssrc + 1, ssrc + 2]
        self.seqnos = [100, 20_000, 40_000]
        self.timestamps = [1_000, 900_000, 2**32 - 50_000]
        self.out = FakeIn()
        track = DeclaredTrack(
            mid="1",
            kind="video",
            payload_types={96: "vp8", 102: "h264"},
            rtx_payload_types={97: 96, 103: 102},
            mid_id=MID_ID,
            rids=rids,
            rid_id=10,
            repaired_rid_id=11,
        )
        room.router.open_publisher(peer_id, [track], self.out)
        self.names_layers = True

    @property
    def camera(self) -> str:
        return f"{self.peer_id}/1"

    def picture(
        self, *, keys: Sequence[int] = (), layers: Sequence[int] = (0, 1, 2)
    ) -> None:
        """The next picture: 2, 3, 5 packets by layer, a keyframe in those of `keys`."""
        for layer in range(3):
            self.timestamps[layer] += 3000
            if layer in layers:
                self._send(layer, key=layer in keys)

    def _send(self, layer: int, *, key: bool) -> None:
        count = (2, 3, 5)[layer]
        for index in range(count):
            payload = vp8_payload(
                1,
                key=key and index == 0,
                start=index == 0,
                body=bytes((layer,)) * self.body_bytes[layer],
            )
            built = build_rtp(
                96,
                self.seqnos[layer],
                self.timestamps[layer],
                self.ssrcs[layer],
                payload,
                marker=index == count - 1,
                extensions={MID_ID: b"1", 10: self.rids[layer].encode()}
                if self.names_layers
                else None,
            )
            self.seqnos[layer] += 1
            self.room.router.on_rtp(self.peer_id, built, self.room.clock.now_ns)

    def report(self) -> None:
        now_ns = self.room.clock.now_ns
        ntp = ntp_from_unix_ns(self.room.clock.wall_ns_at(now_ns))
        reports = [
            SenderReport(ssrc, ntp, timestamp & 0xFFFFFFFF, 1, 1)
            for ssrc, timestamp in zip(self.ssrcs, self.timestamps, strict=True)
        ]
        self.room.router.on_rtcp(self.peer_id, build_rtcp(reports), now_ns)

    def asked(self) -> set[int]:
        """Layers that a keyframe was requested of since the last call."""
        ssrcs = {
            one.media_ssrc
            for one in self.out.sent
            if isinstance(one, PictureLossIndication)
        }
        self.out.sent.clear()
        return {self.ssrcs.index(ssrc) for ssrc in ssrcs}


def layers_of(packets: Sequence[OutPacket]) -> list[int]:
    """The layers these packets came from, each change once."""
    found: list[int] = []
    for packet in packets:
        layer = packet.payload[-1]
        if not found or found[-1] != layer:
            found.append(layer)
    return found
