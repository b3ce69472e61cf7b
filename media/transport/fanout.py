"""The hot loop: one batch, laid out once, for all who are sent it under one key."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import cast

from media.protocol import Codec
from media.sfu.ports import HeaderKey, MediaCrowd, Member, OutPacket
from media.transport.batch import MAX_SEGMENTS, Batch, BatchKey
from media.transport.batch_sender import BatchSender, Progress
from media.transport.crowd import Crowd, CrowdMember
from media.transport.mmsg import MessageArray, Sockaddr, name_of
from media.transport.out_stream import OutStream
from media.transport.party import Owner, Party

SOCKET_FULL = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
"""Refusals that the next datagram would meet as well."""

MAX_BATCHES = 8
"""Of the same packets, kept until others come: browser families by sockets."""


class FanOut:
    """Lays out batches, has them sent, and tells those who must do without."""

    __slots__ = (
        "_batches",
        "_keys",
        "_max_segments",
        "_packets",
        "packets_sent",
        "sender",
    )

    def __init__(self, sender: BatchSender, *, use_gso: bool) -> None:
        self.sender = sender
        self._max_segments = MAX_SEGMENTS if use_gso else 1
        self._keys: dict[BatchKey, BatchKey] = {}
        self._packets: Sequence[OutPacket] = ()
        self._batches: dict[BatchKey, Batch] = {}
        """Of `_packets`."""
        self.packets_sent = 0
        """By all viewers together."""

    def intern(self, headers: dict[Codec, HeaderKey], fileno: int) -> BatchKey:
        """Give the one object that stands for these values.

        There are few: one for each browser family and socket.
        """
        key = BatchKey(tuple(sorted(headers.items())), fileno)
        return self._keys.setdefault(key, key)

    def gather(self, members: Sequence[Member]) -> MediaCrowd:
        """Make a crowd; its members are peers of this fan-out (`CrowdMaker`)."""
        ours = cast("Sequence[CrowdMember]", members)
        return Crowd(self.send, self.sender.seat, ours)

    def send(self, packets: Sequence[OutPacket], party: Party) -> None:
        """Send to all of a party; a refusal ends the batch of whom it concerns."""
        batch = self._lay_out(packets, party.key)
        if not batch.packets:
            return
        fileno, owners, seats = party.key.fileno, party.owners, party.seats
        first, end = 0, len(owners)
        self.packets_sent += end * len(batch.packets)
        while first < end:
            progress = self.sender.send(fileno, batch, seats, first)
            first += progress.served
            if progress.error:
                first = self._refuse(batch, owners, first, progress)

    def _lay_out(self, packets: Sequence[OutPacket], key: BatchKey) -> Batch:
        if packets is not self._packets:
            self._packets = packets
            self._batches.clear()
        found = self._batches.get(key)
        if found is None:
            found = Batch(packets, key, self._max_segments)
            if len(self._batches) < MAX_BATCHES:
                self._batches[key] = found
        return found

    def _refuse(
        self,
        batch: Batch,
        owners: Sequence[tuple[Owner, OutStream]],
        first: int,
        progress: Progress,
    ) -> int:
        """Tell who must do without: all that follow when the socket is full.

        Gives the owner to go on with.
        """
        end = len(owners) if progress.error in SOCKET_FULL else first + 1
        runs, error = batch.runs[progress.run :], progress.error
        rest = [one for run in runs for one in run]
        for owner, state in owners[first:end]:
            self.packets_sent -= len(rest)
            owner.on_refused(state, rest, error, is_segmented=len(runs[0]) > 1)
            rest = list(batch.packets)
        return end


def is_gso_usable() -> bool:
    """Send two segments to ourselves; False where the kernel refuses or forgets."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        name = Sockaddr(receiver.getsockname())
        messages = MessageArray(1, 6)
        messages.memory[:] = b"abcdef"
        messages.describe(0, 0, 6, 4, name.size_bytes)
        messages.words[name_of(0)] = name.pointer
        try:
            return messages.send(sender.fileno(), 0, 1) == (1, 0) and (
                receiver.recv(16) == b"abcd" and receiver.recv(16) == b"ef"
            )
        except OSError:
            return False
