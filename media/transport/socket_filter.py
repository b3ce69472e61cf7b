"""A filter in the kernel for the media port: what can be nobody's never wakes us.

Classic BPF (socket(7), SO_ATTACH_FILTER). It passes STUN binding requests whose length
field is true, and what begins like DTLS, SRTP or SRTCP (RFC 7983, 7); `UdpMux` judges
those. A datagram that reaches Python costs 8 to 17 us before it is refused, so 50,000
a second of noise would take most of a core; here it costs the sender's softirq alone.
"""

from __future__ import annotations

import ctypes
import socket
import struct

from media.transport.stun import BINDING_REQUEST, MAGIC_COOKIE

_SO_ATTACH_FILTER = 26
_UDP_HEADER_BYTES = 8
_STUN_HEADER_BYTES = 20
_FIRST_BYTE = _UDP_HEADER_BYTES
"""Offsets count from the UDP header."""

# linux/bpf_common.h: instruction class, size and mode, or operation and source.
_LOAD_BYTE, _LOAD_HALF, _LOAD_WORD = 0x30, 0x28, 0x20
_LOAD_SIZE = 0x80
_ADD, _TO_X, _RETURN = 0x04, 0x07, 0x06
_IF_EQUAL, _IF_EQUAL_X, _IF_AT_LEAST = 0x15, 0x1D, 0x35
_WHOLE = 0xFFFFFFFF

_INSTRUCTION = struct.Struct("=HBBI")
"""Code, steps to skip if true, if false, value. A load beyond the end drops."""

_PROGRAM = (
    (_LOAD_BYTE, 0, 0, _FIRST_BYTE),
    (_IF_AT_LEAST, 9, 0, 4),
    (_LOAD_WORD, 0, 0, _FIRST_BYTE + 4),
    (_IF_EQUAL, 0, 11, MAGIC_COOKIE),
    (_LOAD_HALF, 0, 0, _FIRST_BYTE),
    (_IF_EQUAL, 0, 9, BINDING_REQUEST),
    (_LOAD_HALF, 0, 0, _FIRST_BYTE + 2),
    (_ADD, 0, 0, _UDP_HEADER_BYTES + _STUN_HEADER_BYTES),
    (_TO_X, 0, 0, 0),
    (_LOAD_SIZE, 0, 0, 0),
    (_IF_EQUAL_X, 5, 4, 0),
    (_IF_AT_LEAST, 0, 3, 20),
    (_IF_AT_LEAST, 0, 3, 64),
    (_IF_AT_LEAST, 0, 1, 128),
    (_IF_AT_LEAST, 0, 1, 192),
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, _WHOLE),
)


def attach_filter(sock: socket.socket) -> None:
    """Filter what this UDP socket receives from now on.

    Raises OSError where there is no such thing (other systems, some sandboxes).
    """
    program = b"".join(_INSTRUCTION.pack(*one) for one in _PROGRAM)
    memory = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where they are. The kernel copies.
    filter_program = struct.pack("@HP", len(_PROGRAM), ctypes.addressof(memory))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_program)
