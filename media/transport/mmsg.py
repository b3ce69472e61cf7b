"""`sendmmsg` of Linux: many datagrams to many addresses in one call.

Python has no wrapper for it. A `sendmsg` call costs 0.7 us before the kernel sees it,
mostly for reading its arguments; here they are laid out once, in C structs, and what
changes from viewer to viewer is one pointer. Whoever keeps a `Sockaddr` or a
`MessageArray` alive keeps what it points to alive.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys

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
_WORD_BYTES = struct.calcsize("@P")
_MESSAGE_WORDS = _MMSGHDR.size // _WORD_BYTES
_CONTROL_LENGTH_WORD = 5
_PARTS_BYTES = _IOVEC.size + _CMSG.size
_PARTS_WORDS = _PARTS_BYTES // _WORD_BYTES
_SEGMENT_WORD = (_IOVEC.size + _CMSG.size) // _WORD_BYTES - 1
# Where a shorter number stands in a word that is written whole.
_SEGMENT_SHIFT = 0 if sys.byteorder == "little" else 8 * _WORD_BYTES - 16
_NAME_SHIFT = 0 if sys.byteorder == "little" else 8 * _WORD_BYTES - 32

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

    __slots__ = ("_keep", "_parts", "_pointer", "memory", "memory_pointer", "words")

    def __init__(self, places: int, memory_bytes: int) -> None:
        memory = bytearray(memory_bytes)
        messages = bytearray(places * _MMSGHDR.size)
        parts = bytearray(places * _PARTS_BYTES)
        buffers = (memory, messages, parts)
        self._keep = [ctypes.c_char.from_buffer(one) for one in buffers]
        self.memory_pointer, self._pointer, first_part = map(
            ctypes.addressof, self._keep
        )
        for place in range(places):
            at = place * _PARTS_BYTES
            controls = at + _IOVEC.size
            header = (0, 0, first_part + at, 1, first_part + controls, 0, 0, 0)
            _MMSGHDR.pack_into(messages, place * _MMSGHDR.size, *header)
            control = (_CMSG_BYTES, _SOL_UDP, _UDP_SEGMENT, 0)
            _CMSG.pack_into(parts, controls, *control)
        self.memory = memoryview(memory)
        """Packets are written here."""
        self.words = memoryview(messages).cast("P")
        """At `name_of(place)` goes the `pointer` of a Sockaddr."""
        self._parts = memoryview(parts).cast("P")

    def fits(self, places: int, memory_bytes: int) -> bool:
        return places * _MESSAGE_WORDS <= len(self.words) and memory_bytes <= len(
            self.memory
        )

    def describe(
        self,
        place: int,
        start: int,
        size_bytes: int,
        segment_bytes: int,
        name_bytes: int,
    ) -> None:
        """Let a place send this part of the memory, cut into segments unless 0."""
        part, message = place * _PARTS_WORDS, place * _MESSAGE_WORDS
        self._parts[part] = self.memory_pointer + start
        self._parts[part + 1] = size_bytes
        self._parts[part + _SEGMENT_WORD] = segment_bytes << _SEGMENT_SHIFT
        words = self.words
        words[message + _CONTROL_LENGTH_WORD] = _CMSG.size if segment_bytes else 0
        words[message + 1] = name_bytes << _NAME_SHIFT

    def send(self, fileno: int, first: int, end: int) -> tuple[int, int]:
        """Send these places; gives how many left, and the errno of the next one.

        The errno is 0 when the kernel stopped without giving a reason.
        """
        pointer = self._pointer + first * _MMSGHDR.size
        sent = _sendmmsg(fileno, pointer, end - first, 0)
        if sent < 0:
            return 0, ctypes.get_errno() or errno.EIO
        return sent, 0


def name_of(place: int) -> int:
    """Give the index into `words` of a place's name."""
    return place * _MESSAGE_WORDS
