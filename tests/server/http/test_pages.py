from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.node import Node, open_node


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Hallcast</title>")
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "assets" / "main-abc123.js").write_text("console.log(1)")
    (tmp_path / "secret.txt").write_text("secret")
    return dist


async def test_page_answers_every_route_of_the_browser(
    tmp_path: Path, dist: Path
) -> None:
    node = await open_node(tmp_path, web_dist=dist)
    browser = await node.browser()
    for path in (
        "/",
        "/login",
        "/room/sem_x",
        "/seminars/new",
        "/j/token",
        "/replay/s",
    ):
        answer = await browser.call("GET", path)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Hallcast" in await answer.text()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    await node.close()


async def test_assets_are_kept_for_ever_and_compressed(
    tmp_path: Path, dist: Path
) -> None:
    node = await open_node(tmp_path, web_dist=dist)
    browser = await node.browser()
    answer = await browser.call("GET", "/assets/main-abc123.js")
    assert await answer.text() == "console.log(1)"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.content_type == "text/javascript"
    assert (await browser.call("GET", "/favicon.svg")).status == 200
    await node.close()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%2fsecret.txt",
        "/assets/%00",
        "/assets/",
    ],
)
async def test_nothing_outside_the_build_is_served(
    tmp_path: Path, dist: Path, path: str
) -> None:
    node = await open_node(tmp_path, web_dist=dist)
    browser = await node.browser()
    answer = await browser.call("GET", path)
    assert "secret" not in await answer.text()
    assert answer.status in (200, 404)
    await node.close()


async def test_missing_build_is_one_clear_sentence(tmp_path: Path) -> None:
    node = await open_node(tmp_path, web_dist=tmp_path / "nowhere")
    browser = await node.browser()
    answer = await browser.call("GET", "/")
    assert answer.status == 503
    assert "npm run build" in await answer.text()
    await node.close()


async def test_readiness_names_what_is_missing(node: Node) -> None:
    browser = await node.browser()
    assert (await browser.call("GET", "/readyz")).status == 200
    await node.recorder.close()
    await node.until(lambda: not node.services.director.is_ready)
    answer = await browser.call("GET", "/readyz")
    assert (answer.status, await answer.text()) == (503, "waiting for recorder\n")
    assert (await browser.call("GET", "/healthz")).status == 200
    metrics = await (await browser.call("GET", "/metrics")).text()
    assert "hallcast_recorder_up 0.0\n" in metrics
