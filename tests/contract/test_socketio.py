"""The private parts of python-socketio and python-engineio that we stand on."""

from __future__ import annotations

import inspect

import engineio
import socketio

from server.clock import ManualClock
from server.limits import Crowd
from server.realtime.strict_server import (
    MESSAGE_BYTES,
    PING_INTERVAL_S,
    PING_TIMEOUT_S,
    StrictServer,
)


def strict_server() -> StrictServer:
    return StrictServer(ManualClock(), None, Crowd(1), lambda _: "")


def test_the_methods_we_override_are_there_with_the_same_arguments() -> None:
    for name in (
        "_handle_eio_connect",
        "_handle_eio_message",
        "_handle_eio_disconnect",
    ):
        theirs = inspect.signature(getattr(socketio.AsyncServer, name))
        ours = inspect.signature(getattr(StrictServer, name))
        assert list(ours.parameters) == list(theirs.parameters)


def test_what_we_look_at_is_there() -> None:
    server = strict_server()
    assert isinstance(server.eio, engineio.AsyncServer)
    assert server.eio.sockets == {}
    assert server.environ == {}
    assert server.manager.eio_sid_from_sid("none", "/") is None


def test_the_limits_are_those_we_promise() -> None:
    """A dead client is noticed within 15 s, a message is 64 KiB at most."""
    server = strict_server()
    assert server.eio.ping_interval + server.eio.ping_timeout <= 15
    assert (PING_INTERVAL_S, PING_TIMEOUT_S) == (8, 7)
    assert server.eio.max_http_buffer_size == MESSAGE_BYTES == 65_536


def test_a_socket_closes_without_waiting_for_its_reader() -> None:
    close = inspect.signature(engineio.async_socket.AsyncSocket.close)
    assert "wait" in close.parameters
