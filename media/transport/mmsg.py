"""`sendmmsg` of Linux: many datagrams to many addresses in one call.

Python has no wrapper for it. A `sendmsg` call costs 0.7 us before the kernel sees it,
mostly for reading its arguments; here they are laid out once, in C structs, and what
changes from viewer to viewer is one pointer. Nothing but this file handles pointers:
whoever keeps a `Sockaddr` or a `Message` alive keeps what it points to alive.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
from typing import NamedTuple

MAX_MESSAGES = 128

_SOL_UDP = 17
_UDP_SEGMENT = 103

# struct mmsghdr: name, namelen, iov, iovlen, control, controllen, flags | msg_len.
_MMSGHDR = struct.Struct("@PIPNPNi0PI0P")
_IOVEC = struct.Struct("@PN")
# struct cmsghdr: length, level, type, then the 16-bit segment size, padded to a word.
_CMSG = struct.Struct("@NiiH0P")
_CMSG_BYTES = struct.calcsize("@NiiH")
_WORD_BYTES = struct.calcsize("@P")
_HEADER_WORDS = _MMSGHDR.size // _WORD_BYTES

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


class Message(NamedTuple):
    """A `struct mmsghdr` without the pointer to an address, and what it points to."""

    header: bytes
    memory: object


def build_message(
    buffer: bytearray, segment_bytes: int | None, name_bytes: int = 16
) -> Message:
    """Describe one send of a whole buffer, cut into segments by the kernel or not.

    The buffer must not change its size afterwards; its content may.
    """
    memory = ctypes.c_char.from_buffer(buffer)
    controls = _CMSG.size if segment_bytes is not None else 0
    parts = bytearray(_IOVEC.size + controls)
    layout = ctypes.c_char.from_buffer(parts)
    base = ctypes.addressof(layout)
    _IOVEC.pack_into(parts, 0, ctypes.addressof(memory), len(buffer))
    control = 0
    if segment_bytes is not None:
        control = base + _IOVEC.size
        _CMSG.pack_into(
            parts, _IOVEC.size, _CMSG_BYTES, _SOL_UDP, _UDP_SEGMENT, segment_bytes
        )
    header = _MMSGHDR.pack(0, name_bytes, base, 1, control, controls, 0, 0)
    return Message(header, (memory, layout))


class MessageBatch:
    """An array of `struct mmsghdr` for one socket, filled and sent again and again."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        array = bytearray(_MMSGHDR.size * MAX_MESSAGES)
        self._array = memoryview(array)
        self._words = self._array.cast("P")
        self._memory = (ctypes.c_char * len(array)).from_buffer(array)
        self._pointer = ctypes.addressof(self._memory)

    def put(self, position: int, message: Message, name: Sockaddr) -> None:
        """Fill one place of the array, below MAX_MESSAGES."""
        start = position * _MMSGHDR.size
        self._array[start : start + _MMSGHDR.size] = message.header
        self._words[position * _HEADER_WORDS] = name.pointer

    def send(self, first: int, end: int) -> tuple[int, int]:
        """Send these places; gives how many left, and the errno of the next one.

        The errno is 0 when the kernel stopped without giving a reason.
        """
        pointer = self._pointer + first * _MMSGHDR.size
        sent = _sendmmsg(self._fileno, pointer, end - first, 0)
        if sent < 0:
            return 0, ctypes.get_errno() or errno.EIO
        return sent, 0
