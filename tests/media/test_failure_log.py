"""An exception of a packet is counted, dropped and told; the loop lives (A6)."""

from __future__ import annotations

import asyncio
import logging

import pytest

from media.clock import ManualClock
from media.failure_log import FailureLog
from media.protocol import Event, WorkerError
from media.transport.udp import open_sockets
from media.transport.udp_mux import UdpMux
from media.worker import Endpoint, Worker
from tests.media.transport.senders import fan_out


class Failing:
    """Stands for whatever has a bug."""

    def __init__(self, *errors: type[Exception]) -> None:
        self.errors = errors
        self.calls = 0

    def __call__(self, *_: object, **__: object) -> None:
        self.calls += 1
        raise self.errors[self.calls % len(self.errors)]()


def test_a_second_has_one_line_for_each_type(caplog: pytest.LogCaptureFixture) -> None:
    failures = FailureLog(logging.getLogger("test"))
    for second in range(3):
        for _ in range(1_000):
            failures.note(KeyError("x"))
            failures.note(IndexError("y"))
        assert set(failures.report("it")) == {"KeyError", "IndexError"}
        assert len(caplog.records) == 2 * (second + 1)
    assert failures.report("it") == ()
    traces = [record for record in caplog.records if record.exc_info]
    assert len(traces) == 2
    assert "1000 times" in caplog.records[-1].getMessage()


def test_10_000_datagrams_that_fail_leave_the_mux_at_work(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    mux = UdpMux([udp], lambda: 0)
    fails = Failing(KeyError, ZeroDivisionError)
    monkeypatch.setattr("media.transport.udp_mux.parse_binding_request", fails)
    for _ in range(10_000):
        mux.take(udp, bytes(20), ("127.0.0.1", 9))
    assert not caplog.records
    mux.report_failures()
    assert len(caplog.records) == 2
    monkeypatch.undo()
    mux.take(udp, bytes(20), ("127.0.0.1", 9))
    assert (mux.packets_in, mux.strangers) == (10_001, 1)
    udp.close()


async def test_a_router_that_always_fails_is_told_once_a_second(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    udp = open_sockets("127.0.0.1", 0)[0]
    clock = ManualClock()
    worker = Worker(Endpoint([udp], ("127.0.0.1",)), clock, events.append, fan_out())
    worker.open_router("r")
    fails = Failing(ValueError)
    monkeypatch.setattr("media.sfu.router.Router.tick", fails)
    began_ns = clock.now_ns
    worker.start()
    while fails.calls < 20:
        clock.advance_ms(40)
        await asyncio.sleep(0.005)
    worker.close()
    told = [event for event in events if isinstance(event, WorkerError)]
    assert 1 <= len(told) <= (clock.now_ns - began_ns) // 1_000_000_000 + 1
    assert {event.message for event in told} == {"ValueError"}
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == len(told)
