"""Empties one worker, so that it can be restarted while seminars go on.

Viewers move first, a few at a time: each costs the worker it comes to 2 to 4 ms, and a
browser is without a picture for about half a second. Then the routers close, replicas
before origins; an origin that moves lets everybody in its session connect anew, as
after a worker's death.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

from media import protocol
from media.channel import ChannelError, RequestRefused
from server.workers.media_link import MediaLink
from server.workers.router_owner import RouterOwner

log = logging.getLogger(__name__)

MOVES = 5
STEP_S = 0.25
"""Together 20 viewers a second: 1,000 in 50 s."""


async def move_viewers(
    link: MediaLink, owner_of: Callable[[str], RouterOwner | None]
) -> None:
    """Close all who receive, and tell the owners, who let them come back elsewhere.

    Returns when nobody is left. Raises ChannelError when the worker is away.
    """
    while viewers := await _viewers(link):
        log.info("media-%d drains: %d viewers move", link.index, len(viewers))
        for start in range(0, len(viewers), MOVES):
            await _move(link, viewers[start : start + MOVES], owner_of)
            await asyncio.sleep(STEP_S)


async def _viewers(link: MediaLink) -> list[protocol.PeerInfo]:
    dump = await link.request(protocol.WorkerDump())
    assert isinstance(dump, protocol.Dump)
    return [peer for peer in dump.peers if peer.direction == "receive"]


async def _move(
    link: MediaLink,
    viewers: list[protocol.PeerInfo],
    owner_of: Callable[[str], RouterOwner | None],
) -> None:
    by_router: defaultdict[str, list[str]] = defaultdict(list)
    for peer in viewers:
        by_router[peer.router_id].append(peer.peer_id)
        try:
            await link.request(protocol.PeerClose(peer_id=peer.peer_id))
        except RequestRefused as error:
            log.debug("media-%d %s", link.index, error)
    for router_id, peer_ids in by_router.items():
        owner = owner_of(router_id)
        if owner is not None:
            owner.on_viewers_closed(peer_ids)


async def close_router(link: MediaLink, router_id: str) -> None:
    """Close a router with everything in it; a worker that is away has none."""
    try:
        await link.request(protocol.RouterClose(router_id=router_id))
    except ChannelError as error:
        log.warning("router %s was not closed: %s", router_id, error)
