"""Playlists that wait, files that stay, and who may have them."""

from __future__ import annotations

import asyncio

import pytest

from recordings import protocol
from server.domain.commands import ParticipantRemove
from server.services import broadcasts
from tests.fakes.node import Browser, Node
from tests.fakes.recording import ScriptedRecording


async def on_air(node: Node) -> tuple[str, ScriptedRecording]:
    """Let a session be live with three parts of the programme written."""
    session_id = (await node.live_session()).session_id
    recording = ScriptedRecording(node.config.recordings_dir, session_id)
    recording.begin("programme")
    for _ in range(3):
        recording.add_part("programme")
    return session_id, recording


def announce(node: Node, session_id: str, msn: int, part: int) -> None:
    node.recorder.tell(
        protocol.HlsEdge(
            session_id=session_id, rendition="programme", msn=msn, part=part
        )
    )


async def text(browser: Browser, path: str) -> str:
    answer = await browser.call("GET", path)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_live_playlist_is_fresh_and_compressed(node: Node) -> None:
    session_id, _ = await on_air(node)
    browser = await node.browser("participant")
    answer = await browser.call("GET", f"/hls/{session_id}/programme.m3u8")
    assert answer.content_type == "application/vnd.apple.mpegurl"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "programme/e1-p000002.m4s" in await answer.text()
    assert "EXT-X-ENDLIST" not in await answer.text()
    plain = await browser.call(
        "GET", f"/hls/{session_id}/programme.m3u8", Accept_Encoding="identity"
    )
    assert "Content-Encoding" not in plain.headers
    assert "RESOLUTION=640x360" in await text(browser, f"/hls/{session_id}/master.m3u8")


async def test_blocked_reload_is_answered_by_the_next_part(node: Node) -> None:
    session_id, recording = await on_air(node)
    browser = await node.browser("participant")
    path = f"/hls/{session_id}/programme.m3u8?_HLS_msn=0&_HLS_part=3"
    waiting = [asyncio.create_task(text(browser, path)) for _ in range(20)]
    done, _ = await asyncio.wait(waiting, timeout=0.2)
    assert not done
    name = recording.add_part("programme")
    announce(node, session_id, 0, 3)
    for playlist in await asyncio.gather(*waiting):
        assert f"programme/{name}" in playlist


async def test_part_is_found_also_without_news_from_the_recorder(node: Node) -> None:
    session_id, recording = await on_air(node)
    browser = await node.browser("participant")
    path = f"/hls/{session_id}/programme.m3u8?_HLS_msn=0&_HLS_part=3"
    waiting = asyncio.create_task(text(browser, path))
    await asyncio.sleep(0.05)
    name = recording.add_part("programme")
    assert f"programme/{name}" in await waiting


@pytest.mark.parametrize(
    "query", ["_HLS_msn=9", "_HLS_msn=0&_HLS_part=40", "_HLS_msn=x"]
)
async def test_far_future_and_nonsense_are_400(node: Node, query: str) -> None:
    session_id, _ = await on_air(node)
    browser = await node.browser("participant")
    answer = await browser.call("GET", f"/hls/{session_id}/programme.m3u8?{query}")
    assert answer.status == 400


async def test_stalled_recording_is_503(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "BLOCK_LIMIT_S", 0.2)
    session_id, _ = await on_air(node)
    browser = await node.browser("participant")
    path = f"/hls/{session_id}/programme.m3u8?_HLS_msn=0&_HLS_part=3"
    answer = await browser.call("GET", path)
    assert answer.status == 503
    assert (await answer.json())["code"] == "recorder_unavailable"


async def test_files_never_change_and_the_hinted_one_is_waited_for(
    node: Node,
) -> None:
    session_id, recording = await on_air(node)
    browser = await node.browser("participant")
    folder = f"/hls/{session_id}/programme"
    answer = await browser.call("GET", f"{folder}/e1-p000002.m4s")
    assert await answer.read() == b"part 2"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type == "video/mp4"
    ranged = await browser.call("GET", f"{folder}/e1-p000002.m4s", Range="bytes=0-3")
    assert (ranged.status, await ranged.read()) == (206, b"part")
    hinted = asyncio.create_task(browser.call("GET", f"{folder}/e1-p000003.m4s"))
    await asyncio.sleep(0.05)
    recording.add_part("programme")
    announce(node, session_id, 0, 3)
    assert await (await hinted).read() == b"part 3"
    assert (await browser.call("GET", f"{folder}/e1-p000099.m4s")).status == 404


@pytest.mark.parametrize(
    "tail",
    [
        "programme/manifest.jsonl",
        "programme/../manifest.jsonl",
        "programme/..%2fmanifest.jsonl",
        "..%2f..%2fsigning.key/x",
        "programme/e1-i0000.mp4%00",
        "nothing.m3u8",
        "nothing/e1-p000001.m4s",
    ],
)
async def test_nothing_else_of_the_disk_is_served(node: Node, tail: str) -> None:
    session_id, _ = await on_air(node)
    browser = await node.browser("trainer")
    answer = await browser.call("GET", f"/hls/{session_id}/{tail}")
    assert answer.status == 404


async def test_first_player_waits_for_the_first_part(node: Node) -> None:
    session_id = (await node.live_session()).session_id
    browser = await node.browser("participant")
    waiting = asyncio.create_task(text(browser, f"/hls/{session_id}/programme.m3u8"))
    await asyncio.sleep(0.1)
    recording = ScriptedRecording(node.config.recordings_dir, session_id)
    recording.begin("programme")
    name = recording.add_part("programme")
    assert name in await waiting


async def test_end_turns_the_playlist_into_a_replay(node: Node) -> None:
    session_id, recording = await on_air(node)
    browser = await node.browser("participant")
    await text(browser, f"/hls/{session_id}/programme.m3u8")
    for _ in range(5):
        recording.add_part("programme")
    recording.end()
    await node.end()
    async with asyncio.timeout(5):
        while "EXT-X-ENDLIST" not in await text(
            browser, f"/hls/{session_id}/programme.m3u8"
        ):
            await asyncio.sleep(0.05)


async def test_key_of_the_seminar_plays_from_another_page(node: Node) -> None:
    session_id, _ = await on_air(node)
    keys = await node.services.keys.get_as_operator(node.seminar_id)
    browser = await node.browser()
    path = f"/hls/{session_id}/programme.m3u8"
    assert (await browser.call("GET", path)).status == 401
    assert (await browser.call("GET", f"{path}?key={keys.whip_key}")).status == 401
    answer = await browser.call("GET", f"{path}?key={keys.whep_key}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    playlist = await answer.text()
    assert f'URI="programme/e1-p000002.m4s?key={keys.whep_key}"' in playlist
    part = f"/hls/{session_id}/programme/e1-p000002.m4s?key={keys.whep_key}"
    assert (await browser.call("GET", part)).status == 200


async def test_removed_participant_gets_no_more_parts(node: Node) -> None:
    session_id, _ = await on_air(node)
    participant_id = await node.join("participant")
    browser = await node.browser("participant")
    await text(browser, f"/hls/{session_id}/programme.m3u8")
    await node.command(
        "trainer",
        ParticipantRemove(type="participant.remove", participant_id=participant_id),
    )
    answer = await browser.call("GET", f"/hls/{session_id}/programme.m3u8")
    assert (answer.status, (await answer.json())["code"]) == (403, "removed")


async def test_nobody_waits_for_a_process_that_ends(node: Node) -> None:
    session_id, _ = await on_air(node)
    browser = await node.browser("participant")
    path = f"/hls/{session_id}/programme.m3u8?_HLS_msn=0&_HLS_part=3"
    waiting = asyncio.create_task(browser.call("GET", path))
    await asyncio.sleep(0.1)
    node.services.broadcasts.close()
    async with asyncio.timeout(0.5):
        assert (await waiting).status == 503


async def test_a_removed_person_stays_out_when_the_session_is_unloaded(
    node: Node,
) -> None:
    session_id, _ = await on_air(node)
    removed = await node.join("participant")
    await node.join("neighbour")
    await node.command(
        "trainer", ParticipantRemove(type="participant.remove", participant_id=removed)
    )
    await node.end()
    session = await node.session()
    for who in ("trainer", "participant", "neighbour"):
        await session.disconnect(f"con_{who}")
    await node.until(lambda: session.is_idle)  # the recording has closed
    await node.services.live.tick()
    assert node.services.live.loaded(session_id) is None
    for path in (
        f"/hls/{session_id}/programme.m3u8",
        f"/hls/{session_id}/programme/e1-p000001.m4s",
        f"/api/sessions/{session_id}/timeline",
    ):
        refused = await (await node.browser("participant")).call("GET", path)
        assert (await refused.json())["code"] == "removed", path
        assert refused.status == 403
        allowed = await (await node.browser("neighbour")).call("GET", path)
        assert allowed.status == 200, path
