"""Both ends of the control channel over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from media.channel import (
    MAX_FRAME_BYTES,
    ChannelClient,
    ChannelServer,
    FrameReader,
    FrameTooLarge,
    NotConnected,
    RequestRefused,
    RequestTimeout,
    encode_frame,
)
from media.protocol import (
    Command,
    Done,
    Event,
    Failure,
    FromWorker,
    Hello,
    Notice,
    Reply,
    Request,
    Result,
    RouterClose,
    RouterOpen,
    ToWorker,
    WorkerDump,
    WorkerError,
    WorkerLoad,
)
from tests.media.worker_process import WIRE

LOAD = WorkerLoad(cpu_percent=1, loop_lag_ms=0, packets_in=0, packets_out=0, peers=0)


class Echo:
    """A server that opens routers, refuses to close them and never answers dumps."""

    def __init__(self, path: str) -> None:
        self.server: ChannelServer[ToWorker, FromWorker] = ChannelServer(
            path,
            receives=ToWorker,
            on_message=self.on_message,
            greeting=lambda: Notice(event=Hello(worker_id="w", pid=1, udp_port=2)),
            is_droppable=lambda m: (
                isinstance(m, Notice) and isinstance(m.event, WorkerLoad)
            ),
        )

    def on_message(self, request: Request) -> None:
        if isinstance(request.command, RouterOpen):
            self.server.send(Reply(id=request.id, result=Done()))
        elif isinstance(request.command, RouterClose):
            failure = Failure(code="not_found", message="unknown: x")
            self.server.send(Reply(id=request.id, result=failure))


@pytest.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Echo]:
    echo = Echo(str(tmp_path / "c.sock"))
    await echo.server.start()
    yield echo
    await echo.server.close()


def open_client(
    path: Path, events: list[Event], states: list[bool] | None = None
) -> ChannelClient[Command, Result, Event]:
    client: ChannelClient[Command, Result, Event] = ChannelClient(
        str(path / "c.sock"),
        WIRE,
        on_event=events.append,
        on_state=(states if states is not None else []).append,
        retry_s=0.01,
    )
    client.start()
    return client


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_true():
            await asyncio.sleep(0.005)


async def test_a_client_is_greeted_and_gets_its_reply(
    echo: Echo, tmp_path: Path
) -> None:
    events: list[Event] = []
    client = open_client(tmp_path, events)
    await until(lambda: bool(events))
    assert events == [Hello(worker_id="w", pid=1, udp_port=2)]
    assert await client.request(RouterOpen(router_id="r")) == Done()
    await client.close()


async def test_a_refusal_is_raised_with_its_code(echo: Echo, tmp_path: Path) -> None:
    client = open_client(tmp_path, [])
    await until(lambda: client.is_connected)
    with pytest.raises(RequestRefused) as caught:
        await client.request(RouterClose(router_id="x"))
    assert caught.value.code == "not_found"
    await client.close()


async def test_a_request_without_an_answer_times_out(
    echo: Echo, tmp_path: Path
) -> None:
    client = open_client(tmp_path, [])
    await until(lambda: client.is_connected)
    with pytest.raises(RequestTimeout):
        await client.request(WorkerDump(), timeout_s=0.05)
    await client.close()


async def test_a_request_that_is_cancelled_as_its_answer_comes_is_cancelled(
    echo: Echo, tmp_path: Path
) -> None:
    """Who is told to stop must not go on because an answer came at the same moment."""
    client = open_client(tmp_path, [])
    await until(lambda: client.is_connected)
    asking = asyncio.create_task(client.request(RouterOpen(router_id="r")))
    await asyncio.sleep(0)
    [reply] = client._pending.values()
    reply.set_result(Done())
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await client.close()


async def test_a_lost_server_fails_what_waits_and_is_found_again(
    tmp_path: Path,
) -> None:
    states: list[bool] = []
    first = Echo(str(tmp_path / "c.sock"))
    await first.server.start()
    client = open_client(tmp_path, [], states)
    await until(lambda: client.is_connected)
    waiting = asyncio.ensure_future(client.request(WorkerDump()))
    await asyncio.sleep(0)
    await first.server.close()
    with pytest.raises(NotConnected):
        await waiting
    with pytest.raises(NotConnected):
        await client.request(WorkerDump())
    second = Echo(str(tmp_path / "c.sock"))
    await second.server.start()
    await until(lambda: client.is_connected)
    assert states == [True, False, True]
    await client.close()
    await second.server.close()


async def test_the_newest_connection_replaces_the_older(
    echo: Echo, tmp_path: Path
) -> None:
    old_events: list[Event] = []
    old_states: list[bool] = []
    old = ChannelClient(
        str(tmp_path / "c.sock"),
        WIRE,
        on_event=old_events.append,
        on_state=old_states.append,
        retry_s=60,
    )
    old.start()
    await until(lambda: old.is_connected)
    new = open_client(tmp_path, [])
    await until(lambda: old_states == [True, False])
    assert await new.request(RouterOpen(router_id="r")) == Done()
    await new.close()
    await old.close()


async def test_a_reader_that_stalls_loses_load_reports_first(
    echo: Echo, tmp_path: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "c.sock"))
    await reader.readexactly(4)
    text = "x" * 50_000
    for number in range(60):
        for _ in range(20):
            echo.server.send(Notice(event=LOAD))
        echo.server.send(Notice(event=WorkerError(object_id=str(number), message=text)))
    received = bytearray()
    while received.count(text.encode()) < 60:
        received += await reader.read(1 << 20)
    writer.close()
    await writer.wait_closed()


async def test_a_reader_that_never_reads_is_cut_off(echo: Echo, tmp_path: Path) -> None:
    _, writer = await asyncio.open_unix_connection(str(tmp_path / "c.sock"))
    await until(lambda: echo.server.is_connected)
    big = Notice(event=WorkerError(object_id="x", message="x" * 900_000))
    for _ in range(30):
        echo.server.send(big)
    await until(lambda: not echo.server.is_connected)
    writer.close()


async def test_what_is_not_understood_is_dropped_and_the_next_is_served(
    echo: Echo, tmp_path: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "c.sock"))
    not_text = b"\x81\xa4type\xa3\xf5ni"
    for body in (b"", b"\xc1", b"\x81\xa4type\xa3nil", not_text, b"\x91" * 5_000):
        writer.write(len(body).to_bytes(4, "big") + body)
    writer.write(encode_frame(Request(id=7, command=RouterOpen(router_id="r"))))
    async with asyncio.timeout(5):
        while b"done" not in await reader.read(4096):
            pass
    writer.close()
    await writer.wait_closed()


async def test_an_announced_giant_ends_the_connection(
    echo: Echo, tmp_path: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "c.sock"))
    writer.write((MAX_FRAME_BYTES + 1).to_bytes(4, "big"))
    async with asyncio.timeout(5):
        while True:
            try:
                if not await reader.read(4096):
                    break
            except ConnectionResetError:
                break
    writer.close()


def test_frames_are_found_in_any_cut_of_the_stream() -> None:
    frames = [encode_frame(Request(id=n, command=WorkerDump())) for n in range(5)]
    stream = b"".join(frames)
    for step in (1, 3, 7, len(stream)):
        reader = FrameReader()
        bodies: list[bytes] = []
        for start in range(0, len(stream), step):
            bodies += reader.feed(stream[start : start + step])
        assert bodies == [frame[4:] for frame in frames]


def test_a_message_beyond_a_mebibyte_is_refused() -> None:
    with pytest.raises(FrameTooLarge):
        encode_frame(WorkerError(object_id="x", message="x" * MAX_FRAME_BYTES))
