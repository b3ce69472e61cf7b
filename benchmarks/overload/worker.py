"""The worker under test, and everything it tells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.servers import Hallcast
from media.protocol import (
    Event,
    PeerClose,
    PeerStateChanged,
    ViewerQuality,
    ViewerReport,
    WorkerLoad,
)


@dataclass(slots=True)
class Told:
    """What the control socket said, with the monotonic second it came."""

    loads: list[tuple[float, WorkerLoad]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    """Receiving peers in the order in which they were let in."""
    reports: dict[str, tuple[float, ViewerReport]] = field(default_factory=dict)
    """By peer the newest."""

    @property
    def step(self) -> int:
        return self.loads[-1][1].shed_step if self.loads else 0


class Watched(Hallcast):
    """Our worker with an ear on its control socket."""

    def __init__(self, module: str = "media") -> None:
        super().__init__()
        self.module = module
        self.told = Told()

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        now_s = time.monotonic()
        match event:
            case WorkerLoad():
                self.told.loads.append((now_s, event))
            case ViewerQuality(viewers=viewers):
                for one in viewers:
                    self.told.reports[one.peer_id] = (now_s, one)
            case PeerStateChanged(state="connected", peer_id=peer_id):
                if peer_id.startswith("receive"):
                    self.told.joined.append(peer_id)
            case _:
                pass

    async def dismiss(self, peers: Sequence[LightPeer]) -> None:
        """Close these peers."""
        for peer in peers:
            await self._client.request(PeerClose(peer_id=self.peer_ids[peer]))

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None
