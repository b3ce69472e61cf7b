"""What two workers say to each other about one router (see `media.transport.relay`).

A message is one byte that tells its kind and, after it, either msgpack (`control`) or a
batch: packets one after the other, each behind 12 bytes: number of its publisher (16
bit), size (16 bit), arrival (64 bit, ns of CLOCK_MONOTONIC, which all processes of a
machine share). RTP and RTCP are told apart by their second byte (RFC 5761, 4).

Tracks cross as the dataclass they are, so that what is added to `DeclaredTrack` needs
no line here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

from media.sfu.ports import DeclaredTrack, LearntSsrc

MAX_BATCH_BYTES = 48 << 10
"""A keyframe in one piece; well below what a socket takes at once."""
MAX_MESSAGE_BYTES = 64 << 10

BATCH = b"\x01"
CONTROL = b"\x02"
ITEM = struct.Struct(">HHQ")


class MalformedRelayError(ValueError):
    """The other worker speaks another language: another version, or a fault."""


class RouterNamed(msgspec.Struct, frozen=True, tag="router"):
    """First message of the origin: which router follows."""

    router_id: str


class PublisherOpened(msgspec.Struct, frozen=True, tag="publisher.opened"):
    number: int
    """Names the publisher in batches; never used twice on one relay."""
    peer_id: str
    tracks: tuple[DeclaredTrack, ...]
    group: str
    learnt: tuple[LearntSsrc, ...]


class PublisherClosed(msgspec.Struct, frozen=True, tag="publisher.closed"):
    number: int


class KeyframeWanted(msgspec.Struct, frozen=True, tag="keyframe.wanted"):
    """Of the replica: its viewers need a keyframe of this SSRC of a publisher."""

    peer_id: str
    ssrc: int


class RepeatsWanted(msgspec.Struct, frozen=True, tag="repeats.wanted"):
    """Of the replica: these 16-bit numbers of an SSRC were lost before the origin."""

    peer_id: str
    ssrc: int
    seqnos: tuple[int, ...]


Wish = KeyframeWanted | RepeatsWanted
Control = RouterNamed | PublisherOpened | PublisherClosed | Wish

_decoder: msgspec.msgpack.Decoder[Control] = msgspec.msgpack.Decoder(Control)


def encode_control(message: Control) -> bytes:
    return CONTROL + msgspec.msgpack.encode(message)


def decode_control(message: bytes) -> Control | None:
    """Give the message; None when it is a batch. Raises MalformedRelayError."""
    if message[:1] == BATCH:
        return None
    if message[:1] != CONTROL:
        raise MalformedRelayError("A relay message is of no known kind.")
    try:
        return _decoder.decode(memoryview(message)[1:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRelayError(str(error)) from error


def packets_of(batch: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give publisher number, arrival (ns) and packet. Raises MalformedRelayError."""
    position, end = 1, len(batch)
    while position < end:
        try:
            number, size, arrival_ns = ITEM.unpack_from(batch, position)
        except struct.error as error:
            raise MalformedRelayError("A batch is cut off.") from error
        position += ITEM.size + size
        if position > end:
            raise MalformedRelayError("A packet of a batch is cut off.")
        yield number, arrival_ns, batch[position - size : position]


def is_rtcp(packet: bytes) -> bool:
    """Packet types 192 to 223 can not be RTP payload types (RFC 5761, 4)."""
    return len(packet) > 1 and 192 <= packet[1] <= 223
