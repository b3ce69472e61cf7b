"""Who learns the TURN servers, how, and with which credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.node import Node, open_node
from tests.server.http.test_whip import keys, offer

SECRET = "a secret shared with coturn"
URLS = ["turns:turn.example.kz:443?transport=tcp", "turn:192.0.2.7:3478"]


@pytest.fixture
async def relayed(tmp_path: Path) -> AsyncIterator[Node]:
    node = await open_node(
        tmp_path, turn_urls=URLS, turn_secret=SECRET, turn_ttl_s=3_600
    )
    yield node
    await node.close()


def password_of(username: str) -> str:
    digest = hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


async def test_a_page_gets_credentials_that_coturn_will_accept(relayed: Node) -> None:
    browser = await relayed.browser("participant")
    response = await browser.session.get("/api/ice-servers")
    body = await response.json()
    expires_s = relayed.clock.now_ms() // 1000 + 3_600
    assert body["urls"] == URLS
    assert body["username"] == f"{expires_s}:{relayed.people['participant'].person_id}"
    assert body["credential"] == password_of(body["username"])
    assert body["ttl_s"] == 3_600
    assert response.headers["Cache-Control"] == "no-store"


async def test_without_turn_servers_there_is_nothing_to_tell(node: Node) -> None:
    browser = await node.browser("participant")
    body = await (await browser.session.get("/api/ice-servers")).json()
    assert body == {"urls": [], "username": "", "credential": "", "ttl_s": 0}


async def test_strangers_learn_nothing(relayed: Node) -> None:
    browser = await relayed.browser()
    assert (await browser.session.get("/api/ice-servers")).status == 401
    options = await browser.session.options(f"/whep/{relayed.seminar_id}")
    assert options.status == 200
    assert "Link" not in options.headers


@pytest.mark.parametrize("wire", ["whip", "whep"])
async def test_answers_to_offers_name_the_servers_in_links(
    relayed: Node, wire: str
) -> None:
    await relayed.live_session()
    response = await offer(relayed, wire, "trainer")
    assert response.status == 201
    check_links(relayed, response.headers.getall("Link"))


async def test_options_names_them_to_people_and_to_holders_of_a_key(
    relayed: Node,
) -> None:
    browser = await relayed.browser("trainer")
    address = f"/whip/{relayed.seminar_id}"
    response = await browser.session.options(address)
    check_links(relayed, response.headers.getall("Link"))
    whip_key, _ = await keys(relayed)
    stranger = await relayed.browser()
    for key, is_told in ((whip_key, True), ("wrong", False)):
        headers = {"Authorization": f"Bearer {key}"}
        response = await stranger.session.options(address, headers=headers)
        assert response.status == 200
        assert ("Link" in response.headers) is is_told


def check_links(node: Node, links: list[str]) -> None:
    expires_s = node.clock.now_ms() // 1000 + 3_600
    username = f"{expires_s}:{node.people['trainer'].person_id}"
    assert links == [
        f'<{url}>; rel="ice-server"; username="{username}"; '
        f'credential="{password_of(username)}"; credential-type="password"'
        for url in URLS
    ]
