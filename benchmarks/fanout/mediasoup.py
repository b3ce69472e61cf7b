"""mediasoup, the C++ worker of many conference systems, when it was built before.

    python -m benchmarks.fanout.mediasoup     # about 10 minutes on two cores

npm's 3.8.4 is the last version that carries the sources of everything it needs; later
ones fetch prebuilt binaries or sources from elsewhere. Its build is from 2021, so two
things are mended: names that Python 3.10 removed, and a constant that glibc 2.34 made a
call. What it forwards is untouched, and compiled with its own release settings.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.process import end

VERSION = "3.8.4"
START_TIMEOUT_S = 20.0
_SCRIPT = Path(__file__).with_name("mediasoup_server.cjs")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
FOLDER = Path(
    os.environ.get("HALLCAST_BENCH_MEDIASOUP", _CACHE / "hallcast-bench" / "mediasoup")
)
_WORKER = FOLDER / "node_modules" / "mediasoup" / "worker"
_OLD_NAMES = """\
import collections, collections.abc
collections.MutableSet = collections.abc.MutableSet
"""
_STACK_FILE = (
    "deps/libwebrtc/deps/abseil-cpp/abseil-cpp/absl/debugging/failure_signal_handler.cc"
)


class Mediasoup:
    """One mediasoup worker with one router; only the worker's CPU time is counted."""

    name = f"mediasoup {VERSION}"

    def __init__(self) -> None:
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @staticmethod
    def is_installed() -> bool:
        built = _WORKER / "out" / "Release" / "mediasoup-worker"
        return built.exists() and shutil.which("node") is not None

    async def start(self, rooms: int = 1) -> None:
        assert rooms == 1
        node = shutil.which("node")
        assert node is not None
        self._process = await asyncio.create_subprocess_exec(
            *(node, str(_SCRIPT)),
            env={**os.environ, "NODE_PATH": str(FOLDER / "node_modules")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read())
        self._worker_pid = int((await self._ask("start"))["pid"])

    @property
    def pid(self) -> int:
        return self._worker_pid

    async def publish(self, peer: LightPeer, room: int = 0) -> None:
        reply = await self._ask(
            "publish",
            offer=peer.make_offer(),
            audioSsrc=peer.audio_ssrc,
            videoSsrc=peer.video_ssrc,
        )
        peer.take_answer(reply["sdp"])

    async def go_on_air(self) -> None:
        return None

    async def subscribe(self, peer: LightPeer, room: int = 0) -> None:
        reply = await self._ask("subscribe", offer=peer.make_offer())
        peer.take_answer(reply["sdp"])

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await end(self._process)
        await self._reader

    async def _ask(self, request: str, **fields: Any) -> dict[str, Any]:
        number = next(self._ids)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        line = json.dumps({"id": number, "name": request, **fields})
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        async with asyncio.timeout(START_TIMEOUT_S):
            reply: dict[str, Any] = await answer
        if "error" in reply:
            raise RuntimeError(f"mediasoup refused: {reply['error']}")
        return reply

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            reply = json.loads(line)
            self._waiting.pop(reply["id"]).set_result(reply)


def install() -> None:
    """Fetch it by npm and compile its worker. Raise CalledProcessError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true}')
    # Its own install step would compile before anything could be mended.
    fetch = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run([*fetch, f"mediasoup@{VERSION}"], cwd=FOLDER, check=True)
    source = _WORKER / _STACK_FILE
    text = source.read_text()
    source.write_text(text.replace("std::max(SIGSTKSZ,", "std::max<size_t>(SIGSTKSZ,"))
    names = FOLDER / "python"
    names.mkdir(exist_ok=True)
    (names / "sitecustomize.py").write_text(_OLD_NAMES)
    mended = {"PYTHON": sys.executable, "PYTHONPATH": str(names)}
    flags = {"CXXFLAGS": "-include cstdint -include limits"}
    subprocess.run(["make"], cwd=_WORKER, env=os.environ | mended | flags, check=True)


if __name__ == "__main__":
    install()
