"""A media worker without media: speaks the control protocol over a real socket."""

from __future__ import annotations

import os
from pathlib import Path

from media import protocol
from media.channel import ChannelServer

ANSWER_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n"


class FakeWorker:
    """Holds what it was asked for; tests make it tell events or die."""

    def __init__(self, path: Path, worker_id: str = "wrk_1") -> None:
        self._path = path
        self._worker_id = worker_id
        self.requests: list[protocol.Command] = []
        self.protocol_version = protocol.PROTOCOL_VERSION
        self.routers: list[str] = []
        self.replicas: set[str] = set()
        self.is_draining = False
        self.relays: dict[str, protocol.RelayOpen] = {}
        self.peers: dict[str, protocol.PeerInfo] = {}
        self.publications: dict[str, protocol.PublicationInfo] = {}
        self.slots: dict[tuple[str, protocol.VideoSlot], str | None] = {}
        self.sinks: dict[str, protocol.SinkOpen] = {}
        self.heights: dict[str, dict[protocol.VideoSlot, int]] = {}
        """What viewers prefer, by peer."""
        self.refusal: protocol.Failure | None = None
        """Answer every offer with this."""
        self.refuses: type[protocol.Command] | None = None
        """Answer every request of this type with a failure."""
        self._server: ChannelServer[protocol.ToWorker, protocol.FromWorker] = (
            ChannelServer(
                str(path),
                receives=protocol.Request,
                on_message=self._answer,
                greeting=self._hello,
            )
        )

    async def start(self) -> FakeWorker:
        await self._server.start()
        return self

    async def close(self) -> None:
        await self._server.close()

    def tell(self, event: protocol.Event) -> None:
        self._server.send(protocol.Notice(event=event))

    def publish(self, peer_id: str, kind: protocol.MediaKind, mid: str) -> str:
        """Let a peer's first packet arrive; return the publication id."""
        publication = protocol.PublicationInfo(
            publication_id=f"{peer_id}/{mid}",
            peer_id=peer_id,
            router_id=self.peers[peer_id].router_id,
            kind=kind,
            codec="opus" if kind == "audio" else "h264",
            paused=False,
        )
        self.publications[publication.publication_id] = publication
        self.tell(protocol.PublicationOpened(publication=publication))
        return publication.publication_id

    def busy(self, cpu_percent: float, peers: int = 0, lag_ms: float = 0.0) -> None:
        """Report the load of the last second."""
        self.tell(
            protocol.WorkerLoad(
                cpu_percent=cpu_percent,
                loop_lag_ms=lag_ms,
                packets_in=0,
                packets_out=0,
                peers=peers,
            )
        )

    def drain(self) -> None:
        self.is_draining = True
        self.tell(protocol.WorkerDraining())

    def lose(self, peer_id: str) -> None:
        """Let a peer's connection end."""
        peer = self.peers.pop(peer_id)
        self.tell(
            protocol.PeerStateChanged(
                peer_id=peer_id, router_id=peer.router_id, state="closed"
            )
        )

    def slot(self, router_id: str, slot: protocol.VideoSlot) -> str | None:
        return self.slots.get((router_id, slot))

    def _hello(self) -> protocol.FromWorker:
        return protocol.Notice(
            event=protocol.Hello(
                worker_id=self._worker_id,
                pid=os.getpid(),
                udp_port=1,
                relay_path=f"{self._path}.relay",
                protocol_version=self.protocol_version,
            )
        )

    def _answer(self, request: protocol.ToWorker) -> None:
        self.requests.append(request.command)
        result: protocol.Result | protocol.Failure
        if self.refuses is not None and isinstance(request.command, self.refuses):
            result = protocol.Failure(code="internal", message="told to refuse")
        else:
            result = self._carry_out(request.command)
        self._server.send(protocol.Reply(id=request.id, result=result))

    def _carry_out(
        self, command: protocol.Command
    ) -> protocol.Result | protocol.Failure:
        match command:
            case protocol.WorkerDump():
                return self._dump()
            case protocol.RouterOpen(router_id=router_id, is_replica=is_replica):
                self.routers.append(router_id)
                if is_replica:
                    self.replicas.add(router_id)
            case protocol.RouterClose(router_id=router_id):
                self._close_router(router_id)
            case protocol.PeerOffer():
                return self._open_peer(command)
            case protocol.PeerClose() | protocol.PeerRestart():
                return self._change_peer(command)
            case protocol.SlotAssign():
                self.slots[command.router_id, command.slot] = command.publication_id
            case protocol.SinkOpen():
                return self._open_sink(command)
            case _:
                self._note(command)
        return protocol.Done()

    def _note(self, command: protocol.Command) -> None:
        match command:
            case protocol.SinkClose(sink_id=sink_id):
                self.sinks.pop(sink_id, None)
            case protocol.ViewerPrefer(peer_id=peer_id, max_heights=max_heights):
                self.heights.setdefault(peer_id, {}).update(max_heights)
            case protocol.RelayOpen():
                self.relays[command.relay_id] = command
            case protocol.RelayClose(relay_id=relay_id):
                self.relays.pop(relay_id, None)
            case protocol.WorkerDrain():
                self.drain()
            case _:  # nothing that a test looks at
                pass

    def _open_peer(
        self, offer: protocol.PeerOffer
    ) -> protocol.Result | protocol.Failure:
        if self.refusal is not None:
            return self.refusal
        self.peers[offer.peer_id] = protocol.PeerInfo(
            peer_id=offer.peer_id,
            router_id=offer.router_id,
            direction=offer.direction,
            state="new",
        )
        return protocol.Answered(answer_sdp=ANSWER_SDP, etag=f"e{len(self.requests)}")

    def _change_peer(
        self, command: protocol.PeerClose | protocol.PeerRestart
    ) -> protocol.Result | protocol.Failure:
        if command.peer_id not in self.peers:
            return protocol.Failure(code="not_found", message=command.peer_id)
        if isinstance(command, protocol.PeerClose):
            del self.peers[command.peer_id]
            return protocol.Done()
        etag = f"r-{command.remote_ufrag}"
        fragment = f"a=ice-ufrag:{etag}\r\na=ice-pwd:{'p' * 22}\r\n"
        return protocol.Restarted(fragment=fragment, etag=etag)

    def _close_router(self, router_id: str) -> None:
        self.routers.remove(router_id)
        self.replicas.discard(router_id)
        for peer_id in [k for k, v in self.peers.items() if v.router_id == router_id]:
            self.peers.pop(peer_id)
        self.publications = {
            k: v for k, v in self.publications.items() if v.router_id != router_id
        }
        self.relays = {k: v for k, v in self.relays.items() if v.router_id != router_id}

    def _open_sink(self, command: protocol.SinkOpen) -> protocol.Result:
        self.sinks[command.sink_id] = command
        stream = protocol.SinkStream(
            slot="programme", kind="video", ssrc=7, payload_types={96: "h264"}
        )
        return protocol.SinkOpened(streams=(stream,))

    def _dump(self) -> protocol.Dump:
        return protocol.Dump(
            routers=tuple(self.routers),
            peers=tuple(self.peers.values()),
            publications=tuple(self.publications.values()),
            slots=tuple(
                protocol.SlotInfo(router_id=router_id, slot=slot, publication_id=held)
                for (router_id, slot), held in self.slots.items()
            ),
            sinks=tuple(self.sinks),
            replicas=tuple(self.replicas),
            relays=tuple(self.relays.values()),
            is_draining=self.is_draining,
        )
