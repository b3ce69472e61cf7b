"""Mutated bodies of WHIP and WHEP are read or refused, quickly (reliability A1)."""

from __future__ import annotations

import asyncio
import random
import secrets
import time

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from server.errors import HallcastError
from server.http.sdp_request import (
    FRAGMENT_TYPE,
    MAX_SDP_BYTES,
    SDP_TYPE,
    read_offer,
    read_patch,
)
from tests.media.attacks.fuzz import SDP_FOLDER, mutate

FRAGMENT = (
    b"a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    b"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    b"a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n"
    b"a=end-of-candidates\r\n"
)
FIXED_SEED = 20261121
HANG_S = 0.010


def request(body: bytes, kind: str) -> web.Request:
    loop = asyncio.get_running_loop()
    reader = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    reader.feed_data(body)
    reader.feed_eof()
    headers = {"Content-Type": kind, "If-Match": "*"}
    return make_mocked_request("PATCH", "/whip/x/y", headers=headers, payload=reader)


async def read(kind: str, body: bytes) -> float:
    """Give the CPU seconds it took; raises what it should not have raised."""
    asked = request(body, kind)
    before_s = time.thread_time()
    try:
        if kind == SDP_TYPE:
            await read_offer(asked, "publish")
        else:
            await read_patch(asked, None)
    except (HallcastError, web.HTTPException):
        pass
    return time.thread_time() - before_s


@pytest.mark.parametrize("kind", [SDP_TYPE, FRAGMENT_TYPE])
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "count", [100, pytest.param(10_000, marks=pytest.mark.long, id="long")]
)
async def test_mutated_bodies_are_read_or_refused(kind: str, count: int) -> None:
    offer = (SDP_FOLDER / "chromium-publish.sdp").read_bytes()
    seeds = [offer] if kind == SDP_TYPE else [FRAGMENT, FRAGMENT * 3]
    for seed in (FIXED_SEED, secrets.randbits(32)):
        rng = random.Random(seed)
        for number in range(count):
            body = mutate(rng, seeds)
            try:
                took_s = await read(kind, body)
            except Exception as error:
                error.add_note(f"{kind}, seed {seed}, input {number}: {body!r}")
                raise
            assert took_s < HANG_S or await read(kind, body) < HANG_S


@pytest.mark.parametrize("filling", [" ", "\n", "a=sendonly \t", "\na=sendonly  x"])
async def test_no_offer_of_the_largest_size_takes_long(filling: str) -> None:
    body = "v=0\nm=\na=sendonly" + filling * (MAX_SDP_BYTES // len(filling))
    assert await read(SDP_TYPE, body[: MAX_SDP_BYTES - 1].encode() + b"x") < 0.1
