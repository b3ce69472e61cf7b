"""`sendmmsg` of Linux: many datagrams to many addresses in one call.

Python has no wrapper for it. A `sendmsg` call costs 0.7 us before the kernel sees it,
mostly for reading its arguments; here they are laid out once, in C structs, and what
changes from viewer to viewer is one pointer. Nothing but this file handles pointers:
whoever keeps a `Sockaddr` or a `MessageArray` alive keeps what it points to alive.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

MAX_MESSAGES = 128
"""Of one call; more save nothing, and what is late waits for fewer."""

_SOL_UDP = 17
_UDP_SEGMENT = 103

# struct mmsghdr: name, namelen, iov, iovlen, control, controllen, flags | msg_len.
_MMSGHDR = struct.Struct("@PIPNPNi0PI0P")
_IOVEC = struct.Struct("@PN")
# struct cmsghdr: length, level, type, then the 16-bit segment size, padded to a word.
_CMSG = struct.Struct("@NiiH0P")
_CMSG_BYTES = struct.calcsize("@NiiH")
_PARTS_BYTES = _IOVEC.size + _CMSG.size
_HEADER_WORDS = _MMSGHDR.size // struct.calcsize("@P")

_sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
_sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
_sendmmsg.restype = ctypes.c_int


class Sockaddr:
    """A `struct sockaddr` and where it is."""

    __slots__ = ("_memory", "pointer", "size_bytes")

    def __init__(self, address: tuple[str, int] | tuple[str, int, int, int]) -> None:
        if len(address) == 2:
            packed = struct.pack("=H", socket.AF_INET) + struct.pack("!H", address[1])
            packed += socket.inet_aton(address[0]) + bytes(8)
        else:
            host, port, flow, scope = address
            packed = struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", port, flow)
            packed += socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
            packed += struct.pack("=I", scope)
        self._memory = ctypes.create_string_buffer(packed, len(packed))
        self.pointer = ctypes.addressof(self._memory)
        self.size_bytes = len(packed)


class MessageArray:
    """Places for messages of one batch, and the memory that their packets stand in.

    What is told of a place stays: whoever is sent the same packets at another time only
    needs another name there. The name's `Sockaddr` must live until it is sent.
    """

    __slots__ = ("_addresses", "_keep", "_messages", "_parts", "memory", "names")

    def __init__(self, places: int, memory_bytes: int) -> None:
        memory = bytearray(max(1, memory_bytes))
        messages = bytearray(places * _MMSGHDR.size)
        parts = bytearray(places * _PARTS_BYTES)
        held = [ctypes.c_char.from_buffer(one) for one in (memory, messages, parts)]
        self._keep = held
        self._addresses = tuple(ctypes.addressof(one) for one in held)
        self._messages = messages
        self._parts = parts
        self.memory = memoryview(memory)
        """Of `memory_bytes`: packets are written here."""
        self.names = memoryview(messages).cast("P")
        """At `name_of(place)` goes the `pointer` of a Sockaddr."""

    def describe(
        self,
        place: int,
        start: int,
        size_bytes: int,
        segment_bytes: int | None,
        name_bytes: int,
    ) -> None:
        """Let a place send this part of the memory, cut into segments or not."""
        memory, _, parts = self._addresses
        at = place * _PARTS_BYTES
        _IOVEC.pack_into(self._parts, at, memory + start, size_bytes)
        control = controls = 0
        if segment_bytes is not None:
            control, controls = parts + at + _IOVEC.size, _CMSG.size
            _CMSG.pack_into(
                *(self._parts, at + _IOVEC.size),
                *(_CMSG_BYTES, _SOL_UDP, _UDP_SEGMENT, segment_bytes),
            )
        _MMSGHDR.pack_into(
            *(self._messages, place * _MMSGHDR.size),
            *(0, name_bytes, parts + at, 1, control, controls, 0, 0),
        )

    def send(self, fileno: int, first: int, end: int) -> tuple[int, int]:
        """Send these places; gives how many left, and the errno of the next one.

        The errno is 0 when the kernel stopped without giving a reason.
        """
        pointer = self._addresses[1] + first * _MMSGHDR.size
        sent = _sendmmsg(fileno, pointer, end - first, 0)
        if sent < 0:
            return 0, ctypes.get_errno() or errno.EIO
        return sent, 0


def name_of(place: int) -> int:
    """Give the index into `names` of a place."""
    return place * _HEADER_WORDS
