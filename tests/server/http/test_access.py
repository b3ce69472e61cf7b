"""Every route x every role: who gets in, who is refused, and how (H1, H5)."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from server.http.access import ROUTES
from server.http.middlewares import SECURITY_HEADERS
from tests.fakes.node import DRAFT, Node

WHO = (
    "",
    "administrator",
    "trainer",
    "colleague",
    "coordinator",
    "participant",
    "stranger",
)
SEMINAR_DRAFT = json.loads(DRAFT.model_dump_json())
WISH = {"max_heights": {"presenter": 360}}
EVERYBODY = {"": 200}
NOBODY_IN = 401

# Status by person, in the order of WHO. `colleague` is a trainer who owns nothing,
# `stranger` comes from a centre that is not invited.
MATRIX: list[tuple[str, str, object, tuple[int, ...]]] = [
    ("GET", "/healthz", None, (200,) * 7),
    ("GET", "/readyz", None, (200,) * 7),
    ("GET", "/metrics", None, (200,) * 7),
    ("GET", "/api/me", None, (200,) * 7),
    ("POST", "/api/logout", None, (204,) * 7),
    ("POST", "/api/login", {"email": "x", "password": "y"}, (401,) * 7),
    ("POST", "/api/demo-login", {"role": "trainer"}, (404,) * 7),
    ("PUT", "/api/me/locale", {"locale": "ru"}, (401, *(204,) * 6)),
    ("GET", "/api/invitations/wrong", None, (404,) * 7),
    ("GET", "/api/centres", None, (401, *(200,) * 6)),
    ("GET", "/api/seminars", None, (401, *(200,) * 6)),
    ("POST", "/api/seminars", SEMINAR_DRAFT, (401, 201, 201, 201, 403, 403, 403)),
    ("GET", "/api/seminars/{sem}", None, (401, 200, 200, 403, 200, 200, 403)),
    ("PUT", "/api/seminars/{sem}", SEMINAR_DRAFT, (401, 200, 200, 403, 403, 403, 403)),
    ("GET", "/api/seminars/{sem}/keys", None, (401, 200, 200, 403, 403, 403, 403)),
    ("POST", "/api/seminars/{sem}/keys/renew", None, (401, 200, 200, *(403,) * 4)),
    ("POST", "/api/seminars/{sem}/decks", None, (401, 400, 400, 400, 400, 400, 400)),
    ("GET", "/api/seminars/sem_unknown", None, (401, *(404,) * 6)),
    ("GET", "/api/decks/dck_unknown", None, (401, *(404,) * 6)),
    ("DELETE", "/api/decks/dck_unknown", None, (401, *(404,) * 6)),
    ("GET", "/api/decks/dck_unknown/text", None, (401, *(404,) * 6)),
    ("GET", "/api/decks/dck_unknown/original.pdf", None, (401, *(404,) * 6)),
    ("GET", "/api/decks/dck_unknown/1-480.webp", None, (401, *(404,) * 6)),
    ("GET", "/api/sessions/{ses}/timeline", None, (401, 200, 200, 403, 200, 200, 403)),
    (
        "GET",
        "/api/sessions/{ses}/attendance",
        None,
        (401, 200, 200, 403, 200, 403, 403),
    ),
    (
        "GET",
        "/api/sessions/{ses}/attendance.csv",
        None,
        (401, 200, 200, 403, 200, 403, 403),
    ),
    ("GET", "/api/sessions/ses_unknown/timeline", None, (401, *(404,) * 6)),
    # Nothing is recorded in these tests: 404 is for those who may look.
    ("GET", "/hls/{ses}/screen/e1-p1.m4s", None, (401, 404, 404, 403, 404, 404, 403)),
    ("GET", "/hls/ses_unknown/programme.m3u8", None, (401, *(404,) * 6)),
    ("GET", "/whip/{sem}", None, (401, *(204,) * 6)),
    ("GET", "/whep/{sem}", None, (401, *(204,) * 6)),
    ("PATCH", "/whip/{sem}/par_x.camera.y", None, (401, *(404,) * 6)),
    ("PATCH", "/whep/{sem}/par_x.view.y", None, (401, *(404,) * 6)),
    ("DELETE", "/whip/{sem}/par_x.camera.y", None, (401, *(404,) * 6)),
    ("POST", "/whip/{sem}", None, (401, *(415,) * 6)),
    ("POST", "/whep/{sem}/par_x.view.y/layers", WISH, (401, *(404,) * 6)),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "statuses"),
    MATRIX,
    ids=[f"{method} {path}" for method, path, _, _ in MATRIX],
)
async def test_matrix(
    node: Node, method: str, path: str, body: object, statuses: tuple[int, ...]
) -> None:
    session = await node.live_session()
    path = path.format(sem=node.seminar_id, ses=session.session_id)
    got = {}
    for who in WHO:
        browser = await node.browser(who or None)
        answer = await browser.call(method, path, body)
        got[who] = answer.status
        for name, value in SECURITY_HEADERS.items():
            if path.startswith(("/whip", "/whep", "/hls")) and name.startswith("Cross"):
                continue
            assert answer.headers[name] == value
    assert got == dict(zip(WHO, statuses, strict=True))


async def test_every_route_is_in_the_table_and_every_row_is_a_route(
    node: Node,
) -> None:
    served = {
        (route.method, _canonical(route))
        for route in node.app.router.routes()
        if route.method != "HEAD"
    }
    assert served == set(ROUTES)


def _canonical(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return route.resource.canonical


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/whip/", "/hls/x", "/assets/x.js", "/favicon.ico"]
)
async def test_unknown_addresses_are_404_with_headers(node: Node, path: str) -> None:
    browser = await node.browser("trainer")
    answer = await browser.call("GET", path)
    assert answer.status == 404
    assert (await answer.json())["code"] == "not_found"
    assert "Content-Security-Policy" in answer.headers


async def test_wrong_method_is_405(node: Node) -> None:
    browser = await node.browser("trainer")
    answer = await browser.call("DELETE", "/api/login")
    assert answer.status == 405
    assert "POST" in answer.headers["Allow"]
