"""Debian's Janus under the same load as ours."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.process import end, free_port

_ROOM = 4242


class Janus:
    """Debian's Janus with its videoroom plugin over the HTTP API."""

    def __init__(self, event_loops: int = 0) -> None:
        self.name = f"janus, {event_loops} event loops" if event_loops else "janus"
        self._event_loops = event_loops
        self._folder = Path(tempfile.mkdtemp(prefix="fanout-"))
        self._feed = 0
        self._transactions = iter(range(1, 1 << 30))

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("janus") is not None

    async def start(self, rooms: int = 1) -> None:
        assert rooms == 1
        self._port = free_port()
        self._write_config()
        self._process = await asyncio.create_subprocess_exec(
            *("janus", "-F", str(self._folder), "-d", "2"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._http = aiohttp.ClientSession(f"http://127.0.0.1:{self._port}")
        self._session = await self._open_session()
        self._publisher = await self._attach(self._session)
        await self._tell(
            self._session,
            self._publisher,
            {"request": "create", "room": _ROOM, "publishers": 2, "bitrate": 4_000_000},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def publish(self, peer: LightPeer, room: int = 0) -> None:
        join = {"request": "joinandconfigure", "room": _ROOM, "ptype": "publisher"}
        event = await self._tell(
            self._session,
            self._publisher,
            join,
            {"type": "offer", "sdp": peer.make_offer()},
        )
        self._feed = event["plugindata"]["data"]["id"]
        peer.take_answer(event["jsep"]["sdp"])

    async def go_on_air(self) -> None:
        return None

    async def subscribe(self, peer: LightPeer, room: int = 0) -> None:
        # One session each: replies come by long poll, one poll at a time a session.
        session = await self._open_session()
        handle = await self._attach(session)
        join = {
            "request": "join",
            "room": _ROOM,
            "ptype": "subscriber",
            "streams": [{"feed": self._feed}],
        }
        event = await self._tell(session, handle, join)
        answer = peer.take_offer(event["jsep"]["sdp"])
        jsep = {"type": "answer", "sdp": answer}
        await self._tell(session, handle, {"request": "start"}, jsep)

    async def stop(self) -> None:
        await self._http.close()
        await end(self._process)
        shutil.rmtree(self._folder)

    def _write_config(self) -> None:
        loops = f"event_loops = {self._event_loops}" if self._event_loops else ""
        configs = {
            "janus.jcfg": (
                f"general: {{ session_timeout = 0\n {loops} }}\n"
                'nat: { ice_lite = true\n ice_enforce_list = "lo"\n'
                ' ice_ignore_list = "vmnet"\n full_trickle = false }\n'
                'plugins: { disable = "libjanus_audiobridge.so,libjanus_echotest.so,'
                "libjanus_recordplay.so,libjanus_sip.so,libjanus_nosip.so,"
                "libjanus_streaming.so,libjanus_videocall.so,libjanus_voicemail.so,"
                'libjanus_textroom.so,libjanus_lua.so,libjanus_duktape.so" }\n'
                'transports: { disable = "libjanus_websockets.so,libjanus_rabbitmq.so,'
                'libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so" }\n'
            ),
            "janus.transport.http.jcfg": (
                f"general: {{ http = true\n port = {self._port}\n"
                ' ip = "127.0.0.1"\n https = false }\nadmin: { admin_http = false }\n'
            ),
            "janus.plugin.videoroom.jcfg": "general: { }\n",
        }
        for name, text in configs.items():
            (self._folder / name).write_text(text)

    async def _open_session(self) -> int:
        for _ in range(200):
            try:
                reply = await self._post("/janus", {"janus": "create"})
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
            else:
                return int(reply["data"]["id"])
        raise RuntimeError("Janus did not start")

    async def _attach(self, session: int) -> int:
        body = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        reply = await self._post(f"/janus/{session}", body)
        return int(reply["data"]["id"])

    async def _tell(
        self,
        session: int,
        handle: int,
        body: dict[str, Any],
        jsep: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        message: dict[str, Any] = {"janus": "message", "body": body}
        if jsep is not None:
            message["jsep"] = jsep
        reply = await self._post(f"/janus/{session}/{handle}", message)
        while reply["janus"] == "ack" or reply["janus"] in ("keepalive", "webrtcup"):
            reply = await self._poll(session)
        data = reply.get("plugindata", {}).get("data", {})
        if reply["janus"] == "error" or "error" in data:
            raise RuntimeError(f"Janus refused: {reply}")
        return reply

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        body["transaction"] = str(next(self._transactions))
        async with self._http.post(path, json=body) as response:
            return dict(await response.json(content_type=None))

    async def _poll(self, session: int) -> dict[str, Any]:
        while True:
            async with self._http.get(f"/janus/{session}?maxev=1") as response:
                event = dict(json.loads(await response.text()))
            if event["janus"] in ("event", "error"):
                return event
