"""Logging in and out, limits, cookies, the demo's one click."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.http.cookies import PLAIN_NAME, SECURE_NAME
from tests.fakes.node import CSRF, PASSWORD, Node, open_node

TRAINER = {"email": "Trainer@example.org ", "password": PASSWORD}


async def test_password_opens_a_login_and_logout_ends_it(node: Node) -> None:
    browser = await node.browser()
    answer = await browser.call("POST", "/api/login", TRAINER)
    assert answer.status == 200
    assert (await answer.json())["name"] == "Trainer"
    cookie = answer.cookies[PLAIN_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    me = await (await browser.call("GET", "/api/me")).json()
    assert me["person"]["role"] == "trainer"
    old = {"Cookie": f"{PLAIN_NAME}={cookie.value}"}
    assert (await browser.call("POST", "/api/logout")).status == 204
    assert (await (await browser.call("GET", "/api/me")).json())["person"] is None
    stolen = await browser.session.get("/api/seminars", headers=old)
    assert stolen.status == 401


async def test_login_makes_a_new_token_and_ends_the_old(node: Node) -> None:
    browser = await node.browser()
    first = (await browser.call("POST", "/api/login", TRAINER)).cookies[PLAIN_NAME]
    second = (await browser.call("POST", "/api/login", TRAINER)).cookies[PLAIN_NAME]
    assert first.value != second.value
    assert await node.services.logins.find(first.value) is None
    assert await node.services.logins.find(second.value) is not None


async def test_wrong_password_and_unknown_address_look_the_same(node: Node) -> None:
    browser = await node.browser()
    wrong = await browser.call("POST", "/api/login", TRAINER | {"password": "no"})
    unknown = await browser.call(
        "POST", "/api/login", {"email": "nobody@example.org", "password": "no"}
    )
    assert wrong.status == unknown.status == 401
    assert await wrong.json() == await unknown.json()
    without = {"email": "participant@example.org", "password": ""}
    assert (await browser.call("POST", "/api/login", without)).status == 401


async def test_tries_are_limited_by_account(node: Node) -> None:
    browser = await node.browser()
    for _ in range(10):
        await browser.call("POST", "/api/login", TRAINER | {"password": "no"})
    answer = await browser.call("POST", "/api/login", TRAINER)
    assert answer.status == 429
    assert (await answer.json())["code"] == "too_many_tries"
    assert answer.headers["Retry-After"] == "60"
    node.clock.advance(60_000)
    assert (await browser.call("POST", "/api/login", TRAINER)).status == 200


async def test_tries_are_limited_by_address(tmp_path: Path) -> None:
    node = await open_node(tmp_path, login_tries_per_address=3)
    browser = await node.browser()
    for number in range(3):
        body = {"email": f"{number}@example.org", "password": "no"}
        assert (await browser.call("POST", "/api/login", body)).status == 401
    assert (await browser.call("POST", "/api/login", TRAINER)).status == 429
    await node.close()


async def test_login_ends_after_its_days(node: Node) -> None:
    browser = await node.browser("participant")
    assert (await browser.call("GET", "/api/seminars")).status == 200
    node.clock.advance(15 * 86_400_000)
    assert (await browser.call("GET", "/api/seminars")).status == 401


async def test_demo_login_exists_only_in_the_demo(node: Node) -> None:
    browser = await node.browser()
    answer = await browser.call("POST", "/api/demo-login", {"role": "trainer"})
    assert answer.status == 404
    me = await (await browser.call("GET", "/api/me")).json()
    assert me["is_demo"] is False


async def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    node = await open_node(tmp_path, public_url="https://seminars.example")
    browser = await node.browser()
    answer = await browser.call(
        "POST", "/api/login", TRAINER, Origin="https://seminars.example"
    )
    cookie = answer.cookies[SECURE_NAME]
    assert cookie["secure"]
    assert not cookie["domain"]
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    await node.close()


async def test_locale_is_kept(node: Node) -> None:
    browser = await node.browser("participant")
    answer = await browser.call("PUT", "/api/me/locale", {"locale": "kk"})
    assert answer.status == 204
    me = await (await browser.call("GET", "/api/me")).json()
    assert me["person"]["locale"] == "kk"
    wrong = await browser.call("PUT", "/api/me/locale", {"locale": "xx"})
    assert wrong.status == 400
    assert (await wrong.json())["fields"][0]["field"] == "locale"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        CSRF | {"Origin": "https://elsewhere.example"},
        CSRF | {"Sec-Fetch-Site": "cross-site"},
        {"X-Requested-With": "XMLHttpRequest"},
    ],
    ids=["no-header", "origin", "fetch-site", "other-header"],
)
async def test_foreign_pages_change_nothing(
    node: Node, headers: dict[str, str]
) -> None:
    browser = await node.browser("trainer")
    answer = await browser.session.post(
        f"/api/seminars/{node.seminar_id}/keys/renew", headers=headers
    )
    assert answer.status == 403


async def test_people_without_a_login_are_answered_so_many_at_once(
    tmp_path: Path,
) -> None:
    node = await open_node(tmp_path, strangers_per_address=1)
    participant = await node.browser("participant")
    stranger = await node.browser()
    with node.services.strangers.inside("127.0.0.1"):
        answer = await stranger.call("POST", "/api/login", TRAINER)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
        assert (await stranger.call("GET", "/api/seminars")).status == 401
        assert (await participant.call("GET", "/api/me")).status == 200
    assert (await stranger.call("POST", "/api/login", TRAINER)).status == 200
    await node.close()
