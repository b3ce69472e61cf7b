"""Drive the system's Firefox over WebDriver BiDi (W3C), which needs no extra driver."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
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
        async with asyncio.timeout(timeout_s):
            while not (value := await self.evaluate(script)):
                await asyncio.sleep(0.2)
        return value

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
                yield firefox
            drain.cancel()
        finally:
            process.terminate()
            await process.wait()
