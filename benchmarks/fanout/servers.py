"""The servers under test, each behind the same two calls: publish and subscribe."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from benchmarks.fanout.light_peer import LightPeer
from media.channel import ChannelClient, NotConnected, Wire
from media.protocol import (
    Answered,
    Command,
    Event,
    Failure,
    Notice,
    PeerOffer,
    PublicationOpened,
    Reply,
    Request,
    Result,
    RouterOpen,
    SlotAssign,
)


class MediaServer(Protocol):
    """A server process that answers SDP."""

    name: str

    @property
    def pid(self) -> int: ...

    async def start(self) -> None: ...

    async def publish(self, peer: LightPeer) -> None:
        """Exchange SDP for a publisher."""
        ...

    async def go_on_air(self) -> None:
        """Called when the publisher's packets flow."""
        ...

    async def subscribe(self, peer: LightPeer) -> None: ...

    async def stop(self) -> None: ...


class Hallcast:
    """Our worker process, driven over its control socket."""

    name = "hallcast"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fanout-"))
        self._count = 0
        self._video = asyncio.Event()
        self._video_id = ""

    async def start(self) -> None:
        control = str(self._folder / "control.sock")
        arguments = ["--control", control, "--udp-host", "127.0.0.1", "--udp-port", "0"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "media", *arguments],
            env={**os.environ, "HALLCAST_LOG_LEVEL": "ERROR"},
        )
        self._client: ChannelClient[Command, Result, Event] = ChannelClient(
            control,
            Wire(Request, Reply, Notice, Failure),
            on_event=self._on_event,
            retry_s=0.05,
        )
        self._client.start()
        await _until_answered(self._client, RouterOpen(router_id="bench"))

    @property
    def pid(self) -> int:
        return self._process.pid

    async def publish(self, peer: LightPeer) -> None:
        await self._exchange(peer, "publish")

    async def go_on_air(self) -> None:
        await asyncio.wait_for(self._video.wait(), 5)
        await self._client.request(
            SlotAssign(
                router_id="bench", slot="programme", publication_id=self._video_id
            )
        )

    async def subscribe(self, peer: LightPeer) -> None:
        await self._exchange(peer, "receive")

    async def stop(self) -> None:
        await self._client.close()
        _end(self._process)
        shutil.rmtree(self._folder)

    async def _exchange(self, peer: LightPeer, direction: Any) -> None:
        self._count += 1
        command = PeerOffer(
            router_id="bench",
            peer_id=f"{direction}-{self._count}",
            direction=direction,
            offer_sdp=peer.make_offer(),
        )
        answered = await self._client.request(command, timeout_s=20)
        assert isinstance(answered, Answered)
        peer.take_answer(answered.answer_sdp)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, PublicationOpened) and event.publication.kind == "video":
            self._video_id = event.publication.publication_id
            self._video.set()


async def _until_answered(
    client: ChannelClient[Command, Result, Event], command: Command
) -> None:
    for _ in range(100):
        try:
            await client.request(command)
        except NotConnected:
            await asyncio.sleep(0.05)
        else:
            return
    raise RuntimeError("the worker did not start")


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

    async def start(self) -> None:
        self._port = _free_port()
        self._write_config()
        self._process = subprocess.Popen(
            ["janus", "-F", str(self._folder), "-d", "2"],
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

    async def publish(self, peer: LightPeer) -> None:
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

    async def subscribe(self, peer: LightPeer) -> None:
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
        _end(self._process)
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
