"""Every route of WHIP and WHEP x everybody it is not for (reliability B13).

Generated from the table of routes, so that a new one is in it from its first day.
"""

from __future__ import annotations

import pytest

from server.http.access import ROUTES
from tests.fakes.node import CSRF, Node
from tests.server.http.test_whip import CANDIDATES, SDP, SEND, keys, offer

WIRES = ("whip", "whep")
BODIES = {"POST": SEND, "PATCH": CANDIDATES}

CALLS = sorted(
    {
        (method, path.replace("{wire}", wire))
        for method, path in ROUTES
        for wire in WIRES
        if path.startswith(("/{wire}/", f"/{wire}/"))
        and method != "OPTIONS"
        # A publisher has no layers to choose (405).
        and not (wire == "whip" and path.endswith("/layers"))
    }
)
OF_A_PEER = [(method, path) for method, path in CALLS if "{peer_id}" in path]


async def call(
    node: Node, who: str | None, method: str, path: str, peer: str, key: str = ""
) -> int:
    """Call as a person or with a key; gives the status."""
    browser = await node.browser(who)
    filled = path.format(seminar_id=node.seminar_id, peer_id=peer)
    answer = await browser.session.request(
        method,
        filled,
        data=BODIES.get(method),
        headers=SDP
        | {"If-Match": "*"}
        | ({"Authorization": f"Bearer {key}"} if key else CSRF),
    )
    await answer.read()
    return answer.status


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_without_login_and_with_a_wrong_key_nothing_is_open(
    node: Node, method: str, path: str
) -> None:
    await node.live_session()
    await node.join("participant")
    wire, other = path[1:5], WIRES[path[1:5] == "whip"]
    who = "trainer" if wire == "whip" else "participant"
    location = (await offer(node, wire, who)).headers["Location"]
    peer = location.rpartition("/")[2]
    whip_key, whep_key = await keys(node)
    other_key = {"whip": whip_key, "whep": whep_key}[other]
    for key in ("", "wrong", other_key):
        assert await call(node, None, method, path, peer, key) == 401
    assert len(node.worker.peers) == 1


@pytest.mark.parametrize(("method", "path"), OF_A_PEER)
async def test_another_persons_stream_can_not_be_touched(
    node: Node, method: str, path: str
) -> None:
    await node.live_session()
    await node.join("participant")
    who = "trainer" if path.startswith("/whip") else "participant"
    location = (await offer(node, path[1:5], who)).headers["Location"]
    peer = location.rpartition("/")[2]
    for stranger in {"trainer", "participant", "administrator", "stranger"} - {who}:
        status = await call(node, stranger, method, path, peer)
        assert status in (403, 404), (stranger, status)
    assert len(node.worker.peers) == 1
