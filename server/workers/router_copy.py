"""What one worker holds of a session's router, and the requests that change it.

The origin has the publishers; replicas have viewers alone, and the publications that
the relay brings. Both are brought to the same stage in the same way.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from media import protocol
from media.channel import RequestRefused
from server.domain.stage import Stage
from server.workers.peers import KEY_HOLDER, owner_of, peer_of
from server.workers.router_owner import RouterDump

log = logging.getLogger(__name__)

Request = Callable[[protocol.Command], Awaitable[protocol.Result]]
Slots = Mapping[protocol.VideoSlot, str | None]
_GONE = ""
"""In a slot whose publication closed: assigned again whatever is wanted, also when the
same one opens anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same for every worker of a session."""

    stage: Stage
    slots: Slots


class RouterCopy:
    """Facts come by dumps and events; `direct` sends what differs from `Wanted`."""

    def __init__(self, index: int, request: Request, dump: RouterDump) -> None:
        self.index = index
        self.peers: dict[str, protocol.PeerInfo] = {
            peer_id: peer for peer_id, peer in dump.peers.items() if owner_of(peer_id)
        }
        """In the order they came: of two for one source the later counts."""
        self.publications = dict(dump.publications)
        self._slots: dict[str, str | None] = dict(dump.slots)
        self._paused = {p.publication_id: p.paused for p in dump.publications.values()}
        self._request = request

    @property
    def viewers(self) -> set[str]:
        """Participants who receive here; foreign players have none."""
        owners = [owner_of(peer_id) for peer_id in self.peers]
        receiving = {one.participant_id for one in owners if one and one.source is None}
        return receiving - {KEY_HOLDER}

    def on_event(self, event: protocol.Event) -> bool:
        """Take note; tell whether anything may have to be done now."""
        match event:
            case protocol.PeerStateChanged(state="closed"):
                self.drop_peer(event.peer_id)
            case protocol.PublicationOpened():
                publication = event.publication
                self.publications[publication.publication_id] = publication
                self._paused[publication.publication_id] = publication.paused
            case protocol.PublicationClosed():
                self._drop_publication(event.publication_id)
            case _:
                return False
        return True

    def add_peer(
        self, router_id: str, peer_id: str, direction: protocol.Direction
    ) -> None:
        """Expect a peer whose offer is about to be sent."""
        self.peers[peer_id] = protocol.PeerInfo(
            peer_id=peer_id, router_id=router_id, direction=direction, state="new"
        )

    def drop_peer(self, peer_id: str) -> None:
        """Forget a peer that is gone, with its publications."""
        self.peers.pop(peer_id, None)
        for publication_id in list(self.publications):
            if peer_of(publication_id) == peer_id:
                self._drop_publication(publication_id)

    def _drop_publication(self, publication_id: str) -> None:
        self.publications.pop(publication_id, None)
        self._paused.pop(publication_id, None)
        for slot, held in self._slots.items():
            if held == publication_id:
                self._slots[slot] = _GONE

    async def direct(self, router_id: str, wanted: Wanted) -> None:
        """Bring the worker to what is wanted. Raise ChannelError."""
        for publication_id, paused in self._wanted_pauses(wanted.stage).items():
            if self._paused.get(publication_id) != paused:
                await self.ask(
                    protocol.PublicationPause(
                        publication_id=publication_id, paused=paused
                    )
                )
                self._paused[publication_id] = paused
        for slot, held in wanted.slots.items():
            if self._slots.get(slot) == held:
                continue
            if held is not None and held not in self.publications:
                continue  # the relay brings it in a moment, and this runs again
            await self.ask(
                protocol.SlotAssign(router_id=router_id, slot=slot, publication_id=held)
            )
            self._slots[slot] = held

    async def close_peers(self, is_due: Callable[[str], bool]) -> list[str]:
        """Close those that are due; return them. Raise ChannelError."""
        due = [one for one in self.peers if is_due(one)]
        for peer_id in due:
            await self.ask(protocol.PeerClose(peer_id=peer_id))
            self.drop_peer(peer_id)
        return due

    async def ask(self, command: protocol.Command) -> None:
        """Send, taking `not_found` as done: the thing left by itself meanwhile."""
        try:
            await self._request(command)
        except RequestRefused as error:
            if error.code != "not_found":
                raise
            log.debug("media-%d %s", self.index, error)

    def _wanted_pauses(self, stage: Stage) -> dict[str, bool]:
        return {
            one.publication_id: (
                one.kind == "audio"
                and (owner := owner_of(one.peer_id)) is not None
                and owner.participant_id in stage.muted
            )
            for one in self.publications.values()
        }
