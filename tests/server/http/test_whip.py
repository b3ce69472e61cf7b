"""Every answer WHIP and WHEP owe their clients (ecosystem.md 3.1; RFC 9725)."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientResponse

from media import protocol
from server.domain.commands import ParticipantRemove
from server.workers.peers import owner_of
from tests.fakes.node import CSRF, Node

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na={direction}\r\n"
)
SEND = OFFER.format(direction="sendonly")
RECEIVE = OFFER.format(direction="recvonly")
SDP = {"Content-Type": "application/sdp"}
CANDIDATES = "a=ice-ufrag:abcd\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"


async def offer(
    node: Node,
    wire: str,
    who: str | None = None,
    *,
    key: str | None = None,
    sdp: str | None = None,
    query: str = "",
    **headers: str,
) -> ClientResponse:
    browser = await node.browser(who)
    sent = SDP | {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"Authorization": f"Bearer {key}"} if key else CSRF
    if sdp is None:
        sdp = SEND if wire == "whip" else RECEIVE
    response = await browser.session.post(
        f"/{wire}/{node.seminar_id}{query}", data=sdp, headers=sent
    )
    await response.read()
    return response


async def keys(node: Node) -> tuple[str, str]:
    keys = await node.services.keys.get_as_operator(node.seminar_id)
    return keys.whip_key, keys.whep_key


async def test_trainer_publishes_with_cookie(node: Node) -> None:
    await node.live_session()
    response = await offer(node, "whip", "trainer")
    assert response.status == 201
    assert response.content_type == "application/sdp"
    assert response.headers["ETag"].startswith('"')
    assert response.headers["Location"].startswith(f"/whip/{node.seminar_id}/par_")
    assert "Link" not in response.headers
    [peer_id] = node.worker.peers
    owner = owner_of(peer_id)
    assert owner is not None
    assert owner.role == "camera"


async def test_peer_addresses_can_not_be_guessed(node: Node) -> None:
    await node.live_session()
    first = (await offer(node, "whip", "trainer")).headers["Location"]
    second = (await offer(node, "whip", "trainer")).headers["Location"]
    assert first.rpartition(".")[0] == second.rpartition(".")[0]
    assert len(first.rpartition(".")[2]) >= 22
    assert first != second


async def test_screen_is_a_source_of_its_own(node: Node) -> None:
    await node.live_session()
    await offer(node, "whip", "trainer", query="?source=screen")
    [peer_id] = node.worker.peers
    assert ".screen." in peer_id
    assert (await offer(node, "whip", "trainer", query="?source=x")).status == 400


async def test_participant_publishes_only_with_the_floor(node: Node) -> None:
    await node.live_session()
    await node.join("participant")
    assert (await offer(node, "whip", "participant")).status == 403
    await node.give_floor("neighbour")
    assert (await offer(node, "whip", "neighbour")).status == 201


async def test_encoder_publishes_with_key_as_presenter(node: Node) -> None:
    whip_key, _ = await keys(node)
    early = await offer(node, "whip", key=whip_key)
    assert early.status == 409
    assert "Retry-After" in early.headers
    session = await node.live_session()
    assert (await offer(node, "whip", key=whip_key)).status == 201
    trainer = session.memory.participant_id_of(node.people["trainer"].person_id)
    [peer_id] = node.worker.peers
    assert peer_id.startswith(f"{trainer}.camera.")


async def test_player_with_key_gets_the_programme_once_live(node: Node) -> None:
    _, whep_key = await keys(node)
    await node.green_room()
    early = await offer(node, "whep", key=whep_key)
    assert early.status == 409
    assert int(early.headers["Retry-After"]) >= 1
    await node.go_live()
    assert (await offer(node, "whep", key=whep_key)).status == 201
    sent = [one for one in node.worker.requests if isinstance(one, protocol.PeerOffer)]
    assert sent[-1].profile == ("programme",)


async def test_page_receives_the_seminar_profile(node: Node) -> None:
    await node.live_session()
    await node.join("participant")
    response = await offer(node, "whep", "participant", query="?profile=seminar")
    assert response.status == 201
    [sent] = [
        one for one in node.worker.requests if isinstance(one, protocol.PeerOffer)
    ]
    assert sent.profile == protocol.SEMINAR_PROFILE
    assert sent.direction == "receive"


@pytest.mark.parametrize("wire", ["whip", "whep"])
async def test_wrong_keys_open_nothing(node: Node, wire: str) -> None:
    await node.live_session()
    whip_key, whep_key = await keys(node)
    other = whep_key if wire == "whip" else whip_key
    for key in ("nonsense", other):
        response = await offer(node, wire, key=key)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert (await offer(node, wire)).status == 401
    assert not node.worker.peers


async def test_key_opens_only_its_own_seminar(node: Node) -> None:
    await node.live_session()
    whip_key, _ = await keys(node)
    browser = await node.browser()
    response = await browser.session.post(
        "/whip/sem_another_one",
        data=SEND,
        headers=SDP | {"Authorization": f"Bearer {whip_key}"},
    )
    assert response.status == 401


@pytest.mark.parametrize(
    ("sdp", "content_type", "status"),
    [
        (SEND, "text/plain", 415),
        ("hello", "application/sdp", 400),
        ("v=0\r\ns=-\r\n", "application/sdp", 400),
        (SEND + "a=x\r\n" * 10_000, "application/sdp", 400),
        (SEND + CANDIDATES * 21, "application/sdp", 400),
        (RECEIVE, "application/sdp", 422),
        (SEND.encode("utf-16").decode("latin-1"), "application/sdp", 400),
    ],
    ids=["type", "no-sdp", "no-media", "long", "candidates", "direction", "bytes"],
)
async def test_what_is_no_offer_is_refused(
    node: Node, sdp: str, content_type: str, status: int
) -> None:
    await node.live_session()
    response = await offer(node, "whip", "trainer", sdp=sdp, Content_Type=content_type)
    assert response.status == status
    assert not node.worker.peers


@pytest.mark.parametrize(
    ("code", "status"),
    [("bad_sdp", 400), ("no_common_codec", 406), ("full", 503), ("internal", 503)],
)
async def test_refusals_of_the_worker_reach_the_client(
    node: Node, code: str, status: int
) -> None:
    await node.live_session()
    node.worker.refusal = protocol.Failure(code=code, message="no")  # type: ignore[arg-type]
    response = await offer(node, "whip", "trainer")
    assert response.status == status


async def test_without_csrf_proof_a_cookie_publishes_nothing(node: Node) -> None:
    await node.live_session()
    browser = await node.browser("trainer")
    path = f"/whip/{node.seminar_id}"
    assert (await browser.session.post(path, data=SEND, headers=SDP)).status == 403
    forged = SDP | CSRF | {"Origin": "https://elsewhere.example"}
    assert (await browser.session.post(path, data=SEND, headers=forged)).status == 403
    assert not node.worker.peers


async def test_only_the_owner_ends_a_peer(node: Node) -> None:
    await node.live_session()
    await node.give_floor("participant")
    path = (await offer(node, "whip", "participant")).headers["Location"]
    whip_key, whep_key = await keys(node)
    for who in ("trainer", "neighbour", "stranger", "administrator"):
        browser = await node.browser(who)
        assert (await browser.call("DELETE", path)).status == 403
    nobody = await node.browser()
    assert (await nobody.call("DELETE", path)).status == 401
    for key, status in ((whip_key, 403), (whep_key, 401), ("wrong", 401)):
        bearer = {"Authorization": f"Bearer {key}"}
        assert (await nobody.session.delete(path, headers=bearer)).status == status
    assert len(node.worker.peers) == 1
    owner = await node.browser("participant")
    assert (await owner.call("DELETE", path)).status == 200
    assert not node.worker.peers


async def test_ending_what_has_ended_is_fine_for_the_owner_alone(node: Node) -> None:
    session = await node.live_session()
    await node.give_floor("participant")
    path = (await offer(node, "whip", "participant")).headers["Location"]
    [peer_id] = node.worker.peers
    node.worker.lose(peer_id)
    owner = await node.browser("participant")
    async with asyncio.timeout(5):
        while (await owner.call("GET", path)).status != 404:
            pass

    async def ending() -> list[int]:
        people = ("participant", "trainer", "stranger", None)
        browsers = [await node.browser(who) for who in people]
        return [(await one.call("DELETE", path)).status for one in browsers]

    assert await ending() == [200, 403, 403, 401]
    other = path.replace("/whip/", "/whep/")
    assert (await owner.call("DELETE", other)).status == 404
    await node.end()
    for who in ("trainer", "participant"):
        await session.disconnect(f"con_{who}")
    await node.until(lambda: session.is_idle)  # the recording has closed
    await node.services.live.tick()
    assert node.services.live.loaded(session.session_id) is None
    assert await ending() == [200, 404, 404, 401]


async def test_player_with_key_ends_its_own_peer(node: Node) -> None:
    await node.live_session()
    _, whep_key = await keys(node)
    path = (await offer(node, "whep", key=whep_key)).headers["Location"]
    nobody = await node.browser()
    bearer = {"Authorization": f"Bearer {whep_key}", "If-Match": '"ignored"'}
    for _ in range(2):
        assert (await nobody.session.delete(path, headers=bearer)).status == 200
        assert not node.worker.peers


@pytest.mark.parametrize("wire", ["whip", "whep"])
async def test_discovery(node: Node, wire: str) -> None:
    await node.live_session()
    browser = await node.browser("trainer")
    path = f"/{wire}/{node.seminar_id}"
    got = await browser.call("GET", path)
    assert (got.status, await got.read()) == (204, b"")
    head = await browser.call("HEAD", path)
    assert (head.status, head.content_type) == (200, "application/sdp")
    made = await offer(node, wire, "trainer")
    assert (await browser.call("GET", made.headers["Location"])).status == 204
    assert (await browser.call("GET", f"{path}/par_x.camera.y")).status == 404


@pytest.mark.parametrize("tail", ["", "/par_x.camera.y"])
async def test_preflight_of_foreign_page(node: Node, tail: str) -> None:
    browser = await node.browser()
    response = await browser.session.options(
        f"/whip/{node.seminar_id}{tail}",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
        },
    )
    assert response.status == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Accept-Post"] == "application/sdp"
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


async def test_foreign_page_publishes_with_key(node: Node) -> None:
    await node.live_session()
    whip_key, _ = await keys(node)
    response = await offer(
        node, "whip", key=whip_key, Origin="https://elsewhere.example"
    )
    assert response.status == 201
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in response.headers["Access-Control-Expose-Headers"]


async def test_nobody_receives_before_the_green_room(node: Node) -> None:
    await node.join("trainer")
    assert (await offer(node, "whep", "trainer")).status == 409


async def test_removed_participant_receives_nothing(node: Node) -> None:
    await node.live_session()
    participant_id = await node.join("participant")
    path = (await offer(node, "whep", "participant")).headers["Location"]
    await node.command(
        "trainer",
        ParticipantRemove(type="participant.remove", participant_id=participant_id),
    )
    await node.until(lambda: not node.worker.peers)
    assert (await offer(node, "whep", "participant")).status == 403
    browser = await node.browser("participant")
    assert (await browser.call("GET", path)).status == 404


async def test_without_a_worker_the_client_is_told_to_come_again(node: Node) -> None:
    await node.live_session()
    await node.worker.close()
    response = await offer(node, "whip", "trainer")
    assert response.status == 503
    assert (await response.json())["code"] == "media_unavailable"
    assert "Retry-After" in response.headers
