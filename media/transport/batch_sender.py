"""`BatchSender`: seals and sends a batch to many; in C (`native.py`), or in Python."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from media.srtp.gcm import GcmKey
from media.srtp.sealing import SealedCopy
from media.transport.addressee import Addressee, CipherContext
from media.transport.batch import RUN, Batch
from media.transport.mmsg import MAX_MESSAGES, MessageArray, name_of

ROOM_BYTES = 128 << 10
"""Of copies that are sealed before they are sent: fits a core's second-level cache."""


SEAL_ERRORS = frozenset({errno.ERANGE, errno.EIO})
"""Nothing left for the kernel: a packet from before the start, a cipher that failed."""


class Seats(Protocol):
    """Addressees in an order that stays."""

    def __len__(self) -> int: ...


class Progress(NamedTuple):
    """How far a batch came."""

    served: int
    """Addressees that got all of it."""
    run: int = 0
    """Of the next addressee, the run that did not leave."""
    error: int = 0
    """Why: an errno, ERANGE for a packet from before its start; 0: all are served."""


class BatchSender(Protocol):
    """One way to seal and send."""

    @property
    def name(self) -> str: ...

    def open(self, key: GcmKey) -> CipherContext:
        """Prepare for a viewer's key."""
        ...

    def seat(self, addressees: Sequence[Addressee]) -> Seats:
        """Put addressees in an order, for any number of batches."""
        ...

    def send(self, fileno: int, batch: Batch, seats: Seats, first: int) -> Progress:
        """Serve the seats from `first` on, up to the first that can not be served."""
        ...


class _NoContext:
    pointer = 0


class _PythonSeats:
    def __init__(self, addressees: Sequence[Addressee]) -> None:
        self.addressees = tuple(addressees)

    def __len__(self) -> int:
        return len(self.addressees)


class PythonSender:
    """Where nothing was compiled: one viewer after the other."""

    name = "python"

    def __init__(self) -> None:
        self._messages = MessageArray(MAX_MESSAGES, ROOM_BYTES)

    def open(self, key: GcmKey) -> CipherContext:
        return _NoContext()

    def seat(self, addressees: Sequence[Addressee]) -> Seats:
        return _PythonSeats(addressees)

    def send(self, fileno: int, batch: Batch, seats: Seats, first: int) -> Progress:
        assert isinstance(seats, _PythonSeats)
        addressees, count = seats.addressees[first:], len(batch.runs)
        messages = self._describe(batch, addressees[0].name_bytes)
        copy = SealedCopy(batch.plain, batch.places, messages.memory)
        served = 0
        for one in addressees:
            if not copy.seal(one.key, one.index_offset, one.timestamp_offset):
                return Progress(served, 0, errno.ERANGE)
            for place in range(count):
                messages.words[name_of(place)] = one.name
            done = 0
            while done < count:
                sent, error_number = messages.send(fileno, done, count)
                done += sent
                if error_number:
                    return Progress(served, done, error_number)
            served += 1
        return Progress(served)

    def _describe(self, batch: Batch, name_bytes: int) -> MessageArray:
        """Say where each run stands: who shares a socket has names of one size."""
        count, copy_bytes = len(batch.runs), len(batch.plain)
        if not self._messages.fits(count, copy_bytes):
            self._messages = MessageArray(count, copy_bytes)
        runs = enumerate(RUN.iter_unpack(batch.run_places))
        for place, (start, size_bytes, segment_bytes) in runs:
            self._messages.describe(place, start, size_bytes, segment_bytes, name_bytes)
        return self._messages
