"""A viewer behind a NAT that rebinds: what moves its flow, and what does not (B5)."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.fanout.light_ice import build_check
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from tests.media.transport.light import (
    connect_light,
    move_to_a_new_port,
    open_programme,
    pump_until,
)
from tests.media.worker_process import open_worker


@dataclass
class Line:
    """A viewer that is sent the programme, with the address it has and had."""

    publisher: LightPeer
    programme: Programme
    viewer: LightPeer
    old: socket.socket
    """Connected and validated; `viewer.sock` is the new one, unknown to the worker."""

    def check(self, *, nominate: bool = False, password: str | None = None) -> None:
        remote = self.viewer.remote
        assert remote is not None
        username = f"{remote.ufrag}:{self.viewer.ufrag}"
        secret = password or remote.password
        self.viewer.put(build_check(username, secret, nominate=nominate))

    async def goes_on(self, seconds: float, each: Callable[[], None]) -> int:
        """Let time pass without checks of the viewer; gives packets at the new address.

        What came to the old one is taken away.
        """
        before = self.viewer.rtp_packets

        def step() -> bool:
            each()
            self.viewer.read()
            drain(self.old)
            return False

        await pump_until(step, [self.publisher], self.programme, seconds)
        return self.viewer.rtp_packets - before

    def report_from_old(self) -> None:
        """Send something authentic from the old address."""
        new, self.viewer.sock = self.viewer.sock, self.old
        self.viewer.send_receiver_report()
        self.viewer.sock = new


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        assert await pump_until(
            lambda: viewer.rtp_packets > 50, [publisher, viewer], programme
        )
        old = viewer.sock
        move_to_a_new_port(viewer)
        yield Line(publisher, programme, viewer, old)
        for sock in (publisher, viewer, old):
            sock.close()


async def test_one_check_without_nomination_is_followed_within_a_second(
    line: Line,
) -> None:
    line.report_from_old()  # so that the old path is not silent yet
    await line.goes_on(0.1, lambda: None)
    line.check()
    started_s = time.monotonic()
    count = line.viewer.rtp_packets

    def is_back() -> bool:
        line.viewer.read()
        return line.viewer.rtp_packets > count

    assert await pump_until(is_back, [line.publisher], line.programme, 3)
    spent_s = time.monotonic() - started_s
    print(f"\nfollowed {spent_s:.2f} s after its check")
    assert spent_s < 1


async def test_a_path_in_use_is_not_stolen_by_a_check_without_nomination(
    line: Line,
) -> None:
    line.report_from_old()
    line.check()
    assert await line.goes_on(2, line.report_from_old) == 0
    line.check(nominate=True)
    assert await line.goes_on(0.5, lambda: None) > 0


async def test_neither_forged_checks_nor_media_move_the_flow(line: Line) -> None:
    def attack() -> None:
        line.check(nominate=True, password="wrong")
        line.viewer.send_receiver_report()

    assert await line.goes_on(2, attack) == 0


def drain(sock: socket.socket) -> None:
    try:
        while True:
            sock.recv(2048)
    except BlockingIOError:
        return
