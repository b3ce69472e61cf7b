"""From the worker's `ViewerQuality` to what a live session is told of its people."""

from __future__ import annotations

from collections.abc import Iterable

from media import protocol
from server.domain.lines import PublisherLine, ViewerLine
from server.services.line_board import MediaLines
from server.workers.peers import KEY_HOLDER, owner_of


def media_lines(
    event: protocol.ViewerQuality, peers: Iterable[protocol.PeerInfo]
) -> MediaLines:
    """Name the people behind the peers; players with a key are nobody here."""
    receiving: dict[str, str] = {}
    publishing: dict[str, str] = {}
    for peer in peers:
        owner = owner_of(peer.peer_id)
        if owner is not None and owner.participant_id != KEY_HOLDER:
            side = receiving if owner.source is None else publishing
            side[peer.peer_id] = owner.participant_id
    return MediaLines(
        viewers=tuple(
            ViewerLine(
                peer_id=one.peer_id,
                loss_percent=one.loss_percent,
                rtt_ms=one.rtt_ms,
                heights=tuple(one.layers.values()),
                limited_by=one.limited_by,
            )
            for one in event.viewers
        ),
        publishers=tuple(
            PublisherLine(one.peer_id, one.loss_percent, one.rtt_ms)
            for one in event.publishers
        ),
        receiving=receiving,
        publishing=publishing,
    )
