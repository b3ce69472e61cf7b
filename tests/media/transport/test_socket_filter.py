"""What the kernel lets through to the media port."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from media.transport.socket_filter import attach_filter
from tests.media.transport.test_stun import REQUEST

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=[("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A sender, and a receiver with the filter."""
    host, family = request.param
    with (
        socket.socket(family, socket.SOCK_DGRAM) as receiver,
        socket.socket(family, socket.SOCK_DGRAM) as sender,
    ):
        attach_filter(receiver)
        receiver.bind((host, 0))
        receiver.setblocking(False)
        sender.connect(receiver.getsockname())
        yield sender, receiver


def passes(pair: Pair, datagram: bytes) -> bool:
    sender, receiver = pair
    sender.send(datagram)
    try:
        return receiver.recv(2048) == datagram
    except BlockingIOError:
        return False


def test_a_check_passes_whatever_it_is_signed_with(pair: Pair) -> None:
    assert passes(pair, REQUEST)


def test_dtls_and_srtp_pass_by_their_first_byte_and_noise_does_not(pair: Pair) -> None:
    passed = [first for first in range(256) if passes(pair, bytes([first, *[7] * 40]))]
    assert passed == [*range(20, 64), *range(128, 192)]


def test_what_is_no_binding_request_is_dropped(pair: Pair) -> None:
    check = REQUEST
    answer = b"\x01\x01" + check[2:]
    other_cookie = check[:4] + b"\x21\x12\xa4\x43" + check[8:]
    for datagram in (answer, other_cookie, check[:-4], check + bytes(4)):
        assert not passes(pair, datagram)


def test_datagrams_that_end_early_are_dropped(pair: Pair) -> None:
    check = REQUEST
    assert [size for size in range(20) if passes(pair, check[:size])] == []
