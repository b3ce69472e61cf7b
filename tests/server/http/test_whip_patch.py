"""PATCH of WHIP and WHEP: trickle and ICE restart (RFC 9725, 4.3)."""

from __future__ import annotations

import pytest
from aiohttp import ClientResponse

from media import protocol
from tests.fakes.node import CSRF, Node
from tests.server.http.test_whip import CANDIDATES, keys, offer

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


async def patch(
    node: Node, path: str, who: str = "trainer", body: str = CANDIDATES, **headers: str
) -> int:
    browser = await node.browser(who)
    sent = FRAGMENT | CSRF
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    response = await browser.session.patch(path, data=body, headers=sent)
    return response.status


async def test_trickle_and_its_preconditions(node: Node) -> None:
    await node.live_session()
    made = await offer(node, "whip", "trainer")
    path, etag = made.headers["Location"], made.headers["ETag"]
    assert await patch(node, path, If_Match=etag) == 204
    assert await patch(node, path) == 428
    assert await patch(node, path, If_Match='"other"') == 412
    assert await patch(node, path, body="nonsense", If_Match=etag) == 400
    assert await patch(node, path, If_Match=etag, Content_Type="text/plain") == 415


RESTART = f"a=ice-ufrag:newU\r\na=ice-pwd:{'x' * 24}\r\nm=audio 9 RTP/AVP 0\r\n"


async def restart(
    node: Node, path: str, who: str = "trainer", body: str = RESTART, match: str = '"*"'
) -> ClientResponse:
    browser = await node.browser(who)
    response = await browser.session.patch(
        path, data=body, headers=FRAGMENT | CSRF | {"If-Match": match}
    )
    await response.read()
    return response


@pytest.mark.parametrize("match", ['"*"', "*"])
async def test_ice_restart_answers_a_fragment_with_a_new_etag(
    node: Node, match: str
) -> None:
    await node.live_session()
    made = await offer(node, "whip", "trainer")
    path, old = made.headers["Location"], made.headers["ETag"]
    restarted = await restart(node, path, match=match)
    assert restarted.status == 200
    assert restarted.content_type == "application/trickle-ice-sdpfrag"
    assert "a=ice-ufrag:" in await restarted.text()
    new = restarted.headers["ETag"]
    assert new not in (old, "")
    assert await patch(node, path, If_Match=old) == 412
    assert await patch(node, path, If_Match=new) == 204
    again = await restart(node, path, match=match)  # its answer was lost
    assert again.headers["ETag"] == new
    assert await again.text() == await restarted.text()


@pytest.mark.parametrize(
    "body",
    [
        "nonsense",
        "a=ice-ufrag:newU\r\n",
        f"a=ice-pwd:{'x' * 24}\r\n",
        f"a=ice-ufrag:abc\r\na=ice-pwd:{'x' * 24}\r\n",
        f"a=ice-ufrag:a b c d\r\na=ice-pwd:{'x' * 24}\r\n",
        "a=ice-ufrag:newU\r\na=ice-pwd:short\r\n",
        RESTART + "a=x\r\n" * 2_000,
    ],
    ids=["nonsense", "no-pwd", "no-ufrag", "short", "letters", "short-pwd", "long"],
)
async def test_malformed_restart_changes_nothing(node: Node, body: str) -> None:
    await node.live_session()
    made = await offer(node, "whip", "trainer")
    path, etag = made.headers["Location"], made.headers["ETag"]
    assert (await restart(node, path, body=body)).status == 400
    assert await patch(node, path, If_Match=etag) == 204
    kinds = {type(one) for one in node.worker.requests}
    assert protocol.PeerRestart not in kinds


@pytest.mark.parametrize("wire", ["whip", "whep"])
async def test_only_the_owner_restarts_a_peer(node: Node, wire: str) -> None:
    await node.live_session()
    await node.give_floor("participant")
    path = (await offer(node, wire, "participant")).headers["Location"]
    for who in ("trainer", "neighbour", "stranger", "administrator"):
        assert (await restart(node, path, who)).status == 403
    nobody = await node.browser()
    assert (await nobody.session.patch(path, data=RESTART)).status in (401, 403)
    for key in (*await keys(node), "wrong"):
        bearer = FRAGMENT | {"Authorization": f"Bearer {key}", "If-Match": "*"}
        answer = await nobody.session.patch(path, data=RESTART, headers=bearer)
        assert answer.status in (401, 403)
    assert not any(
        isinstance(one, protocol.PeerRestart) for one in node.worker.requests
    )
    assert (await restart(node, path, "participant")).status == 200


async def test_restart_of_what_has_ended_is_not_found(node: Node) -> None:
    await node.live_session()
    path = (await offer(node, "whip", "trainer")).headers["Location"]
    [peer_id] = node.worker.peers
    del node.worker.peers[peer_id]  # known to the web process only
    assert (await restart(node, path)).status == 404
    await node.worker.close()
    assert (await restart(node, path)).status == 503


async def test_restart_works_after_the_web_process_was_restarted(node: Node) -> None:
    await node.live_session()
    path = (await offer(node, "whip", "trainer")).headers["Location"]
    await node.restart()
    await node.join("trainer")
    assert (await restart(node, path)).status == 200
