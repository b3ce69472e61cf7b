"""Checks the emulator before a run: its own loss and the delay it was asked for.

Echo requests are answered by the kernel and stamped by it when they come back, so that
only the emulator is measured, not how busy this process is.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from dataclasses import dataclass

from tests.impairment.conditions import Condition, Phase
from tests.impairment.lab import MAX_OWN_LOSS, EmulatorFaultError, Lab
from tests.impairment.namespace import entered
from tests.impairment.tun import HUB_ADDRESS

PACKETS = 400
PACKETS_PER_S = 200
"""About what the line of a viewer carries, in each direction."""
PAYLOAD_BYTES = 1000
DELAY_MS = 20.0
MAX_ADDED_P50_MS = 10.0
"""Over the two delays: scheduling of two processes on a shared machine."""
MAX_ADDED_P95_MS = 60.0
WAIT_S = 1.0
ATTEMPTS = 5
PAUSE_S = 3.0
"""Between attempts: most of what makes a machine busy is over by then."""

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_ECHO = struct.Struct("!BBHHH")
_SENT = struct.Struct("!q")
_IP_HEADER_BYTES = 20
_ECHO_REQUEST, _ECHO_REPLY = 8, 0


@dataclass(frozen=True, slots=True)
class Probed:
    """Round trips over one line."""

    loss: float
    added_p50_ms: float
    """Over the delay that was asked for."""
    added_p95_ms: float

    @property
    def is_sound(self) -> bool:
        return (
            self.loss <= MAX_OWN_LOSS
            and self.added_p50_ms <= MAX_ADDED_P50_MS
            and self.added_p95_ms <= MAX_ADDED_P95_MS
        )


async def probe(lab: Lab) -> list[Probed]:
    """Measure every line at once, on a clean schedule. Raises EmulatorFaultError.

    A machine too busy to emulate fails the run: a skipped or a lenient test would say
    that the media engine is fine when nobody looked.
    """
    phase = Phase.both(0, Condition(delay_ms=DELAY_MS))
    await lab.begin(*[(phase,) for _ in lab.far])
    found: list[Probed] = []
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(PAUSE_S)
        found = list(await asyncio.gather(*[_probe_line(one.name) for one in lab.far]))
        if all(one.is_sound for one in found):
            return found
    raise EmulatorFaultError(f"the machine is too busy to emulate a line: {found}")


async def _probe_line(namespace: str) -> Probed:
    trips_ms: dict[int, float] = {}
    with _echo_socket(namespace) as sock:
        loop = asyncio.get_running_loop()
        loop.add_reader(sock.fileno(), _collect, sock, trips_ms)
        try:
            await _send_all(sock)
            until_s = time.monotonic() + WAIT_S
            while len(trips_ms) < PACKETS and time.monotonic() < until_s:
                await asyncio.sleep(0.01)
        finally:
            loop.remove_reader(sock.fileno())
    added = sorted(trip_ms - 2 * DELAY_MS for trip_ms in trips_ms.values())
    added = added or [float("inf")]
    p50_ms, p95_ms = added[len(added) // 2], added[len(added) * 95 // 100]
    return Probed(1 - len(trips_ms) / PACKETS, round(p50_ms, 2), round(p95_ms, 2))


def _echo_socket(namespace: str) -> socket.socket:
    with entered(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.connect((HUB_ADDRESS, 0))
    return sock


async def _send_all(sock: socket.socket) -> None:
    began_s = time.monotonic()
    for number in range(PACKETS):
        wait_s = began_s + number / PACKETS_PER_S - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        sock.send(_request(number, time.time_ns()))


def _request(number: int, sent_ns: int) -> bytes:
    body = _SENT.pack(sent_ns).ljust(PAYLOAD_BYTES, b"\0")
    ident = os.getpid() & 0xFFFF
    head = _ECHO.pack(_ECHO_REQUEST, 0, 0, ident, number)
    return _ECHO.pack(_ECHO_REQUEST, 0, _checksum(head + body), ident, number) + body


def _checksum(data: bytes) -> int:
    """RFC 1071, of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _collect(sock: socket.socket, trips_ms: dict[int, float]) -> None:
    try:
        while True:
            data, ancillary, _, _ = sock.recvmsg(2048, 64)
            kind, _, _, _, number = _ECHO.unpack_from(data, _IP_HEADER_BYTES)
            if kind != _ECHO_REPLY:
                continue
            (sent_ns,) = _SENT.unpack_from(data, _IP_HEADER_BYTES + _ECHO.size)
            seconds, rest_ns = _TIMESPEC.unpack(ancillary[0][2])
            trip_ns = seconds * 1_000_000_000 + rest_ns - sent_ns
            trips_ms.setdefault(number, trip_ns / 1e6)
    except BlockingIOError:
        return
