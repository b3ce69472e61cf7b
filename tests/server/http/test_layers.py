"""What a viewer can use of each picture, from its page to the worker."""

from __future__ import annotations

import pytest

from server.app import LAYERS_PER_MINUTE
from tests.fakes.node import Node
from tests.server.http.test_whip import keys, offer

WISH = {"max_heights": {"presenter": 360, "screen": 0}}


async def watch(node: Node, who: str | None = "participant", **how: str) -> str:
    """Let somebody receive; return the address of the peer's layers."""
    await node.live_session()
    if who is not None:
        await node.join(who)
    made = await offer(node, "whep", who, query="?profile=seminar", **how)
    assert made.status == 201
    return made.headers["Location"] + "/layers"


async def test_the_worker_learns_what_a_viewer_can_use(node: Node) -> None:
    path = await watch(node)
    browser = await node.browser("participant")
    answer = await browser.call("POST", path, WISH)
    assert (answer.status, await answer.read()) == (204, b"")
    await browser.call("POST", path, {"max_heights": {"screen": 1080}})
    [peer_id] = node.worker.peers
    assert node.worker.heights == {peer_id: {"presenter": 360, "screen": 1080}}


async def test_only_the_owner_of_a_peer_tells(node: Node) -> None:
    path = await watch(node)
    whip_key, whep_key = await keys(node)
    for who in ("trainer", "neighbour", "stranger", "administrator"):
        browser = await node.browser(who)
        assert (await browser.call("POST", path, WISH)).status == 403
    nobody = await node.browser()
    assert (await nobody.call("POST", path, WISH)).status == 401
    for key, status in ((whep_key, 403), (whip_key, 401)):
        bearer = {"Authorization": f"Bearer {key}"}
        assert (await nobody.call("POST", path, WISH, **bearer)).status == status
    assert not node.worker.heights


async def test_a_player_with_key_tells_for_its_own_peer(node: Node) -> None:
    _, whep_key = await keys(node)
    path = await watch(node, None, key=whep_key)
    nobody = await node.browser()
    bearer = {"Authorization": f"Bearer {whep_key}"}
    assert (await nobody.session.post(path, json=WISH, headers=bearer)).status == 204
    assert list(node.worker.heights.values()) == [WISH["max_heights"]]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"max_heights": {}},
        {"max_heights": {"balcony": 360}},
        {"max_heights": {"presenter": -1}},
        {"max_heights": {"presenter": 4321}},
        {"max_heights": {"presenter": "360"}},
        {"max_heights": {"presenter": 360}, "bitrate": 1},
        [],
    ],
)
async def test_what_is_no_wish_is_refused(node: Node, wish: object) -> None:
    path = await watch(node)
    browser = await node.browser("participant")
    answer = await browser.call("POST", path, wish)
    assert answer.status == 400
    assert (await answer.json())["fields"]
    assert not node.worker.heights


async def test_wishes_of_one_viewer_are_counted(node: Node) -> None:
    path = await watch(node)
    browser = await node.browser("participant")
    for _ in range(LAYERS_PER_MINUTE):
        assert (await browser.call("POST", path, WISH)).status == 204
    assert (await browser.call("POST", path, WISH)).status == 429


async def test_a_viewer_that_is_gone_has_no_wishes(node: Node) -> None:
    path = await watch(node)
    browser = await node.browser("participant")
    assert (await browser.call("DELETE", path.removesuffix("/layers"))).status == 200
    assert (await browser.call("POST", path, WISH)).status == 404
    publisher = path.replace("/whep/", "/whip/")
    assert (await browser.call("POST", publisher, WISH)).status == 405


async def test_foreign_pages_may_ask_first(node: Node) -> None:
    browser = await node.browser()
    path = f"/whep/{node.seminar_id}/par_x.view.y/layers"
    answer = await browser.session.options(path)
    assert answer.status == 200
    assert answer.headers["Accept-Post"] == "application/json"
