"""Drive the system's Firefox over WebDriver BiDi (W3C), which needs no extra driver."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.waiting import until

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # Without leave to capture, Firefox offers the default route's address alone, which
    # never reaches a server that listens on loopback only.
    "media.peerconnection.ice.loopback": True,
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "remote.active-protocols": 1,
}
START_TIMEOUT_S = 30
PRESS_SCRIPT = """(name) => {
  const named = (one) => [one.innerText, one.ariaLabel, one.labels?.[0]?.innerText]
    .some((text) => text?.trim().startsWith(name));
  const control = [...document.querySelectorAll('button, a[href], input')]
    .find((one) => one.checkVisibility() && named(one)
      && !one.disabled && !one.ariaBusy);
  control?.click();
  return control !== undefined;
}"""
RECEIVED_SCRIPT = """(async () => {
  let frames = 0, energy = 0;
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type !== 'inbound-rtp') continue;
      frames += row.framesDecoded ?? 0;
      energy += row.totalAudioEnergy ?? 0;
    }
  }
  return [frames, energy];
})()"""
PEERS_SCRIPT = """() => {
  window.__peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) { super(...args); window.__peers.push(this); }
  };
}"""


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._context = ""

    async def command(self, method: str, **params: Any) -> Any:
        """Send one BiDi command and return its result."""
        number = next(self._ids)
        await self._socket.send_str(
            json.dumps({"id": number, "method": method, "params": params})
        )
        while True:
            answer = json.loads((await self._socket.receive(timeout=60)).data)
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    async def open(self) -> None:
        await self.command("session.new", capabilities={})
        tree = await self.command("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        await self.command("script.addPreloadScript", functionDeclaration=PEERS_SCRIPT)

    async def goto(self, url: str) -> None:
        await self.command(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    async def evaluate(self, script: str) -> Any:
        """Run an expression, await its promise, return its JSON value."""
        wrapped = f"(async () => JSON.stringify((await ({script})) ?? null))()"
        result = await self.command(
            "script.evaluate",
            expression=wrapped,
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    async def wait_for(self, script: str, timeout_s: float = 30) -> Any:
        """Poll an expression until it is truthy; return its value."""
        value, _ = await until(
            lambda: self.evaluate(script), bool, timeout_s, f"Firefox: {script}"
        )
        return value

    async def press(self, name: str, timeout_s: float = 20) -> None:
        """Wait for a button, link or choice whose name begins so, and click it."""
        await self.wait_for(f"({PRESS_SCRIPT})({json.dumps(name)})", timeout_s)

    async def shows(self, text: str, timeout_s: float = 20) -> None:
        """Wait until the page shows a text."""
        await self.wait_for(
            f"document.body.innerText.includes({json.dumps(text)})", timeout_s
        )

    async def received(self) -> tuple[int, float]:
        """Give decoded video frames and audio energy over WebRTC so far."""
        frames, energy = await self.evaluate(RECEIVED_SCRIPT)
        return int(frames), float(energy)

    async def screenshot(self, path: Path) -> None:
        shot = await self.command(
            "browsingContext.captureScreenshot", context=self._context
        )
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


async def _address(process: asyncio.subprocess.Process) -> str:
    """Read the BiDi address that Firefox prints when it listens."""
    assert process.stderr is not None
    async with asyncio.timeout(START_TIMEOUT_S):
        async for line in process.stderr:
            text = line.decode(errors="replace")
            if "WebDriver BiDi listening on " in text:
                return text.split("listening on ")[1].strip()
    raise RuntimeError("Firefox ended before it listened.")


async def _drain(stream: asyncio.StreamReader) -> None:
    async for _line in stream:
        pass


async def _keep_screenshot(firefox: Firefox) -> None:
    """Leave what the tab showed at a failure in HALLCAST_TEST_SHOTS, if set."""
    folder = os.environ.get("HALLCAST_TEST_SHOTS")
    if folder is not None:
        await firefox.screenshot(Path(folder) / "firefox.png")


@asynccontextmanager
async def open_firefox() -> AsyncIterator[Firefox]:
    """Start Firefox headless with a fresh profile and fake devices."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program is not None, "Firefox is missing: apt-get install firefox-esr"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in PREFERENCES.items()
        ]
        await asyncio.to_thread(
            (Path(profile) / "user.js").write_text, "\n".join(lines)
        )
        process = await asyncio.create_subprocess_exec(
            program,
            *("--headless", "--no-remote", "--profile", profile),
            *("--remote-debugging-port", "0"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            address = await _address(process)
            assert process.stderr is not None
            drain = asyncio.create_task(_drain(process.stderr))
            async with (
                aiohttp.ClientSession() as http,
                http.ws_connect(f"{address}/session", max_msg_size=0) as socket,
            ):
                firefox = Firefox(socket)
                await firefox.open()
                try:
                    yield firefox
                except BaseException:
                    await _keep_screenshot(firefox)
                    raise
            drain.cancel()
        finally:
            process.terminate()
            await process.wait()
